package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// simStory is all that one seed decides beforehand. A step has a seed of its own, so that a story
// without some of its steps is otherwise the same.
type simStory struct {
	seed     uint64
	classes  map[string]bool
	chance   float64 // of a fault, for each request
	rewrite  string
	lag      time.Duration
	theme    string
	twin     bool // two names differ only in letter case
	bare     bool // repositories show no initDate, and have secrets
	manifest uint64
	steps    []simStep
}

// simStep is a command, or what happens between commands.
type simStep struct {
	op   string
	args []string
	seed uint64

	deathAt, interruptAt  int
	deathAfter, raceAfter time.Duration
	race                  bool
}

func newSimStory(seed uint64, enabled []string) simStory {
	random := rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))
	s := simStory{seed: seed, classes: make(map[string]bool), manifest: random.Uint64()}
	for _, class := range enabled {
		// Each class is absent from some stories, so that a story can go far in another direction.
		s.classes[class] = len(enabled) == 1 || random.IntN(5) < 3
	}
	if seldom := rand.New(rand.NewPCG(seed, 8)).IntN(6) == 0; len(enabled) > 1 && !seldom {
		delete(s.classes, "late") // with it, less can be expected
	}
	s.chance = []float64{0.02, 0.05, 0.15, 0.3}[random.IntN(4)]
	if rewrite := []string{"space", "case", "short"}[random.IntN(3)]; s.classes["names"] {
		s.rewrite = rewrite
	}
	if lag := time.Duration(random.Int64N(int64(3 * time.Second))); s.classes["lag"] {
		s.lag = lag
	}
	s.twin = s.rewrite != "case" && rand.New(rand.NewPCG(seed, 6)).IntN(8) == 0
	s.bare = rand.New(rand.NewPCG(seed, 7)).IntN(8) == 0
	if s.theme = s.pickTheme(random); s.theme != "" {
		s.steps = simThemes[s.theme](s, random)
		return s.focused()
	}
	for n := 3 + random.IntN(6); n > 0; n-- {
		s.steps = append(s.steps, s.step(random))
		if last := s.steps[len(s.steps)-1]; (last.deathAt > 0 || last.deathAfter > 0 || last.interruptAt > 0) && random.IntN(10) < 6 {
			s.steps = append(s.steps, s.command(random, "resume"))
		}
	}
	return s
}

func (s simStory) step(random *rand.Rand) simStep {
	n := random.IntN(100)
	switch {
	case n < 22:
		return s.command(random, "import")
	case n < 50:
		return s.command(random, "sync")
	case n < 55 && s.classes["shards"]:
		return s.command(random, "shards")
	case n < 58:
		return s.command(random, "resume")
	case n < 62:
		return s.command(random, "audit")
	case n < 72 && s.classes["undo"]:
		return s.command(random, "undo")
	case n < 84 && s.classes["admin"]:
		return simStep{op: "admin", seed: random.Uint64()}
	case n < 87 && s.classes["restore"]:
		return simStep{op: "restore", seed: random.Uint64()}
	case n < 91 && s.classes["clock"]:
		return simStep{op: "clock", seed: random.Uint64()}
	case n < 95:
		return simStep{op: "wait", seed: random.Uint64()}
	case n < 97 && s.classes["rotation"]:
		return simStep{op: "rotate", seed: random.Uint64()}
	}
	return simStep{op: "edit", seed: random.Uint64()}
}

func (s simStory) command(random *rand.Rand, name string) simStep {
	if name == "shards" {
		command := []string{"import", "sync"}[random.IntN(2)]
		return s.command(random, command).shardsOf(command)
	}
	step := simStep{op: name, seed: random.Uint64(), raceAfter: time.Duration(random.Int64N(int64(time.Second))), race: random.IntN(3) == 0}
	switch name {
	case "import", "sync", "audit":
		step.args = []string{"m.json"}
	default:
		step.args = []string{"last"}
	}
	if name == "sync" || name == "import" || name == "undo" {
		step.args = append(step.args, "--yes")
	}
	if name == "audit" {
		return step
	}
	step.args = append(step.args, fmt.Sprintf("--concurrency=%d", 1+random.IntN(3)), fmt.Sprintf("--retries=%d", random.IntN(4)))
	if timeout := []string{"", "", "", "--timeout=20s"}[random.IntN(4)]; name == "resume" && timeout != "" {
		step.args = append(step.args, "--timeout=1s") // shorter than that of the run
	} else if timeout != "" {
		step.args = append(step.args, timeout)
	}
	s.bold(random, &step)
	at := 1 + random.IntN(24)
	switch kind := random.IntN(8); {
	case kind < 2 && s.classes["death"]:
		step.deathAt = at
	case kind == 2 && s.classes["death"]:
		step.deathAfter = time.Duration(1 + random.Int64N(int64(2*time.Second)))
	case kind == 3 && s.classes["interrupt"]:
		step.interruptAt = at
	}
	return step
}

// bold adds flags that let a run do more, or end it earlier.
func (s simStory) bold(random *rand.Rand, step *simStep) {
	n := random.IntN(8)
	if step.op == "sync" && n < 6 {
		step.args = append(step.args, "--force")
	}
	if step.op == "sync" && n < 2 && s.classes["prune"] {
		step.args = append(step.args, "--prune")
	}
	if step.op == "resume" || step.op == "audit" {
		return
	}
	switch random.IntN(12) {
	case 0:
		step.args = append(step.args, "--canary=1")
	case 1:
		step.args = append(step.args, "--max-failures=1")
	case 2:
		step.args = append(step.args, "--max-duration=2s")
	case 3:
		if step.op != "undo" && s.classes["duplicates"] {
			step.args = append(step.args, "--remove-duplicates")
		}
	}
}

// play lets a story happen, and then all be quiet.
func (w *simWorld) play() {
	random := rand.New(rand.NewPCG(w.story.manifest, 1))
	w.manifest = newSimManifest(random, w.has("names")).themed(w.story.theme, random)
	if w.story.twin {
		w.manifest = w.manifest.twin(random)
	}
	w.say("manifest: %s", w.manifest)
	if w.has("admin") {
		for n := random.IntN(4); n > 0; n-- {
			w.administrator(random.Uint64())
		}
		time.Sleep(w.server.lag)
	}
	for n, step := range w.story.steps {
		switch step.op {
		case "admin", "restore", "clock", "wait", "edit", "chain", "take", "rotate", "nothing":
			w.between(step)
		case "shards", "rivals":
			w.together(step, n)
		default:
			w.execute(step, n)
		}
		if w.failed() {
			return
		}
	}
	w.quiet()
}

// quiet checks that two syncs converge once nothing disturbs them.
func (w *simWorld) quiet() {
	w.mu.Lock() // the last request may be carried out after its command's end
	w.say("all is quiet")
	w.mu.Unlock()
	time.Sleep(time.Hour)
	w.mu.Lock()
	w.calm, w.server.lag = true, 0
	w.checkAfterwards()
	w.mu.Unlock()
	for n := range 3 {
		c := w.execute(simStep{op: "sync", args: []string{"m.json", "--yes", "--force"}, seed: uint64(n)}, len(w.story.steps)+n)
		if w.failed() {
			return
		}
		w.checkQuiet(c, n)
	}
}

func (w *simWorld) failed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.violations) > 0
}

func (m simManifest) String() string {
	var keys []string
	for _, e := range m {
		text := e.key.String() + " " + simFields(e.fields)
		if len(e.previously) > 0 {
			text += " previously " + strings.Join(e.previously, ", ")
		}
		keys = append(keys, text)
	}
	return strings.Join(keys, "; ")
}
