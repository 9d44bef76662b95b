package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// simThemes are the classes whose stories lead to one situation, which steps at random seldom meet.
var simThemes = map[string]func(s simStory, random *rand.Rand) []simStep{
	"chains":      simStory.chains,
	"gates":       simStory.gates,
	"interrupted": simStory.interrupted,
	"restored":    simStory.restoration,
	"refused":     simStory.refused,
	"shared":      simStory.shared,
	"killed":      simStory.killed,
	"rivals":      simStory.rivals,
	"rotation":    simStory.rotation,
	"last":        simStory.last,
	"hasty":       simStory.hasty,
	"taken":       simStory.taken,
	"alike":       simStory.alike,
	"overdue":     simStory.overdue,
}

// theme is one of the themes that a story may have, for half of the stories; "" for the others.
func (s simStory) pickTheme(random *rand.Rand) string {
	var themes []string
	for _, class := range simClassNames() {
		if simThemes[class] != nil && s.classes[class] {
			themes = append(themes, class)
		}
	}
	if n := random.IntN(2); n == 0 || len(themes) == 0 {
		return ""
	}
	return themes[random.IntN(len(themes))]
}

// chains renames several records at once, each to the name that another one had.
func (s simStory) chains(random *rand.Rand) []simStep {
	steps := []simStep{s.command(random, "sync"), {op: "chain", seed: random.Uint64()}}
	if s.classes["admin"] && random.IntN(3) == 0 {
		return append(steps, s.meddled(random)...)
	}
	if random.IntN(3) == 0 {
		steps = append(steps, s.command(random, "shards"))
	}
	return append(steps, s.command(random, []string{"import", "sync"}[random.IntN(2)]), s.command(random, "sync"))
}

// meddled lets others work, which may use the names of a chain, before a resume or an undo of it.
func (s simStory) meddled(random *rand.Rand) []simStep {
	step, next := s.command(random, "sync"), []string{"resume", "undo"}[random.IntN(2)]
	if !slices.Contains(step.args, "--force") {
		step.args = append(step.args, "--force")
	}
	if step.deathAt, step.deathAfter = 0, 0; next == "resume" && s.classes["death"] {
		step.deathAt = 8 + random.IntN(8)
	}
	steps := []simStep{step}
	for range 1 + random.IntN(3) {
		steps = append(steps, simStep{op: "admin", seed: random.Uint64()})
	}
	if s.classes[next] || next == "resume" {
		steps = append(steps, s.command(random, next))
	}
	return steps
}

// gates lets a process die that waits for the answer of a canary, or of a wave.
func (s simStory) gates(random *rand.Rand) []simStep {
	step := s.command(random, []string{"import", "sync"}[random.IntN(2)])
	step.args = append(step.args, []string{"--canary=1", "--wave-size=1"}[random.IntN(2)])
	if step.deathAt = 0; s.classes["death"] {
		step.deathAfter = time.Duration(random.Int64N(int64(7 * time.Second)))
	}
	return []simStep{step, s.command(random, "resume"), s.command(random, "resume"), s.command(random, "sync")}
}

// interrupted lets others work between the death of a process and its resume.
func (s simStory) interrupted(random *rand.Rand) []simStep {
	steps := []simStep{s.command(random, "sync"), {op: "edit", seed: random.Uint64()}, {op: "edit", seed: random.Uint64()}}
	step := s.command(random, "sync")
	if !slices.Contains(step.args, "--force") {
		step.args = append(step.args, "--force")
	}
	if s.classes["prune"] && !slices.Contains(step.args, "--prune") && random.IntN(2) == 0 {
		step.args = append(step.args, "--prune")
	}
	if step.deathAfter = 0; s.classes["death"] {
		step.deathAt = 6 + random.IntN(12)
	}
	steps = append(steps, step)
	for range 1 + random.IntN(3) {
		between := []string{"admin", "admin", "admin", "wait", "restore", "clock"}[random.IntN(6)]
		if between == "wait" || s.classes[between] {
			steps = append(steps, simStep{op: between, seed: random.Uint64()})
		}
	}
	return append(steps, s.command(random, "resume"), s.command(random, "resume"))
}

