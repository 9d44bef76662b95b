package main

import (
	"context"
	"slices"

	"gijbulk/importer/journal"
)

// runToResume is the run that an argument means. The last is the newest but those that finished
// and sent nothing, or were refused, so that none of these hides one that was interrupted; it is
// "" where the runs are all of that kind.
func runToResume(ctx context.Context, state *journal.Journal, id string) (string, error) {
	if id != journal.Last {
		return id, nil
	}
	entries, err := state.Runs(ctx)
	if err != nil || len(entries) == 0 {
		return id, err
	}
	for _, e := range entries {
		if e.State != journal.StateRefused && (e.State != journal.StateFinished || e.Wrote) {
			return e.ID, nil
		}
	}
	return "", nil
}

// runToUndo is the run that an argument means. The last is the newest that sent a write and is
// no undo; where an undo of it has sent one too, only its id says what is meant.
func runToUndo(ctx context.Context, state *journal.Journal, id string) (string, error) {
	if id != journal.Last {
		return id, nil
	}
	entries, err := state.Runs(ctx)
	if err != nil {
		return "", err
	}
	entries = slices.DeleteFunc(entries, func(e journal.RunSummary) bool { return !e.Wrote })
	i := slices.IndexFunc(entries, func(e journal.RunSummary) bool { return e.Command != "undo" })
	if i < 0 {
		return "", usage("no run here has sent anything that could be undone")
	}
	last := entries[i].ID
	for _, e := range entries[:i] {
		undone, err := undoneBy(ctx, state, e.ID)
		if err != nil {
			return "", err
		}
		if undone == last {
			return "", usage("the last run that sent something, %s, was undone by %s", last, e.ID).
				hinted("gijbulk undo %s undoes what is left of it; gijbulk undo %s reverts the undo", last, e.ID)
		}
	}
	return last, nil
}

// undoneBy is the id of the run that an undo reverts.
func undoneBy(ctx context.Context, state *journal.Journal, undo string) (string, error) {
	saved, err := state.Header(ctx, undo)
	if err != nil {
		return "", err
	}
	o, err := readOptions(undo, saved.Options)
	return o.Undoes, err
}
