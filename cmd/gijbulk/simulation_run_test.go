package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"gijbulk/reports"
	"gijbulk/schema"
)

// simRun is what is known of a run beyond its single commands.
type simRun struct {
	began    time.Time
	basis    map[int64]map[string]any // what the lists showed that its plan was made from
	canary   string                   // the method of its first write
	creates  []simKey                 // sent since the run began or was resumed on purpose, in their order
	sent     map[simKey]bool          // creates, whenever that was
	doubtful map[simKey]int           // creates without a certain answer
}

// runOf is the run that a command began or continues; nil where that is not known.
func (w *simWorld) runOf(c *simCommand) *simRun {
	if c.run == "" {
		return nil
	}
	if w.runs[c.run] == nil {
		w.runs[c.run] = &simRun{began: c.start, sent: make(map[simKey]bool), doubtful: make(map[simKey]int)}
	}
	return w.runs[c.run]
}

// sharesRun reports whether another command, or this one, began or continued its run.
func (c *simCommand) sharesRun(other *simCommand) bool {
	return other == c || other.run == c.run && c.run != ""
}

// continued is the run that a resume of the last one continues: the latest, where it has sent a write.
func (w *simWorld) continued() string {
	for _, c := range slices.Backward(w.commands) {
		switch {
		case c.name == "resume" || c.name == "audit":
		case c.tried == 0 && !c.dead && c.exit == exitDone: // it finished, and sent nothing
		case c.tried > 0 && c.run != "" && !slices.ContainsFunc(c.args, isSimShard):
			return c.run
		default:
			return ""
		}
	}
	return ""
}

func isSimShard(arg string) bool { return strings.HasPrefix(arg, "--shard=") }

// send judges a write as it leaves, by the lists that its command was shown before its first one.
func (w *simWorld) send(c *simCommand, r *http.Request, body []byte) (creates *simAttempt) {
	if r.Method == http.MethodGet {
		return nil
	}
	run := w.runOf(c)
	if c.tried++; c.tried == 1 {
		c.planned = maps.Clone(c.seen)
		if run != nil && run.basis == nil {
			run.basis, run.canary = c.planned, r.Method
		}
	}
	w.judgeRestored(c, run)
	w.judgeAlone(c)
	if r.Method != http.MethodPost {
		return nil
	}
	var fields map[string]any
	_ = json.Unmarshal(body, &fields)
	kind := "integration"
	if strings.HasSuffix(r.URL.Path, "/repository") {
		kind = "repository"
	}
	key := simWantedKey(kind, fields)
	if run != nil {
		w.judgeGate(c, run, key)
		run.sent[key] = run.sent[key] || !c.dead
	}
	if c.dead {
		return nil // it does not leave
	}
	if !w.continues(c, "undo") {
		w.judgePlanned(c, key)
		w.judgeAgain(c, key)
	}
	return w.attempt(c, key)
}

// answered keeps what the answer to a create proves: that it was made, or that it was not. Until then
// a command cannot tell it from a like one by somebody else.
func (w *simWorld) answered(a *simAttempt, kind string, whole bool) {
	switch run := w.runOf(a.command); {
	case !whole && kind == "refused" || whole && slices.Contains([]string{"rejected", "forbidden", "429", "busy"}, kind):
		a.over = true
	case !whole || kind != "" && kind != "copied" || a.command.dead:
		if run != nil {
			run.doubtful[a.key]++
		}
	case a.made != nil:
		a.over, a.made.proven = true, true
	}
}

// judgeAlone: no two commands write at a time, whatever their states are, unless they are two shards.
func (w *simWorld) judgeAlone(c *simCommand) {
	for _, other := range w.commands {
		shards := slices.ContainsFunc(c.args, isSimShard) && slices.ContainsFunc(other.args, isSimShard)
		if other != c && other.tried > 0 && !other.over && !other.dead && !c.dead && !shards {
			w.violate(1, "commands %d and %d write at the same time", other.n, c.n)
		}
	}
}

// simProgress is how long a process takes at most, without faults, to send what needs no wait.
const simProgress = 2 * time.Second

