package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"gijbulk/importer/journal"
)

// stateOptions say where runs are kept.
type stateOptions struct {
	path        string
	lockTimeout time.Duration
}

func (o *stateOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.path, "state", "", "`FILE` that records the runs, or postgres://USER@HOST/DATABASE (default $XDG_STATE_HOME/gijbulk/gijbulk.db; with --sandbox none); none: no resume, no undo")
	f.DurationVar(&o.lockTimeout, "lock-timeout", 0, "how long to wait while another run has locked this target")
}

// noState is the path that keeps nothing.
const noState = "none"

func (a *app) statePath(o stateOptions) (string, error) {
	if o.path != "" {
		return o.path, nil
	}
	dir, err := a.userFolder()
	return filepath.Join(dir, "gijbulk.db"), err
}

// userFolder is the folder of the user's own for the state and the locks. A relative one would
// be another in each working directory.
func (a *app) userFolder() (string, error) {
	dir, err := a.baseFolder("XDG_STATE_HOME", ".local", "state")
	if err != nil {
		return "", withoutFolder(err)
	}
	if !filepath.IsAbs(dir) {
		return "", withoutFolder(fmt.Errorf("%s is not an absolute path", dir))
	}
	return filepath.Join(dir, "gijbulk"), nil
}

// baseFolder is the folder that a variable names, else one in the home directory
// (https://specifications.freedesktop.org/basedir-spec/latest/).
func (a *app) baseFolder(variable string, inHome ...string) (string, error) {
	if dir := a.env(variable); dir != "" {
		return dir, nil
	}
	if a.homeDir == nil {
		return "", errors.New("no home directory")
	}
	home, err := a.homeDir()
	return filepath.Join(append([]string{home}, inHome...)...), err
}

func withoutFolder(why error) error {
	return usage("no folder for the state and the locks: %w", why).
		hinted("set XDG_STATE_HOME to the absolute path of a folder that only your account can use and that outlives the run")
}

// openState opens the state. Without make, one that is not there is nil: a run that only
// looks leaves no trace.
func (a *app) openState(o stateOptions, make bool) (*journal.Journal, error) {
	path, err := a.statePath(o)
	if err != nil {
		return nil, err
	}
	if path == noState {
		return nil, usage("--state none keeps no runs")
	}
	state, err := journal.Open(a.command.Context(), path, journal.Options{Clock: journal.Clock{Now: a.now, Boot: a.boot}, Key: a.env(envStateKey), Existing: !make})
	if missing, is := errors.AsType[*journal.Error](err); is && missing.Kind == journal.KindMissing {
		return nil, nil
	}
	return state, err
}

// openRuns opens the state for a command that works on a run of it. One that is not
// there holds none.
func (a *app) openRuns(o stateOptions, id string) (*journal.Journal, error) {
	state, err := a.openState(o, false)
	if err != nil || state != nil {
		return state, err
	}
	path, err := a.statePath(o)
	return nil, cmp.Or(err, error(&journal.NoRun{ID: id, Path: path}))
}

// hasVanished reports whether an error says that the state file is no longer there.
func hasVanished(err error) bool {
	state, is := errors.AsType[*journal.Error](err)
	return is && state.Kind == journal.KindVanished
}

// closing closes the state of a command that ends early: with an error, or else with what
// it does last.
func closing(state *journal.Journal, err error, last func() error) error {
	if err == nil && last != nil {
		err = last()
	}
	return firstError(err, state.Close())
}

func (a *app) loadRun(ctx context.Context, o stateOptions, id string) (saved journal.Saved, err error) {
	state, err := a.openRuns(o, id)
	if err != nil {
		return saved, err
	}
	defer func() { err = firstError(err, state.Close()) }()
	if saved, err = state.Load(ctx, id); err != nil {
		return saved, err
	}
	saved.Run.Nested = saved.Plan.NestedAfter(saved.Outcomes, saved.Run.Complete)
	saved.Run, err = withAdvice(saved)
	return saved, err
}

// lockFolder is where the locks are, whatever the state is: a run with another state file, or
// with none, excludes this one.
func (a *app) lockFolder() (string, error) {
	if a.locks != "" {
		return a.locks, nil
	}
	dir, err := a.userFolder()
	return filepath.Join(dir, "locks"), err
}

func (a *app) openLocks() (journal.Locks, error) {
	folder, err := a.lockFolder()
	if err != nil {
		return journal.Locks{}, err
	}
	locks, err := journal.OpenLocks(folder)
	if err != nil {
		return locks, (&failure{code: exitError, err: err}).
			hinted("make it a folder of your account alone (chown, chmod 700), or set XDG_STATE_HOME to the absolute path of another")
	}
	return locks, nil
}
