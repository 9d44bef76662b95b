package main

import (
	"fmt"
	"maps"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// simClass is a class of events in stories, which can be switched on and off.
type simClass struct {
	name  string
	about string
}

var simClasses = []simClass{
	{name: "net", about: "connections refused, dropped before and after the work, answers cut"},
	{name: "5xx", about: "500, 502, 503 of Jira and of proxies, 504, 429"},
	{name: "refusals", about: "creates that the server rejects or a firewall forbids"},
	{name: "slow", about: "work that outlives its connection, within --timeout"},
	{name: "late", about: "work that outlives --timeout"},
	{name: "lag", about: "lists without the youngest records"},
	{name: "list", about: "lists that are cached or empty once"},
	{name: "names", about: "names that the server rewrites"},
	{name: "death", about: "the process dies"},
	{name: "interrupt", about: "the process is interrupted"},
	{name: "admin", about: "another administrator works between commands"},
	{name: "race", about: "another administrator works during a command"},
	{name: "copy", about: "another administrator adds what is there already"},
	{name: "restore", about: "the server is restored: other ids"},
	{name: "clock", about: "the clock is set, the machine starts again"},
	{name: "prune", about: "sync --prune"},
	{name: "undo", about: "undo last"},
	{name: "shards", about: "two shards at a time"},
	{name: "exits", about: "no exit code says that the target or the credentials are wrong"},
	{name: "chains", about: "records renamed to each other's names"},
	{name: "gates", about: "deaths while a canary or a wave is open"},
	{name: "interrupted", about: "others work between a death and its resume"},
	{name: "restored", about: "remembered ids that the server gives to others"},
	{name: "refused", about: "records without a name, refused to us and added by others"},
	{name: "shared", about: "shards that lose creates of one origin"},
	{name: "duplicates", about: "--remove-duplicates"},
	{name: "killed", about: "processes that are killed every few seconds"},
	{name: "rivals", about: "two processes at a time, with a state file each"},
	{name: "last", about: "runs that the clock shows in another order, and last as their name"},
	{name: "rotation", about: "secrets that change between commands"},
	{name: "hasty", about: "resumes with a shorter --timeout, and after the clock was set"},
	{name: "taken", about: "names of our records that others give to new ones"},
	{name: "alike", about: "others make what a run is just creating"},
	{name: "overdue", about: "creates that outlive --timeout, and whose next attempt is not answered either"},
}

var simClassNames = sync.OnceValue(func() (names []string) {
	for _, class := range simClasses {
		names = append(names, class.name)
	}
	return names
})

// simConfig is how many seeds are simulated.
type simConfig struct {
	seeds   uint64 // 0: until the time is over
	from    uint64
	time    time.Duration
	classes []string
	verbose bool // make simulate
}

// newSimConfig reads what make simulate passes on. Without it, a few seeds of all classes.
func newSimConfig(t *testing.T) simConfig {
	t.Helper()
	c := simConfig{seeds: 300, from: 1, time: 20 * time.Second, classes: simClassNames(), verbose: os.Getenv("GIJBULK_SIMULATE") != ""}
	if !c.verbose {
		return c
	}
	c.seeds, c.time = simNumber(t, "SEEDS", 0), 10*time.Minute
	c.from = simNumber(t, "FROM", 1)
	if text := os.Getenv("CLASSES"); text != "" {
		c.classes = strings.Split(text, ",")
	}
	for _, class := range c.classes {
		if !slices.Contains(simClassNames(), class) {
			t.Fatalf("CLASSES: %q is not one of %s", class, strings.Join(simClassNames(), ","))
		}
	}
	return c
}

func simNumber(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// simTally counts over all seeds.
type simTally struct {
	mu                                    sync.Mutex
	next, seeds                           uint64
	commands, actions, faults, violations int
	exits                                 map[int]int
}

// TestSimulation lets commands run under virtual time against a server that is simulated here, while
// faults, deaths and another administrator come between, and checks after each that what the design
// promises is so. Each seed is a story of its own. `make simulate` runs many (SEEDS, FROM, CLASSES).
func TestSimulation(t *testing.T) {
	c := newSimConfig(t)
	defer debug.SetGCPercent(debug.SetGCPercent(400))
	tally := &simTally{next: c.from, exits: make(map[int]int)}
	began := time.Now()
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for seed, more := tally.take(c, began); more; seed, more = tally.take(c, began) {
				simulate(t, c, tally, seed)
			}
		})
	}
	wait.Wait()
	rate := float64(tally.commands) / time.Since(began).Seconds()
	summary := fmt.Sprintf("seeds=%d runs/s=%.0f actions=%d faults=%d violations=%d", tally.seeds, rate, tally.actions, tally.faults, tally.violations)
	if c.verbose {
		fmt.Printf("exit codes: %v\n%s\n", tally.exits, summary)
	} else {
		t.Log(summary)
	}
}

