package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gijbulk/reports"
	"gijbulk/schema"
)

// simCertain lists that lack a repository one after another prove that it is gone: it cannot be asked for.
const simCertain = 3

// saw notes what a list shows to a command: what a command cannot have seen it need not report.
func (c *simCommand) saw(s *simServer, kind string, shown []map[string]any) {
	if c.lastShown == nil {
		c.lastShown, c.seen, c.lacking = make(map[int64]simKey), make(map[int64]map[string]any), make(map[int64]int)
		c.listed, c.gone = make(map[string][]time.Time), make(map[int64]bool)
	}
	c.listed[kind] = append(c.listed[kind], time.Now())
	maps.DeleteFunc(c.lastShown, func(_ int64, k simKey) bool { return k.kind == kind })
	maps.DeleteFunc(c.seen, func(_ int64, v map[string]any) bool { return simSeenKey(v).kind == kind })
	for id, r := range s.records {
		if c.lacking[id]++; r.key.kind != kind {
			c.lacking[id]--
		}
		c.gone[id] = c.gone[id] || kind == "repository" && c.lacking[id] == simCertain
	}
	for _, v := range shown {
		if id := v["id"].(int64); c.lacking[id] <= simCertain {
			delete(c.lacking, id)
		}
		key := simSeenKey(v)
		c.lastShown[v["id"].(int64)], c.seen[v["id"].(int64)] = key, v
		c.shown[key]++
	}
}

// judge is invariant 2: what others made is changed only where the manifest claims exactly it, and
// deleted only with --prune.
func (w *simWorld) judge(c *simCommand, r *simRecord, what string, fields map[string]any) {
	w.claim()
	w.outlive(c, r, what)
	w.judgeLate(c, r, what)
	w.judgeChanged(c, r, fields)
	w.judgeRenamed(c, r, fields)
	switch {
	case what == "update" && r.by == nil && !r.claimed:
		w.violate(2, "command %d (%s) updates id %d, %v, which another administrator made and no manifest names", c.n, c.name, r.id, r.key)
	case what == "update" && c.name == "import":
		w.violate(2, "command %d, an import, updates id %d, %v", c.n, r.id, r.key)
	case what == "delete":
		w.judgeDelete(c, r)
	}
}

// outlive notes what is done to a record of a command by none that goes on, or by another shard, which is not
// what that command reports: work that outlives its command, too, and the deletion of what another administrator
// has changed.
func (w *simWorld) outlive(c *simCommand, r *simRecord, what string) {
	switch {
	case c.over, what == "update" && r.by != nil && r.by != c && (!r.by.over || r.by.end.After(c.start)):
		w.outlived[r.id] = time.Now()
	case what == "delete" && !r.foreign.IsZero():
		w.gone[r.id] = r.foreign
	}
}

// judgeCreate is the part of invariant 1 that needs no report: what differs from a record that the
// command has seen, before its first write, only as a server rewrites names is never created, unless that
// is another one of the manifest.
func (w *simWorld) judgeCreate(c *simCommand, k simKey) {
	for _, r := range w.server.sorted() {
		if c.over || c.fault == "slow" || c.fault == "late" {
			return // it was shown after the request had left
		}
		anothers := slices.ContainsFunc(w.entries(c), func(e simEntry) bool { return e.key != k && w.server.stored(e.key) == r.key })
		if k.name != "" && r.key != k && !anothers && r.key.folded() == k.folded() && c.planned[r.id] != nil && c.lastShown[r.id] == r.key {
			w.violate(1, "command %d creates %v although id %d, %v, differs only as a server rewrites names", c.n, k, r.id, r.key)
		}
	}
}

func (w *simWorld) judgeDelete(c *simCommand, r *simRecord) {
	mayPrune, mayUndo, mayTidy := w.may(c, "--prune"), c.name == "undo" || c.name == "resume", w.may(c, "--remove-duplicates")
	switch {
	case mayPrune && c.name == "sync" && c.manifest.claims(r.key, w.server.live) && len(w.server.live(r.key)) == 1:
		w.violate(2, "command %d prunes id %d, %v, which is in the manifest", c.n, r.id, r.key)
	case mayPrune:
	case !mayUndo && !mayTidy:
		w.violate(2, "command %d (%s) deletes id %d, %v, without --prune", c.n, c.name, r.id, r.key)
	case r.by == nil && !w.raced(r.foreign):
		w.violate(2, "command %d (%s) deletes id %d, %v, which another administrator made", c.n, c.name, r.id, r.key)
	case c.name == "undo" && r.by == nil && !r.sent.exact():
		w.violate(2, "command %d (undo) deletes id %d, %v, which another administrator made, and no name says that it could be ours", c.n, r.id, r.key)
	case c.name == "undo" && r.by != nil && r.foreign.After(w.ended(r.by)) && r.foreign.Before(c.start) && !r.asWritten():
		w.violate(2, "command %d (undo) deletes id %d, %v, which another administrator has changed", c.n, r.id, r.key)
	}
}

