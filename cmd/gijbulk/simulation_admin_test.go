package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"
)

// between is what happens between two commands.
func (w *simWorld) between(step simStep) {
	w.mu.Lock()
	defer w.mu.Unlock()
	random := rand.New(rand.NewPCG(step.seed, 2))
	switch step.op {
	case "admin":
		w.administrator(step.seed)
		w.mu.Unlock()
		time.Sleep(w.server.lag) // else a command would run at the same time as the administrator
		w.mu.Lock()
	case "restore":
		w.restore(random)
	case "clock":
		w.setClock(random)
		if random.IntN(2) == 0 {
			w.boot++
			w.booted = time.Now()
		}
		w.say("boot %d", w.boot)
	case "wait":
		w.mu.Unlock()
		time.Sleep(time.Duration(random.Int64N(int64(time.Minute))))
		w.mu.Lock()
	case "chain":
		w.manifest = w.manifest.chain(random)
		w.say("manifest: %s", w.manifest)
	case "take":
		w.take(random)
	case "rotate":
		name := []string{"SIM_PAT_A", "SIM_PAT_B"}[random.IntN(2)]
		w.rotations[name]++
		w.say("%s has another value", name)
	case "edit":
		w.manifest = w.manifest.edit(random, w.has("names"))
		w.say("manifest: %s", w.manifest)
	}
}

func (w *simWorld) setClock(random *rand.Rand) {
	off := time.Duration(random.Int64N(int64(72*time.Hour))) - 36*time.Hour
	w.jump.Store(int64(off))
	w.say("the clock is off by %v", off)
}

// race lets another administrator work, or the clock be set, while a command runs.
func (w *simWorld) race(c *simCommand, seed uint64) {
	if c.over || w.calm {
		return
	}
	if random := rand.New(rand.NewPCG(seed, 4)); w.has("clock") && random.IntN(2) == 0 {
		w.setClock(random)
	}
	if w.has("race") {
		for _, other := range w.commands {
			other.raced = other.raced || !other.over // two shards may be at work
		}
		if w.story.theme == "refused" {
			w.forgetBefore()
			w.foreignUnnamed(rand.New(rand.NewPCG(seed, 3)))
			return
		}
		w.administrator(seed)
	}
}

// administrator is another administrator, who adds, renames, changes, copies or deletes a record.
func (w *simWorld) administrator(seed uint64) {
	random := rand.New(rand.NewPCG(seed, 3))
	w.forgetBefore()
	live := w.server.sorted()
	if len(live) == 0 || random.IntN(3) == 0 {
		w.foreignAdd(random)
		return
	}
	r := live[random.IntN(len(live))]
	before := simFields(w.server.show(r))
	switch random.IntN(4) {
	case 0:
		w.gone[r.id] = time.Now()
		delete(w.server.records, r.id)
		w.say("id %d: %v, deleted by another administrator", r.id, r.key)
		return
	case 1:
		if r.key.kind == "integration" {
			w.server.set(r, map[string]any{"displayName": simNames[random.IntN(len(simNames))]})
		}
	case 2:
		maps.Copy(r.fields, simAnyFields(random))
	case 3:
		if w.has("copy") {
			w.server.add(nil, r.sent, maps.Clone(r.fields))
			return
		}
	}
	if simFields(w.server.show(r)) == before {
		return
	}
	r.foreign = time.Now()
	w.say("id %d: now %v %s, by another administrator", r.id, r.key, simFields(r.fields))
}

// forgetBefore is for a change that no command going on makes: what was there before each is then not
// what an undo of it can restore.
func (w *simWorld) forgetBefore() {
	w.before[""] = simUndo{}
	for run := range w.before {
		w.before[run] = simUndo{}
	}
}

func (w *simWorld) foreignAdd(random *rand.Rand) {
	e := simAnyEntry(random, false)
	if random.IntN(2) == 0 {
		e = w.manifest[random.IntN(len(w.manifest))]
	}
	if len(w.server.live(e.key)) == 0 || w.has("copy") {
		w.server.add(nil, e.key, maps.Clone(e.fields))
	}
}

// take is another administrator who gives a live record of the manifest another name, and its name to a
// new one or, in exchange, to another one of the manifest.
func (w *simWorld) take(random *rand.Rand) {
	w.forgetBefore()
	var live []*simRecord
	for _, i := range random.Perm(len(w.manifest)) {
		if k := w.manifest[i].key; k.name != "" && len(w.server.live(k)) == 1 {
			live = append(live, w.server.live(k)[0])
		}
	}
	if len(live) == 0 {
		return
	}
	first, key := live[0], live[0].key
	others := slices.DeleteFunc(live[1:], func(r *simRecord) bool { return r.key.typ != key.typ || r.key.origin != key.origin })
	if len(others) > 0 && random.IntN(2) == 0 {
		w.foreignRename(first, others[0].key.name)
		w.foreignRename(others[0], key.name)
		return
	}
	w.foreignRename(first, fmt.Sprintf("renamed %d", random.IntN(100)))
	w.server.add(nil, key, maps.Clone(first.fields))
}

func (w *simWorld) foreignRename(r *simRecord, name string) {
	w.server.set(r, map[string]any{"displayName": name})
	r.foreign = time.Now()
	w.say("id %d: now %v, by another administrator", r.id, r.key)
}

// foreignAlike adds what a command is just creating.
func (w *simWorld) foreignAlike(key simKey) {
	w.forgetBefore()
	for _, c := range w.commands {
		c.raced = c.raced || !c.over
	}
	i := slices.IndexFunc(w.manifest, func(e simEntry) bool { return e.key == key })
	if i >= 0 {
		w.server.add(nil, key, maps.Clone(w.manifest[i].fields))
	}
}

// foreignUnnamed adds what a record of the manifest without a name may be taken for.
func (w *simWorld) foreignUnnamed(random *rand.Rand) {
	for _, i := range random.Perm(len(w.manifest)) {
		if e := w.manifest[i]; !e.key.exact() {
			w.server.add(nil, e.key, maps.Clone(e.fields))
			return
		}
	}
}

// restore is a server that was restored from a copy: other ids, other dates, and what is younger than
// the copy is missing.
func (w *simWorld) restore(random *rand.Rand) {
	live := w.server.sorted()
	lost := random.IntN(1 + len(live)/2)
	live = live[:len(live)-lost]
	random.Shuffle(len(live), func(i, j int) { live[i], live[j] = live[j], live[i] })
	w.restores++
	clear(w.server.records)
	clear(w.server.lists)
	w.server.next = 1 + random.Int64N(int64(3+lost))
	for _, r := range live {
		old := r.id
		r.id, r.init = w.server.next, time.Now().UnixMilli()+r.id
		w.server.next++
		w.server.records[r.id] = r
		w.say("id %d is restored as id %d", old, r.id)
	}
	clear(w.before)
}

// claim marks what the manifest names exactly.
func (w *simWorld) claim() {
	for _, r := range w.server.records {
		r.claimed = r.claimed || w.manifest.claims(r.key, nil) || w.manifest.claims(r.sent, nil)
	}
}
