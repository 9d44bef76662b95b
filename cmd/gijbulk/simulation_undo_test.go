package main

import (
	"slices"

	"gijbulk/reports"
)

// simUndo is what was on the server before a command.
type simUndo struct {
	command *simCommand // nil: not known, or others have changed it since
	records map[simKey]string
}

func (w *simWorld) remember(c *simCommand) {
	w.before[""] = simUndo{}
	if c.name == "import" || c.name == "sync" {
		w.before[""] = simUndo{c, w.snapshot()}
	}
}

// snapshot is what the server shows, ids and dates aside.
func (w *simWorld) snapshot() map[simKey]string {
	records := make(map[simKey]string)
	for _, r := range w.server.sorted() {
		shown := w.server.show(r)
		delete(shown, "id")
		delete(shown, "initDate")
		records[r.key] += simFields(shown)
	}
	return records
}

// checkUndo is invariant 5: an undo restores what was there before, except what a report says.
func (w *simWorld) checkUndo(c *simCommand) {
	w.checkDeleted(c)
	undone, known := w.undone(c)
	if !known || c.exit != exitDone {
		return
	}
	unsure := make(map[simKey]bool)
	for _, other := range w.commands[undone.command.n-1:] {
		if other.report == nil {
			continue
		}
		for _, r := range other.report.Records {
			key := w.server.stored(w.keyOf(other, r))
			unsure[key] = unsure[key] || !slices.Contains(simGood, r.Status)
		}
	}
	for _, r := range w.server.sorted() {
		if c.gone[r.id] || !c.mayKnow(r) {
			unsure[r.key] = true
		}
	}
	now := w.snapshot()
	for key := range unsure {
		if !unsure[key] && now[key] != undone.records[key] {
			w.violate(5, "undo leaves %v as %q; before it was %q", key, now[key], undone.records[key])
		}
	}
}

// checkDeleted: what an answer proved to be made by the run that is undone is gone, unless the undo says
// otherwise.
func (w *simWorld) checkDeleted(c *simCommand) {
	run := w.lastToUndo(c)
	died := slices.ContainsFunc(w.commands, func(other *simCommand) bool { return other.run == run && other.dead })
	if run == "" || died || w.restores > 0 || c.exit != exitDone && c.exit != exitFailed {
		return
	}
	said := func(r *simRecord) bool {
		return slices.ContainsFunc(c.report.Records, func(info reports.RecordInfo) bool {
			return !slices.Contains(simGood, info.Status) && (info.ID == r.id || w.keyOf(c, info) == r.sent)
		})
	}
	for _, r := range w.server.sorted() {
		if r.proven && r.by.run == run && r.foreign.IsZero() && !c.gone[r.id] && !said(r) {
			w.violate(5, "undo leaves id %d, %v, which run %s has made", r.id, r.key, run)
		}
	}
}

// checkUndoneOnce: what an undo of the last run has reverted is not undone again, nor is that undo.
func (w *simWorld) checkUndoneOnce(c *simCommand) {
	run := w.lastToUndo(c)
	for _, other := range w.commands[:c.n-1] {
		again := other.name == "undo" && other.tried > 0 && !other.dead && run != "" && w.lastToUndo(other) == run
		if again && (c.tried > 0 || c.exit == exitDone) {
			w.violate(5, "command %d undoes run %s, or what undid it, which command %d has done", c.n, run, other.n)
			return
		}
	}
}

// undone is what was there before the run that an undo of the last one reverts, where only that run
// has written since.
func (w *simWorld) undone(c *simCommand) (undo simUndo, known bool) {
	run := w.lastToUndo(c)
	undo = w.before[run]
	if run == "" || undo.command == nil {
		return undo, false
	}
	for _, other := range w.commands[undo.command.n-1 : c.n-1] {
		if other.writes > 0 && other.run != run || other.dead {
			return undo, false
		}
	}
	return undo, true
}

// lastToUndo is the run that an undo of the last one reverts: the one that sent a write, whatever came of
// it, also one that the connection or the server refused. A run that stopped before it sent one may have
// recorded an intent: then it is not known.
func (w *simWorld) lastToUndo(c *simCommand) (run string) {
	var last *simCommand
	for _, other := range w.commands[:c.n-1] {
		switch {
		case other.name == "undo":
		case other.tried > 0 && last != nil && last.tried > 0 && last.start.Equal(other.start):
			run = "" // of two shards that start at once, either may have been recorded last
		case other.tried > 0:
			run, last = other.run, other
		case other.dead || slices.Contains([]int{exitInterrupted, exitTerminated, exitLimit}, other.exit):
			run = ""
		}
	}
	return run
}