// raced reports whether a change by another administrator came during a run, its interruptions included.
func (w *simWorld) raced(at time.Time) bool {
	return slices.ContainsFunc(w.commands, func(c *simCommand) bool { return !at.Before(c.start.Add(-w.story.lag)) && !at.After(w.ended(c)) })
}

// ended is when the last command of a command's run ended. Which run a resume that died had continued may not
// be known: a later resume may have continued that one, too.
func (w *simWorld) ended(c *simCommand) (end time.Time) {
	for _, other := range w.commands {
		switch {
		case !c.sharesRun(other) && (c.run != "" || other.name != "resume"):
		case !other.over:
			return time.Now()
		case other.end.After(end):
			end = other.end
		}
	}
	return end
}

// may reports whether a command, or one that it may continue, was given a flag.
func (w *simWorld) may(c *simCommand, flag string) bool {
	if c.name != "resume" {
		return slices.Contains(c.args, flag)
	}
	return slices.ContainsFunc(w.commands, func(c *simCommand) bool { return slices.Contains(c.args, flag) })
}

// check compares what a command reports with what is on the server.
func (w *simWorld) check(c *simCommand) {
	if c.exit == exitError {
		w.violate(0, "command %d (%s) ends with an internal error: %s", c.n, c.name, simTail(c.stderr.String()))
	}
	if w.has("exits") && (c.exit == exitTarget || c.exit == exitCredentials) {
		w.violate(0, "command %d (%s) ends with exit %d, and neither target nor credentials are wrong: %s", c.n, c.name, c.exit, simTail(c.stderr.String()))
	}
	if c.name == "undo" {
		w.checkUndoneOnce(c)
	}
	if c.report == nil || c.report.Run.DryRun || c.exit == exitUnsafe { // what a refused resume reports is what it had known
		return
	}
	for _, r := range c.report.Records {
		key := w.keyOf(c, r)
		w.checkDuplicates(c, r, key)
		w.checkOutcome(c, r, key)
		if c.exit == exitDone && !slices.Contains(simGood, r.Status) {
			w.violate(3, "command %d exits 0, and %v is %s", c.n, key, r.Status)
		}
	}
	w.checkRenamed(c)
	if c.name == "undo" {
		w.checkUndo(c)
	}
}

// keyOf is the identity that a manifest gave to a record of a report, which shows the server's name of
// one without a name.
func (w *simWorld) keyOf(c *simCommand, r reports.RecordInfo) simKey {
	key := newSimKey(r.Kind, r.Type, r.Origin, r.DisplayName)
	given := key
	for _, other := range w.commands[:c.n] {
		if other != c && other.run != c.run || r.Record < 1 || r.Record > len(other.manifest) {
			continue
		}
		switch k := other.manifest[r.Record-1].key; {
		case k == key:
			return key
		case k.name == "" && k.kind == key.kind && k.typ == key.typ && k.origin == key.origin:
			given = k
		}
	}
	return given
}

var simGood = []schema.Status{schema.StatusCreated, schema.StatusUpdated, schema.StatusDeleted, schema.StatusUnchanged, schema.StatusExists}

func simTail(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], " / ")
}

// checkDuplicates is invariant 1: an identity that is live twice is reported. What others made counts
// once the command has seen it.
func (w *simWorld) checkDuplicates(c *simCommand, r reports.RecordInfo, key simKey) {
	if !c.report.Run.Complete || r.Action == schema.OpDelete {
		return // it has not read the list at the end, or the duplicates are told of another record
	}
	if is := w.server.records[r.ID]; is != nil && is.by != nil && is.key != key && !key.exact() {
		return // a person has named the record
	}
	ours, seen, hidden := 0, 0, false
	for _, live := range w.server.live(key) {
		mine := c.mayKnow(live) && live.by != nil && live.by.run == c.run && live.foreign.IsZero()
		if mine {
			ours++
		}
		if mine || c.lastShown[live.id] == live.key {
			seen++
		}
		hidden = hidden || mine && !live.proven && c.lastShown[live.id] != live.key
	}
	if ours == 1 && hidden {
		return // its answer was lost, and another administrator's was taken for it
	}
	if w.continues(c, "undo") && (ours < 2 || w.has("copy")) {
		return // it leaves duplicates of others alone, and makes those again that a run had deleted
	}
	said := r.Status == schema.StatusConflict || r.Status == schema.StatusUnknown
	left := r.Status == schema.StatusUnprocessed || r.Status == schema.StatusFailed
	if seen > 1 && !said && (ours > 1 || !left && (!c.raced || r.Status == schema.StatusCreated)) {
		w.violate(1, "%v is live %d times, %d of them made by run %s, and reported as %s", key, seen, ours, c.run, r.Status)
	}
}