// restoration gives remembered ids to other records, also to those of others, and also while a process is dead
// that has something left to create.
func (s simStory) restoration(random *rand.Rand) []simStep {
	first, second := s.command(random, "import"), s.command(random, "sync")
	next := []string{"import", "sync", "resume"}[random.IntN(3)]
	if s.classes["death"] && random.IntN(2) == 0 {
		first.deathAt, second.deathAt, next = 10+random.IntN(6), 10+random.IntN(6), "resume"
	}
	steps := []simStep{{op: "admin", seed: random.Uint64()}, first, second}
	if s.classes["restore"] {
		steps = append(steps, simStep{op: "restore", seed: random.Uint64()})
	}
	for range random.IntN(4) {
		steps = append(steps, simStep{op: "admin", seed: random.Uint64()})
	}
	steps = slices.DeleteFunc(steps, func(step simStep) bool { return step.op == "admin" && !s.classes["admin"] })
	return append(steps, s.command(random, next), s.command(random, "sync"))
}

// refused lets others add what the server refuses to a run, and the run be undone.
func (s simStory) refused(random *rand.Rand) []simStep {
	step := s.command(random, []string{"import", "sync"}[random.IntN(2)])
	step.race, step.raceAfter = true, 200*time.Millisecond+time.Duration(random.Int64N(int64(600*time.Millisecond)))
	steps := []simStep{step, s.command(random, "resume")}
	if s.classes["undo"] {
		steps = append(steps, s.command(random, "undo"))
	}
	return steps
}

// shared lets shards lose the answers of creates that differ in little.
func (s simStory) shared(random *rand.Rand) []simStep {
	return []simStep{s.command(random, "shards"), s.command(random, "sync")}
}

// killed kills each process after a few seconds, in which it has to do what needs no wait.
func (s simStory) killed(random *rand.Rand) []simStep {
	step := simStep{op: []string{"import", "sync"}[random.IntN(2)], args: []string{"m.json", "--yes", "--concurrency=1"}, seed: random.Uint64()}
	step.deathAfter = time.Duration(1 + random.Int64N(int64(2*time.Second)))
	steps := []simStep{step}
	for range 2 + random.IntN(3) {
		steps = append(steps, simStep{op: "resume", args: []string{"last"}, seed: random.Uint64(), deathAfter: simProgress + time.Duration(random.Int64N(int64(time.Second)))})
	}
	return append(steps, simStep{op: "resume", args: []string{"last"}, seed: random.Uint64()})
}

// focused is a story with the faults that its theme needs, and without those that would excuse what it is about.
func (s simStory) focused() simStory {
	switch s.theme {
	case "killed", "last":
		s.chance, s.lag = 0, 0
	case "alike", "overdue":
		s.chance, s.lag = 1, 0 // of what createFaults says
	case "rivals":
		s.lag = 0 // the state of one does not know what the other has made
	case "refused", "gates", "shared", "hasty":
		s.chance = 0.3
	}
	return s
}

// rivals lets two processes with a state file each bring the server to one manifest at a time.
func (s simStory) rivals(random *rand.Rand) []simStep {
	command := []string{"import", "sync"}[random.IntN(2)]
	step := s.command(random, command).shardsOf(command)
	step.op = "rivals"
	return []simStep{step, s.command(random, "sync")}
}

// last undoes the latest run of two, also where the clock shows the other as later, and once; or it resumes
// one that a run which sent nothing has followed.
func (s simStory) last(random *rand.Rand) []simStep {
	command := func(name string, more ...string) simStep {
		return simStep{op: name, args: append([]string{"m.json", "--yes"}, more...), seed: random.Uint64()}
	}
	undo := simStep{op: "undo", args: []string{"last", "--yes"}, seed: random.Uint64()}
	steps := []simStep{command("sync", "--force"), {op: "edit", seed: random.Uint64()}, {op: "edit", seed: random.Uint64()}}
	if s.classes["clock"] {
		steps = append(steps, simStep{op: "clock", seed: random.Uint64()})
	}
	if random.IntN(2) == 0 {
		return append(steps, command("sync", "--force"), undo, undo)
	}
	steps[0].args = append(steps[0].args, "--concurrency=1")
	steps[0].deathAfter = time.Duration(1 + random.Int64N(int64(time.Second)))
	return []simStep{steps[0], command("import", "--match=^none$"), {op: "resume", args: []string{"last"}, seed: random.Uint64()}}
}

// rotation changes the secrets of what a process that died may have sent.
func (s simStory) rotation(random *rand.Rand) []simStep {
	step := s.command(random, []string{"import", "sync"}[random.IntN(2)])
	if step.deathAt = 0; s.classes["death"] {
		step.deathAt = 5 + random.IntN(10)
	}
	return []simStep{step, {op: "rotate", seed: random.Uint64()}, s.command(random, "resume"), s.command(random, "sync")}
}