// checkProgress: a resume sends what was never sent before it waits for anything else, so that a run that
// is killed again and again ends all the same.
func (w *simWorld) checkProgress(c *simCommand) {
	run := w.runs[c.run]
	calm := slices.Contains([]string{"killed", "last"}, w.story.theme)
	if !calm || c.name != "resume" || run == nil || c.tried > 0 || c.dead && c.end.Sub(c.start) < simProgress {
		return
	}
	for _, e := range c.manifest {
		like := func(r *simRecord) bool { return r.key.folded() == e.key.folded() }
		if e.key.exact() && !run.sent[e.key] && !slices.ContainsFunc(w.server.sorted(), like) {
			w.violate(3, "command %d, a resume, sends nothing in %v, and %v was never sent", c.n, c.end.Sub(c.start), e.key)
			return
		}
	}
}

// judgeGate: what comes after a canary, or after a wave of one record, is not sent while that is not
// certainly there, also after a death. A run that stopped at a gate continues where a person resumes it.
func (w *simWorld) judgeGate(c *simCommand, run *simRun, key simKey) {
	if slices.Contains(run.creates, key) {
		return
	}
	has := func(flag string) bool {
		return slices.ContainsFunc(w.commands, func(other *simCommand) bool { return other.run == c.run && slices.Contains(other.args, flag) })
	}
	before := run.creates
	if run.creates = append(run.creates, key); !has("--wave-size=1") {
		if !has("--canary=1") || len(before) == 0 || run.canary != http.MethodPost {
			return
		}
		before = before[:1]
	}
	for _, k := range before {
		if w.made[k].Before(run.began) {
			w.violate(2, "command %d creates %v although %v, a canary or the wave before, has come to nothing", c.n, key, k)
		}
	}
}

// judgePlanned: what a plan's lists showed is not created, under its name or an earlier one.
func (w *simWorld) judgePlanned(c *simCommand, key simKey) {
	claimed := make(map[simKey]int)
	for id, v := range c.planned {
		if !w.renamed(id, v, c.manifest) {
			claimed[simSeenKey(v)]++
		}
		if k := simSeenKey(v); k == key {
			w.violate(1, "command %d creates %v, and a list has shown it as id %d", c.n, key, id)
		}
	}
	if c.name != "import" && c.name != "sync" {
		return // the manifest may be another one now
	}
	if k, found := c.manifest.earlier(key, claimed, make(map[simKey]bool)); found {
		w.violate(1, "command %d creates %v, and a list has shown %v, which the manifest gives as its earlier name", c.n, key, k)
	}
}

// renamed reports whether what a list has shown is a record of the manifest to which another administrator gave
// another name; where the manifest gives it none, the server did.
func (w *simWorld) renamed(id int64, shown map[string]any, m simManifest) bool {
	r := w.server.records[id]
	if r == nil || r.by == nil || r.ours == simSeenKey(shown) {
		return false
	}
	named := func(e simEntry) bool { return !e.key.exact() && w.server.stored(e.key) == r.ours }
	return m.has(r.ours) || slices.ContainsFunc(m, named)
}

// judgeRenamed: no record is given the identity of another one that a list has shown, unless the manifest
// gives that one a new name. What a resume or an undo does about that one shows later.
func (w *simWorld) judgeRenamed(c *simCommand, r *simRecord, fields map[string]any) {
	name, renames := fields["displayName"].(string)
	if !renames {
		return
	}
	key := r.key
	if key.name = name; c.name != "sync" {
		c.renames[r.id] = key
		return
	}
	moves := slices.ContainsFunc(c.manifest, func(e simEntry) bool { return slices.Contains(e.previously, name) })
	for id, v := range c.planned {
		if id != r.id && simSeenKey(v) == key && !moves {
			w.violate(1, "command %d renames id %d, %v, to %v, and a list has shown that as id %d", c.n, r.id, r.key, key, id)
		}
	}
}

