package main

import (
	"slices"
	"strings"
	"time"

	"gijbulk/reports"
	"gijbulk/schema"
)

// simAttempt is a create that was sent.
type simAttempt struct {
	command *simCommand
	key     simKey
	until   time.Time  // when the server ends its work on it, at the latest
	over    bool       // the answer to it has arrived
	made    *simRecord // nil: nothing, until now
}

func (w *simWorld) attempt(c *simCommand, key simKey) *simAttempt {
	a := &simAttempt{command: c, key: key, until: time.Now().Add(c.timeout)}
	w.attempts = append(w.attempts, a)
	return a
}

// simAgree is how many lists have to lack a record before it is created.
const simAgree = 2

// judgeAgain: a create whose answer was lost is not sent again while the server may still be at work on
// it, nor is anything created that one list alone lacks.
func (w *simWorld) judgeAgain(c *simCommand, key simKey) {
	if lists := len(c.listed[key.kind]); lists < simAgree && c.name != "resume" {
		w.violate(1, "command %d creates %v after %d lists", c.n, key, lists)
	}
	for _, a := range w.attempts {
		if a.key != key || a.over || !a.knownTo(c) || w.explains(a) {
			continue
		}
		needed, lists := 1, a.listsAfter(c)
		if c.sharesRun(a.command) {
			needed = simAgree
		}
		switch left := time.Until(a.until); {
		case left > 0:
			w.violate(1, "command %d creates %v again, and the server may be at work on that of command %d for %v", c.n, key, a.command.n, left)
		case lists < needed:
			w.violate(1, "command %d creates %v again after %d lists without that of command %d", c.n, key, lists, a.command.n)
		}
	}
}

// judgeLate: a later run of the same state has waited for what the server may still do to a record that its report has.
func (w *simWorld) judgeLate(c *simCommand, r *simRecord, what string) {
	for _, later := range w.commands[c.n:] {
		waits := slices.Contains([]string{"import", "sync", "undo"}, later.name) && later.report != nil && !later.report.Run.DryRun && later.report.Run.Complete
		knows := !c.hasOwnState() && !later.hasOwnState() && !later.sharesRun(c) && later.start.After(c.end)
		if c.over && c.fault == "slow" && waits && knows && slices.ContainsFunc(later.report.Records, func(info reports.RecordInfo) bool { return info.ID == r.id }) {
			w.violate(1, "command %d carries out the %s of id %d, %v, although command %d has reported it since", c.n, what, r.id, r.key, later.n)
		}
	}
}

// knownTo reports whether a command can know of an attempt.
func (a *simAttempt) knownTo(c *simCommand) bool {
	return a.command == c || !a.command.hasOwnState() && !c.hasOwnState()
}

func (c *simCommand) hasOwnState() bool {
	return slices.ContainsFunc(c.args, func(arg string) bool { return strings.HasPrefix(arg, "--state=") })
}

// explains reports whether a list may have shown what an attempt made although it does not show it now, or
// what another administrator added and cannot be told from it.
func (w *simWorld) explains(a *simAttempt) bool {
	return w.added[a.key].After(a.command.start) || a.made != nil && (w.server.records[a.made.id] != a.made || !a.made.foreign.IsZero())
}

// hidden reports whether lists were later to show what an attempt made than is assumed of a server, and had not
// shown it to a command in the end.
func (w *simWorld) hidden(c *simCommand, live *simRecord) bool {
	return c.lastShown[live.id] != live.key && slices.ContainsFunc(w.attempts, func(a *simAttempt) bool {
		return a.made == live && live.made.Add(w.story.lag).After(a.until.Add(simSettle))
	})
}

func (a *simAttempt) listsAfter(c *simCommand) (n int) {
	for _, read := range c.listed[a.key.kind] {
		if !read.Before(a.until) {
			n++
		}
	}
	return n
}

// checkAfterwards is invariant 1 once the server has ended all work: what the latest complete report of a
// run shows as created, the run has made once, unless work has outlived both --timeout and the run.
func (w *simWorld) checkAfterwards() {
	if w.overdue && w.story.theme != "overdue" {
		return
	}
	latest := make(map[string]*simCommand)
	for _, c := range w.commands {
		if c.report != nil && c.report.Run.Complete && !w.continues(c, "undo") {
			latest[c.run] = c
		}
	}
	for _, c := range latest {
		for _, r := range c.report.Records {
			key := w.keyOf(c, r)
			if made := w.madeBy(c.run, key); r.Status == schema.StatusCreated && made > 1 {
				w.violate(1, "command %d reports %v as %s, and its run has made it %d times", c.n, key, r.Status, made)
			}
		}
	}
}

// madeBy counts what a run has made under an identity, and is on the server as it has left it.
func (w *simWorld) madeBy(run string, key simKey) (n int) {
	for _, a := range w.attempts {
		if a.command.run == run && a.key == key && a.made != nil && w.server.records[a.made.id] == a.made && a.made.foreign.IsZero() {
			n++
		}
	}
	return n
}