// hasty resumes a run with a shorter --timeout than its own, also where the clock shows a later time, while
// the server may be at work on what the run has sent.
func (s simStory) hasty(random *rand.Rand) []simStep {
	step := simStep{op: []string{"import", "sync"}[random.IntN(2)], args: []string{"m.json", "--yes", "--timeout=20s"}, seed: random.Uint64()}
	step.deathAt = 12 + random.IntN(12)
	steps := []simStep{step}
	if s.classes["clock"] && random.IntN(2) == 0 {
		steps = append(steps, simStep{op: "clock", seed: random.Uint64()})
	}
	return append(steps, simStep{op: "resume", args: []string{"last", "--timeout=1s", "--retries=2"}, seed: random.Uint64()})
}

// taken gives the names of live records to new ones, while the old ones get others.
func (s simStory) taken(random *rand.Rand) []simStep {
	take := func() simStep { return simStep{op: "take", seed: random.Uint64()} }
	steps := []simStep{s.command(random, "sync"), take()}
	if random.IntN(2) == 0 {
		steps = append(steps, take())
	}
	return append(steps, s.command(random, []string{"import", "sync"}[random.IntN(2)]), s.command(random, "sync"))
}

// alike lets others make what a run is just creating, and the run be undone.
func (s simStory) alike(random *rand.Rand) []simStep {
	steps := []simStep{s.command(random, []string{"import", "sync"}[random.IntN(2)])}
	if s.classes["undo"] {
		steps = append(steps, s.command(random, "undo"))
	}
	return steps
}

// overdue lets a create outlive --timeout while another attempt of it is on its way.
func (s simStory) overdue(random *rand.Rand) []simStep {
	args := []string{"m.json", "--yes", fmt.Sprintf("--concurrency=%d", 1+random.IntN(3)), "--retries=2"}
	return []simStep{{op: []string{"import", "sync"}[random.IntN(2)], args: args, seed: random.Uint64()}}
}

// createFaults are what happens to creates in the stories of a theme, to the first attempt and to others.
func (s simStory) createFaults(attempt int) []string {
	switch {
	case s.theme == "alike":
		return []string{"", "alike", "copied"}
	case s.theme == "overdue" && attempt == 0:
		return []string{"", "late"}
	case s.theme == "overdue":
		return []string{"slow"}
	}
	return nil
}

// shardsOf makes a command one of two shards at a time.
func (step simStep) shardsOf(command string) simStep {
	step.op, step.args = "shards", append([]string{command}, step.args...)
	step.deathAt, step.deathAfter = 0, 0 // the other shard would lose its state as well
	return step
}

// themed is the manifest of a story with a theme: records of one origin, with names or without.
func (m simManifest) themed(theme string, random *rand.Rand) simManifest {
	switch theme {
	case "chains", "shared", "taken":
		for _, name := range simNames[:2+random.IntN(3)] {
			e := simAnyEntry(random, false)
			e.key = simKey{"integration", "GITLAB_SERVER", simOrigins[0], name}
			m = m.add(e)
		}
	}
	if theme == "refused" || theme == "shared" || theme == "alike" {
		for _, origin := range simOrigins {
			e := simAnyEntry(random, false)
			e.key = simKey{"integration", "GITLAB_SERVER", origin, ""}
			m = m.add(e)
		}
	}
	return m
}

// chain renames the named records of an origin, the first to the name of the second and so on, and the
// last to a name that none has or, where there is no other one, to that of the first.
func (m simManifest) chain(random *rand.Rand) simManifest {
	m = slices.Clone(m)
	var places []int
	var names []string
	for i, e := range m {
		if e.key.kind == "integration" && e.key.name != "" && e.key.typ == "GITLAB_SERVER" && e.key.origin == simOrigins[0] {
			places, names = append(places, i), append(names, e.key.name)
		}
	}
	if len(places) < 2 {
		return m
	}
	random.Shuffle(len(places), func(i, j int) { places[i], places[j], names[i], names[j] = places[j], places[i], names[j], names[i] })
	n := 2 + random.IntN(len(places)-1)
	last := names[0]
	if random.IntN(4) > 0 {
		last = fmt.Sprintf("renamed %d", random.IntN(100))
	}
	for i, next := range append(names[1:n:n], last) {
		e := m[places[i]]
		e.previously, e.key.name = []string{e.key.name}, next
		m[places[i]] = e
	}
	return m
}