// checkRenamed is that for a resume and an undo: the other record is still there, and was not to be renamed, nor is it left to a resume.
func (w *simWorld) checkRenamed(c *simCommand) {
	for renamed, key := range c.renames {
		for id, v := range c.planned {
			other := w.server.records[id]
			if id == renamed || simSeenKey(v) != key || other == nil || other.key != key || other.foreign.After(c.start) || w.restores > 0 {
				continue
			}
			left := func(r reports.RecordInfo) bool {
				return r.Action == schema.OpUpdate && r.Status == schema.StatusUnprocessed
			}
			if !slices.ContainsFunc(c.report.Records, func(r reports.RecordInfo) bool { return r.ID == id && (r.Attempts > 0 || left(r)) }) {
				w.violate(1, "command %d (%s) renames id %d to %v, and a list has shown that as id %d", c.n, c.name, renamed, key, id)
			}
		}
	}
}

// earlier finds the live record that a wanted one was before: one that no other wanted record names, or
// one whose wanted record was another before.
func (m simManifest) earlier(key simKey, live map[simKey]int, seen map[simKey]bool) (k simKey, found bool) {
	i := slices.IndexFunc(m, func(e simEntry) bool { return e.key == key })
	if i < 0 || seen[key] {
		return k, false
	}
	seen[key] = true
	for _, name := range m[i].previously {
		k = key
		if k.name = name; live[k] == 0 {
			continue
		}
		if !slices.ContainsFunc(m, func(e simEntry) bool { return e.key == k }) {
			return k, true
		}
		if _, found := m.earlier(k, live, seen); found {
			return k, true
		}
	}
	return k, false
}

// judgeRestored: after the server has given an id to another record of the kinds in the manifest, a resume
// sends nothing. Without an initDate, only what is in the manifest is known to be another kind.
func (w *simWorld) judgeRestored(c *simCommand, run *simRun) {
	if c.name != "resume" || run == nil {
		return
	}
	planned := make(map[string]bool)
	for _, e := range w.entries(c) {
		planned[e.key.kind] = true
	}
	for id, v := range c.planned {
		before := run.basis[id]
		if before == nil || before["initDate"] == v["initDate"] || !planned[simSeenKey(before).kind] {
			continue
		}
		if before["initDate"] != nil && v["initDate"] != nil || c.manifest.has(simSeenKey(before)) {
			w.violate(2, "command %d continues a run although a list shows another record as id %d", c.n, id)
			return
		}
	}
}

// judgeChanged: a resume neither deletes nor overwrites what others changed after the plan was made.
func (w *simWorld) judgeChanged(c *simCommand, r *simRecord, fields map[string]any) {
	run := w.runOf(c)
	if c.name != "resume" || run == nil {
		return
	}
	before, now := run.basis[r.id], c.planned[r.id]
	if before == nil || now == nil {
		return
	}
	for name, value := range now {
		wanted, sets := fields[name]
		if fmt.Sprint(value) == fmt.Sprint(before[name]) || fields != nil && (!sets || fmt.Sprint(value) == fmt.Sprint(wanted)) {
			continue
		}
		w.violate(2, "command %d, a resume, writes to id %d, %v, whose %s was %v when the plan was made and is %v", c.n, r.id, r.key, name, before[name], value)
		return
	}
}

// doubtful reports whether a create may have been made, as far as its run can tell. One that died may have
// recorded an intent and sent nothing.
func (w *simWorld) doubtful(c *simCommand, key simKey) bool {
	run := w.runOf(c)
	return run == nil || c.unnamed || run.doubtful[key] > 0 || slices.ContainsFunc(w.commands, func(other *simCommand) bool {
		return other.dead && (other.run == c.run || other.run == "" && other.name == "resume")
	})
}

// simSeenKey is the identity that a list showed.
func simSeenKey(v map[string]any) simKey {
	typ, integration := v["integrationType"].(string)
	kind := "repository"
	if integration {
		kind = "integration"
	}
	return newSimKey(kind, typ, v["origin"].(string), fmt.Sprint(v["displayName"]))
}

// simWantedKey is the identity that a request names.
func simWantedKey(kind string, fields map[string]any) simKey {
	typ, _ := fields["type"].(string)
	origin, _ := fields["origin"].(string)
	name, _ := fields["displayName"].(string)
	return newSimKey(kind, typ, origin, name)
}