// checkOutcome is invariant 3: each outcome says what is on the server.
func (w *simWorld) checkOutcome(c *simCommand, r reports.RecordInfo, key simKey) {
	live := w.server.records[r.ID]
	if w.touched(c, r.ID) {
		return // it was so until another administrator came
	}
	switch r.Status {
	case schema.StatusCreated:
		w.checkCreated(c, live, key, r.ID, r.Advice)
	case schema.StatusUpdated:
		if live == nil {
			w.violate(3, "%v is reported as updated, and id %d is not on the server", key, r.ID)
		} else if !w.continues(c, "undo") && !w.wanted(c, live, key) {
			w.violate(3, "%v is reported as updated, and id %d has not the values of the manifest: %v", key, r.ID, simFields(live.fields))
		}
	case schema.StatusDeleted:
		if live != nil && live.key.kind == key.kind { // a restored server may have given the id to another
			w.violate(3, "%v is reported as deleted, and id %d is on the server", key, r.ID)
		}
	case schema.StatusUnknown:
		w.checkUnknown(c, r, key)
	case schema.StatusFailed, schema.StatusUnprocessed:
		w.checkNotMade(c, r, key)
	case schema.StatusUnchanged, schema.StatusExists:
		if !w.continues(c, "undo") && !c.raced && len(w.server.live(key)) == 0 && !w.wasShown(c, key) && !w.resembled(c, key) {
			w.violate(3, "%v is reported as %s, and nothing like it was shown", key, r.Status)
		}
	}
}

// wasShown: what a resume could not read again is as its run has last seen it.
func (w *simWorld) wasShown(c *simCommand, key simKey) bool {
	return slices.ContainsFunc(w.commands, func(other *simCommand) bool {
		return (other == c || !c.report.Run.Complete && c.sharesRun(other)) && other.shown[w.server.stored(key)] > 0
	})
}

func (w *simWorld) touched(c *simCommand, id int64) bool {
	if at, changed := w.outlived[id]; changed && !at.Before(c.start) {
		return true
	}
	at, changed := w.gone[id]
	if live := w.server.records[id]; live != nil {
		at, changed = live.foreign, !live.foreign.IsZero()
	}
	if !c.report.Run.Complete { // what it has not read again is as it was known
		return changed || w.restores > 0
	}
	return changed && (c.raced && !at.Before(c.start) || at.After(c.end)) // the other of two shards may have ended later
}

func (w *simWorld) checkCreated(c *simCommand, live *simRecord, key simKey, id int64, advice string) {
	switch {
	case live == nil:
		w.violate(3, "%v is reported as created, and id %d is not on the server", key, id)
	case live.by == nil && w.doubtful(c, key) && (w.raced(live.made) || w.raced(time.UnixMilli(live.init))):
		// it cannot be told from a create whose answer was lost; a Jira that was restored has given it another id and date
	case live.by == nil && w.may(c, "--remove-duplicates") && strings.Contains(advice, "someone else may have created it"):
	case live.by == nil:
		w.violate(3, "%v is reported as created, and id %d was made by another administrator", key, id)
	case live.sent != key && live.key != w.server.stored(key) && live.foreign.IsZero():
		w.violate(3, "%v is reported as created, and id %d is %v", key, id, live.key)
	}
}

// checkNotMade: a create that is reported as failed or not sent has left nothing.
func (w *simWorld) checkNotMade(c *simCommand, r reports.RecordInfo, key simKey) {
	for _, live := range w.server.live(key) {
		if c.madeAs(live.id) || !c.mayKnow(live) || w.hidden(c, live) || key.kind == "repository" && c.lacking[live.id] >= simCertain {
			continue // an undo makes again what a run had deleted twice
		}
		if w.restores > 0 && r.ID != 0 && r.ID != live.id {
			continue // the report says that this id is no longer there
		}
		if r.Action == schema.OpCreate && live.by != nil && live.by.run == c.run && live.foreign.IsZero() {
			w.violate(3, "the create of %v is reported as %s, and id %d was made by run %s", key, r.Status, live.id, c.run)
		}
	}
}

