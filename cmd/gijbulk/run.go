package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"
	"time"

	"gijbulk/importer/journal"
	"gijbulk/schema"
)

// workspace is what a command works with that plans or writes: its settings, the target, and
// the state.
type workspace struct {
	*app
	settings
	target    *target
	state     *journal.Journal // nil: nothing is recorded
	userLocks journal.Locks    // where a run takes one

	heldWarnings   bool          // those of a run without anything to do are counted, and printed only if it fails
	earlierTimeout time.Duration // of the requests of the process that is resumed
}

// openWorkspace opens the target and the state for a command. state is one that is open already,
// or nil.
func (a *app) openWorkspace(o runOptions, state *journal.Journal) (*workspace, error) {
	s, err := a.settings(o)
	if err != nil {
		return nil, err
	}
	t, err := a.connect(o.target, o.dryRun, s.shard)
	if err != nil {
		return nil, err
	}
	if s.probing.on() {
		proxies, err := a.hostProxySecrets()
		if err != nil {
			return nil, errors.Join(err, t.close())
		}
		t.secrets = append(t.secrets, proxies...)
	}
	a.hide(nil, t.secrets...)
	w := &workspace{app: a, settings: s, target: t, state: state}
	if w.takesLock() {
		if w.userLocks, err = a.openLocks(); err != nil {
			return nil, errors.Join(err, t.close())
		}
	}
	if state == nil && !w.stateless() {
		if w.state, err = a.openState(o.state, !o.dryRun); err != nil {
			return nil, errors.Join(err, t.close())
		}
	}
	return w, nil
}

// takesLock reports whether a run locks the target: not one that only reads, nor one on an embedded
// sandbox that is new each time.
func (w *workspace) takesLock() bool { return !w.dryRun && !(w.target.sandbox && w.stateless()) }

// stateless reports whether nothing is recorded: an embedded sandbox is new each time.
func (w *workspace) stateless() bool {
	return w.settings.state.path == noState || w.target.sandbox && w.settings.state.path == ""
}

func (w *workspace) close() error {
	if w.state == nil {
		return w.target.close()
	}
	return errors.Join(w.state.Close(), w.target.close())
}

func (w *workspace) newRun(command string, files []string) schema.Run {
	started := w.now().UTC()
	w.traffic.resume(schema.Timeline{Start: started})
	id := w.runID(started)
	w.log.forRun(id)
	return schema.Run{ID: id, Command: command, Version: buildVersion(), Target: w.target.client.BaseURL(), Host: hostName(),
		Files: files, Started: started, DryRun: w.dryRun, Shard: w.shard}
}

// runID sorts by time; its tail distinguishes two runs of one second.
func (a *app) runID(started time.Time) string {
	if a.newRunID != nil {
		return a.newRunID(started)
	}
	tail := make([]byte, 3)
	_, _ = rand.Read(tail)
	return started.Format("20060102-150405-") + hex.EncodeToString(tail)
}

// enter finds out who and where we are, and locks the target for the run: for this machine, and
// through its record for all that share the state.
func (w *workspace) enter(ctx context.Context, r *record, run schema.Run) (entered schema.Run, unlock func() error, err error) {
	unlock = func() error { return nil }
	user, err := w.target.client.Myself(ctx)
	if err != nil {
		return run, unlock, err
	}
	server, err := w.target.client.ServerInfo(ctx)
	if err != nil {
		return run, unlock, err
	}
	run.User, run.Target = user.Name, cmp.Or(server.BaseURL, run.Target)
	if !w.takesLock() {
		return run, unlock, nil
	}
	by := journal.Holder{Run: run.ID, Host: run.Host, PID: os.Getpid(), Since: w.now()}
	shard := max(0, w.shard.Index-1)
	release, err := w.userLocks.Lock(ctx, run.Target, shard, w.shard.Of, by, w.settings.state.lockTimeout)
	if err != nil {
		return run, unlock, err
	}
	if r.none() {
		return run, release, nil
	}
	if err := r.log.Lock(ctx, run.Target, shard, w.shard.Of, by, w.settings.state.lockTimeout); err != nil {
		return run, unlock, errors.Join(err, release())
	}
	return run, release, nil
}

// hostName is for people: it names this machine where another one sees the run.
func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return "unknown"
	}
	return name
}