// take gives the next seed, while there are any.
func (a *simTally) take(c simConfig, began time.Time) (seed uint64, more bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if c.seeds > 0 && a.seeds >= c.seeds || (c.seeds == 0 || !c.verbose) && time.Since(began) >= c.time || a.violations >= 20 && c.seeds != 1 {
		return 0, false
	}
	a.seeds++
	a.next++
	return a.next - 1, true
}

// simulate runs one seed, and shortens its story where it fails.
func simulate(t *testing.T, c simConfig, tally *simTally, seed uint64) {
	story := newSimStory(seed, c.classes)
	w := tell(t, story, nil)
	for n := 1; c.seeds == 1 && len(w.violations) == 0 && n < simRepeats; n++ {
		w = tell(t, story, nil)
	}
	tally.mu.Lock()
	for _, command := range w.commands {
		tally.commands++
		tally.exits[command.exit]++
		tally.actions += command.boundaries
	}
	tally.faults += len(w.fired)
	tally.violations += len(w.violations)
	tally.mu.Unlock()
	if len(w.violations) == 0 {
		return
	}
	short := shorten(t, w)
	t.Errorf("seed %d: %s\nrepeat with: make simulate SEEDS=1 FROM=%d CLASSES=%s\nclasses of the story: %s\nthe shortest story that fails so:\n%s",
		seed, strings.Join(w.violations, "\n"), seed, strings.Join(c.classes, ","), simOn(short.story), strings.Join(short.log, "\n"))
}

func simOn(s simStory) string {
	var on []string
	for name, is := range s.classes {
		if is {
			on = append(on, name)
		}
	}
	slices.Sort(on)
	return strings.Join(on, ",")
}

// The jitter of retries and the order in which idle workers take records are not the seed's, so that a
// story may need several attempts to fail again.
const (
	simRepeats = 20 // of a single seed
	simTries   = 2  // of a shortened story
)

// tell lets a story happen in a bubble of virtual time.
func tell(t *testing.T, story simStory, skip map[string]bool) (w *simWorld) {
	dir, err := os.MkdirTemp(simFolder(), "gijbulk-simulation-")
	if err != nil {
		t.Error(err)
		return newSimWorld("", story, skip)
	}
	defer os.RemoveAll(dir)
	defer func() {
		if p := recover(); p != nil { // all goroutines wait for something that never comes
			w.violate(0, "%v", p)
		}
	}()
	synctest.Test(t, func(*testing.T) {
		w = newSimWorld(dir, story, skip)
		w.play()
	})
	return w
}

// simFolder is in memory where the system has such a folder: the state syncs its files often.
func simFolder() string {
	if info, err := os.Stat("/dev/shm"); err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return ""
}

// shorten drops classes, steps and faults while the same invariant fails.
func shorten(t *testing.T, w *simWorld) *simWorld {
	best, until := w, time.Now().Add(10*time.Second)
	try := func(story simStory, skip map[string]bool) bool {
		if time.Now().After(until) {
			return false
		}
		for range simTries {
			if again := tell(t, story, skip); len(again.violations) > 0 && simInvariant(again) == simInvariant(w) {
				best = again
				return true
			}
		}
		return false
	}
	for i := len(w.story.steps) - 1; i >= 0; i-- {
		story := best.story
		story.steps = slices.Clone(story.steps)
		story.steps[i] = simStep{op: "nothing"}
		try(story, best.skip)
	}
	for _, class := range simClassNames() {
		story := best.story
		if story.classes = maps.Clone(story.classes); story.classes[class] {
			delete(story.classes, class)
			try(story, best.skip)
		}
	}
	for _, id := range best.fired {
		skip := maps.Clone(best.skip)
		if skip == nil {
			skip = make(map[string]bool)
		}
		skip[id] = true
		try(best.story, skip)
	}
	return best
}

func simInvariant(w *simWorld) string { return strings.SplitN(w.violations[0], ":", 2)[0] }