// checkUnknown: where no one else works on the server, lists show all and nothing outlives --timeout, each create
// that is certainly not there is sent again as often as it may be.
func (w *simWorld) checkUnknown(c *simCommand, r reports.RecordInfo, key simKey) {
	alone := w.restores == 0 && len(w.gone) == 0 && w.server.rewrite == "" && w.story.lag == 0 && !w.overdue
	for _, live := range w.server.records {
		alone = alone && live.by != nil && live.foreign.IsZero()
	}
	var retries int
	for _, arg := range c.args {
		_, _ = fmt.Sscanf(arg, "--retries=%d", &retries)
	}
	if alone && c.report.Run.Complete && r.Action == schema.OpCreate && r.Attempts <= retries && !w.continues(c, "undo") && c.name != "resume" {
		w.violate(3, "%v is reported as unknown after %d attempts, and nothing unexplained is live: %s", key, r.Attempts, r.Error)
	}
}

// mayKnow: what outlives --timeout is reported as far as lists have shown it in the end.
func (c *simCommand) mayKnow(live *simRecord) bool {
	return !c.w.overdue || live.proven || c.report.Run.Complete && c.lastShown[live.id] == live.key
}

// madeAs reports whether a command reports a create as this id.
func (c *simCommand) madeAs(id int64) bool {
	return slices.ContainsFunc(c.report.Records, func(r reports.RecordInfo) bool { return r.Status == schema.StatusCreated && r.ID == id })
}

// wanted reports whether a record has the values of a manifest that a run had.
func (w *simWorld) wanted(c *simCommand, live *simRecord, key simKey) bool {
	return slices.ContainsFunc(w.entries(c), func(e simEntry) bool { return e.key == key && w.agrees(live, e) })
}

// entries are those of the manifests of a command's run: a resume continues by the one that the run began with.
func (w *simWorld) entries(c *simCommand) (all []simEntry) {
	for _, other := range w.commands {
		if c.sharesRun(other) {
			all = append(all, other.manifest...)
		}
	}
	return all
}

// agrees compares what is shown: another administrator, or work that has outlived its command, may make of a
// record, while a run is at work, what that takes for its own.
func (w *simWorld) agrees(live *simRecord, e simEntry) bool {
	shown := w.server.show(live)
	_, late := w.outlived[live.id]
	for name, value := range e.fields {
		if is, there := shown[name]; fmt.Sprint(is) != fmt.Sprint(value) && (there || !late && !w.raced(live.foreign)) {
			return false
		}
	}
	return true
}

// resembled reports whether a list has shown what could be this record under another name: an unnamed
// one, an earlier name, or one that differs only as a server rewrites names.
func (w *simWorld) resembled(c *simCommand, key simKey) bool {
	for shown := range c.shown {
		if shown.folded() == key.folded() || key.name == "" && shown.typ == key.typ && shown.origin == key.origin {
			return true
		}
	}
	i := slices.IndexFunc(c.manifest, func(e simEntry) bool { return e.key == key })
	return i >= 0 && (len(c.manifest[i].previously) > 0 || w.continues(c, "import"))
}

// continues reports whether a command is one of a name, or resumes one.
func (w *simWorld) continues(c *simCommand, name string) bool {
	return slices.ContainsFunc(w.commands, func(other *simCommand) bool {
		return other.name == name && c.sharesRun(other)
	})
}

// checkSecrets is invariant 6: no secret in an output, a report or the state.
func (w *simWorld) checkSecrets(c *simCommand) {
	w.noSecret(c, "standard output", c.stdout.Bytes())
	w.noSecret(c, "standard error", c.stderr.Bytes())
	for _, dir := range []string{w.reportDir(c), filepath.Dir(w.state)} {
		_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			content, err := os.ReadFile(path)
			w.noSecret(c, d.Name(), content)
			return err
		})
	}
}

func (w *simWorld) noSecret(c *simCommand, where string, content []byte) {
	if at := bytes.Index(content, []byte("canary-")); at >= 0 {
		w.violate(6, "command %d (%s) shows a secret in %s at %d", c.n, c.name, where, at)
	}
}
