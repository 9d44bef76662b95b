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
)

// stateOptions say where runs are kept.
type stateOptions struct {
	path        string
	lockTimeout time.Duration
}

func (o *stateOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.path, "state", "", "`FILE` that records the runs (default $XDG_STATE_HOME/gijbulk/gijbulk.db, with --sandbox none); none records nothing: no lock, no resume, no undo")
	f.DurationVar(&o.lockTimeout, "lock-timeout", 0, "how long to wait while another run has locked this target")
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
	return journal.Open(path, journal.Clock{Now: a.now, Boot: a.boot})
}

// openRuns opens the state file for a command that works on a run of it. A file that is
// not there holds none.
func (a *app) openRuns(o stateOptions, id string) (*journal.Journal, error) {
	state, err := a.openState(o, false)
	if err != nil || state != nil {
		return state, err
	}
	path, err := a.statePath(o)
	return nil, cmp.Or(err, error(&journal.NoRun{ID: id, Path: path}))
}

// closing closes the state file of a command that ends early: with an error, or else with what
// it does last.
func closing(state *journal.Journal, err error, last func() error) error {
	if err == nil && last != nil {
		err = last()
	}
	return firstError(err, state.Close())
}

// loadRun reads a run from the state file.
func (a *app) loadRun(ctx context.Context, o stateOptions, id string) (saved journal.Saved, err error) {
	state, err := a.openRuns(o, id)
	if err != nil {
		return saved, err
	}
	defer func() { err = firstError(err, state.Close()) }()
	return state.Load(ctx, id)
}

// lockDir is the folder of the locks: that of the state file, unless the process has another.
func (a *app) lockDir(statePath string) string { return cmp.Or(a.locks, filepath.Dir(statePath)) }
