package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"gijbulk/importer/journal"
	"gijbulk/schema"
)

// stateOptions say where runs are kept.
type stateOptions struct {
	path        string
	lockTimeout time.Duration
}

func (o *stateOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.path, "state", "", "`FILE` that keeps the runs (default $XDG_STATE_HOME/gijbulk/gijbulk.db, with --sandbox none); none keeps nothing: no lock, no resume, no undo")
	f.DurationVar(&o.lockTimeout, "lock-timeout", 0, "how long to wait while another run holds this target")
}

// noState is the path that keeps nothing.
const noState = "none"

// statePath is where the state file is.
func (a *app) statePath(o stateOptions) (string, error) {
	if o.path != "" {
		return o.path, nil
	}
	dir := a.env("XDG_STATE_HOME")
	if dir == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", usage("there is no place for the state file: %w", err).hinted("give --state FILE")
		}
		dir = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(dir, "gijbulk", "gijbulk.db"), nil
}

// openState opens the state file. Without make, one that is not there is nil: a run
// that only looks leaves no trace.
func (a *app) openState(o stateOptions, make bool) (*journal.Journal, error) {
	path, err := a.statePath(o)
	if err != nil {
		return nil, err
	}
	if path == noState {
		return nil, usage("--state none keeps no runs")
	}
	if _, err := os.Stat(path); !make && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return journal.Open(path)
}

// memory makes what was sent last answer the engine's question.
type memory struct{ sent *journal.Sent }

// Compare says whether the value was sent last, and whether that can be told.
func (m memory) Compare(id int64, f schema.Field, v schema.Value) (same, judged bool) {
	switch m.sent.Compare(id, f, v) {
	case journal.SameSent:
		return true, true
	case journal.Unjudged:
		return false, false
	}
	return false, true
}

// open opens the state file, where the run is kept in one. An embedded sandbox begins
// anew each time, and a run that only looks leaves no trace.
func (j *job) open() (err error) {
	o := j.options.state
	if o.path == noState || j.target.sandbox && o.path == "" {
		return nil
	}
	j.state, err = j.openState(o, !j.run.DryRun)
	return err
}

// register keeps the run, with its files and options, before its first request.
func (j *job) register(ctx context.Context, options keptOptions) error {
	if err := j.open(); err != nil || j.state == nil || j.run.DryRun {
		return err
	}
	kept, err := options.of(j.command.Flags())
	if err != nil {
		return err
	}
	j.log, err = j.state.Start(ctx, j.run, kept, j.mask)
	return err
}

// discard takes a run that ended before anything was to be sent out of the state file
// again.
func (j *job) discard(ctx context.Context, why error) error {
	if j.log == nil {
		return why
	}
	return firstError(why, j.log.Discard(context.WithoutCancel(ctx)))
}

// enter finds out who and where we are, and takes the target for this run. A run that
// only looks takes nothing.
func (j *job) enter(ctx context.Context) error {
	user, err := j.target.client.Myself(ctx)
	if err != nil {
		return err
	}
	server, err := j.target.client.ServerInfo(ctx)
	if err != nil {
		return err
	}
	j.run.User, j.run.Target = user.Name, cmp.Or(server.BaseURL, j.run.Target)
	if j.state == nil || j.run.DryRun {
		return nil
	}
	shard, of, err := j.options.selection.shardOf()
	if err != nil {
		return err
	}
	j.release, err = journal.Lock(ctx, filepath.Dir(j.state.Path()), j.run.Target, shard, of, j.options.state.lockTimeout)
	return err
}

// leave gives the target and the state file back.
func (j *job) leave() error {
	var logged, released, closed error
	if j.log != nil {
		logged = j.log.Close()
	}
	if j.release != nil {
		released = j.release()
	}
	if j.state != nil {
		closed = j.state.Close()
	}
	return errors.Join(logged, released, closed)
}
