package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gijbulk/reports"
)

const simJira = "https://jira.example.org"

// simWorld is what a story happens to: a server, a manifest, a machine with its state file and clock.
type simWorld struct {
	mu    sync.Mutex // of the server and of what requests change
	story simStory
	skip  map[string]bool // faults that do not happen, to shorten a story
	fired []string        // those that did
	calm  bool            // no faults, no deaths: the end of a story

	server   *simServer
	manifest simManifest
	gone     map[int64]time.Time // what another administrator deleted, or changed before it was deleted
	outlived map[int64]time.Time // what was changed by work that has outlived its command
	restores int                 // of the server
	overdue  bool                // some work has outlived --timeout

	dir, state string
	states     int
	rotations  map[string]int // of secrets, by the variable
	jump       atomic.Int64   // of the clock that people set, a time.Duration
	boot       int
	booted     time.Time
	began      time.Time

	commands   []*simCommand
	runs       map[string]*simRun
	attempts   []*simAttempt
	made       map[simKey]time.Time // the latest of each identity
	added      map[simKey]time.Time // likewise, by another administrator
	before     map[string]simUndo   // by run, what was there
	violations []string
	log        []string
}

// simCommand is one command.
type simCommand struct {
	w        *simWorld
	n, step  int
	name     string
	args     []string
	seed     uint64
	chance   float64
	run      string      // the run that it began or continued, where that is known
	unnamed  bool        // it was not known while the command was at work
	manifest simManifest // as it was when the command began
	start    time.Time
	end      time.Time

	timeout     time.Duration // of its requests
	sent        map[string]int
	fault       string // of the request that the server works on
	tried       int    // writes that were sent
	writes      int    // that reached the server
	shown       map[simKey]int
	renames     map[int64]simKey // by id, of a resume or an undo
	lastShown   map[int64]simKey
	seen        map[int64]map[string]any // likewise, with all that it showed
	lacking     map[int64]int            // lists without it, one after another
	gone        map[int64]bool           // repositories that so many lists lacked
	listed      map[string][]time.Time   // when the server made its lists of a kind
	planned     map[int64]map[string]any // likewise, before the first write
	raced       bool                     // another administrator worked at the same time
	boundaries  int
	deathAt     int // the boundary; 0: none
	interruptAt int
	dead, over  bool
	next        string // the state file at the moment of death
	soft, hard  context.CancelCauseFunc

	exit           int
	stdout, stderr bytes.Buffer
	report         *reports.Report
}

func (c *simCommand) author() string {
	if c == nil {
		return "another administrator"
	}
	return fmt.Sprintf("command %d", c.n)
}

func newSimWorld(dir string, story simStory, skip map[string]bool) *simWorld {
	w := &simWorld{story: story, skip: skip, server: newSimServer(), dir: dir, gone: make(map[int64]time.Time), outlived: make(map[int64]time.Time), rotations: make(map[string]int),
		before: make(map[string]simUndo), runs: make(map[string]*simRun), made: make(map[simKey]time.Time), added: make(map[simKey]time.Time), began: time.Now(), booted: time.Now(), boot: 1}
	w.server.say, w.server.effect, w.server.adds = w.say, w.judge, w.judgeCreate
	w.server.made = func(r *simRecord) {
		if w.made[r.sent] = r.made; r.by == nil {
			w.added[r.sent] = r.made
		}
		w.claim()
	}
	w.server.rewrite, w.server.lag, w.server.bare = story.rewrite, story.lag, story.bare
	w.state = filepath.Join(dir, "state-0", "gijbulk.db")
	return w
}

func (w *simWorld) has(class string) bool { return w.story.classes[class] }

// say adds a line to the story.
func (w *simWorld) say(format string, args ...any) {
	w.log = append(w.log, fmt.Sprintf("%12s  ", time.Since(w.began).Round(time.Millisecond))+fmt.Sprintf(format, args...))
}

func (w *simWorld) violate(invariant int, format string, args ...any) {
	text := fmt.Sprintf("invariant %d: ", invariant) + fmt.Sprintf(format, args...)
	w.violations = append(w.violations, text)
	w.say("VIOLATION %s", text)
}

// boundary is a moment at which the process may die or be interrupted.
func (w *simWorld) boundary(c *simCommand) {
	if c.boundaries++; c.over {
		return
	}
	if c.boundaries == c.deathAt {
		w.die(c)
	}
	if c.boundaries == c.interruptAt {
		w.say("command %d is interrupted", c.n)
		c.soft(interrupted{os.Interrupt})
	}
}

// die lets a process die. Virtual time has only just moved on, so nothing but this goroutine runs, and
// the state file and its log are what a killed process would have left.
func (w *simWorld) die(c *simCommand) {
	if c.dead || c.over {
		return
	}
	c.dead = true
	w.states++
	c.next = filepath.Join(w.dir, fmt.Sprintf("state-%d", w.states), "gijbulk.db")
	if err := simCopyState(w.state, c.next); err != nil {
		w.violate(0, "the state cannot be copied: %v", err)
	}
	w.say("command %d dies at boundary %d", c.n, c.boundaries)
	c.soft(interrupted{os.Kill})
	c.hard(interrupted{os.Kill})
}

func simCopyState(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	for _, end := range []string{"", "-wal"} {
		content, err := os.ReadFile(from + end)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = os.WriteFile(to+end, content, 0o600)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// execute runs a command to its end, or to its death.
func (w *simWorld) execute(step simStep, n int) *simCommand {
	c := w.begin(step, n)
	w.carryOut(c, step)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.finish(c)
	return c
}

// together runs two shards of one command at a time, or a command twice, with a state file each.
func (w *simWorld) together(step simStep, n int) {
	var wait sync.WaitGroup
	var commands []*simCommand
	var parts []simStep
	for i := range 2 {
		part := step
		own := fmt.Sprintf("--shard=%d/2", i+1)
		if step.op == "rivals" {
			own = "--state=" + filepath.Join(w.dir, fmt.Sprintf("rival-%d", i), "gijbulk.db")
		}
		part.op, part.args = step.args[0], append(slices.Clone(step.args[1:]), own)
		part.seed += uint64(i)
		commands, parts = append(commands, w.begin(part, 1000*(i+1)+n)), append(parts, part)
	}
	w.before[""] = simUndo{} // an undo would revert one of the two
	for i, c := range commands {
		wait.Go(func() { w.carryOut(c, parts[i]) })
	}
	wait.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range commands {
		w.finish(c)
	}
}

// begin makes a command ready.
func (w *simWorld) begin(step simStep, n int) *simCommand {
	w.mu.Lock()
	defer w.mu.Unlock()
	c := &simCommand{w: w, n: len(w.commands) + 1, step: n, name: step.op, seed: step.seed, manifest: w.manifest, start: time.Now(),
		sent: make(map[string]int), shown: make(map[simKey]int), renames: make(map[int64]simKey), deathAt: step.deathAt, interruptAt: step.interruptAt, chance: w.story.chance}
	if w.calm {
		c.chance = 0
	}
	for _, r := range w.server.records {
		c.raced = c.raced || !r.foreign.IsZero() && time.Since(r.foreign) < w.server.lag // lists do not show it yet
	}
	if c.name == "resume" {
		c.run = w.continued()
	}
	c.timeout = simTimeout
	for _, arg := range step.args {
		if text, given := strings.CutPrefix(arg, "--timeout="); given {
			c.timeout, _ = time.ParseDuration(text)
		}
	}
	w.commands = append(w.commands, c)
	c.args = w.arguments(c, step)
	if err := w.manifest.write(filepath.Join(w.dir, "m.json"), w.story.bare); err != nil {
		w.violate(0, "the manifest cannot be written: %v", err)
	}
	w.claim()
	w.remember(c)
	w.say("command %d: %s %s", c.n, c.name, strings.Join(step.args, " "))
	return c
}

// carryOut runs a command, with what happens to it at times rather than at requests.
func (w *simWorld) carryOut(c *simCommand, step simStep) {
	soft, stopSoft := context.WithCancelCause(context.Background())
	hard, stopHard := context.WithCancelCause(context.Background())
	c.soft, c.hard = stopSoft, stopHard
	if step.deathAfter > 0 {
		w.later(step.deathAfter, func() { w.die(c) })
	}
	if step.race {
		w.later(step.raceAfter, func() { w.race(c, step.seed) })
	}
	code := w.protect(func() int { return run(soft, hard, c.args, w.process(c)) })
	w.mu.Lock()
	defer w.mu.Unlock()
	c.exit, c.over, c.end = code, true, time.Now()
	stopSoft(nil)
	stopHard(nil)
}

func (w *simWorld) later(after time.Duration, f func()) {
	time.AfterFunc(after, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		f()
	})
}

// protect turns a panic into a violation.
func (w *simWorld) protect(f func() int) (code int) {
	defer func() {
		if p := recover(); p != nil {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.violate(0, "panic: %v\n%s", p, debug.Stack())
			code = exitError
		}
	}()
	return f()
}

// arguments are those of a command, with the flags that each gets.
func (w *simWorld) arguments(c *simCommand, step simStep) []string {
	args := []string{c.name, "--jira", simJira, "--state", w.state, "--rate", "0", "--timeout", simTimeout.String(), "--max-wait", "1m",
		"--report-dir", w.reportDir(c)}
	if c.name != "audit" {
		args = append(args, "--settle", simSettle.String())
	}
	args = append(args, step.args...)
	for i, arg := range args {
		if arg == "m.json" {
			args[i] = filepath.Join(w.dir, "m.json")
		}
	}
	return args
}

func (w *simWorld) reportDir(c *simCommand) string {
	return filepath.Join(w.dir, fmt.Sprintf("report-%d", c.n))
}

func (w *simWorld) process(c *simCommand) process {
	boot, booted := fmt.Sprintf("boot-%d", w.boot), w.booted
	return process{
		stdin: strings.NewReader(""), stdout: &c.stdout, stderr: &c.stderr,
		lookupEnv: w.variable,
		now:       func() time.Time { return time.Now().Add(time.Duration(w.jump.Load())) },
		boot:      func() (string, time.Duration) { return boot, time.Since(booted) },
		newRunID: func(started time.Time) string {
			w.mu.Lock()
			defer w.mu.Unlock()
			c.run = fmt.Sprintf("%s-%06x", started.Format("20060102-150405"), c.n)
			w.before[c.run] = w.before[""]
			return c.run
		},
		transport: &simLink{w, c},
		locks:     filepath.Join(w.dir, "locks"),
		columns:   func() int { return 0 },
	}
}

// finish reads what a command has left, checks it, and continues with the state of one that died.
func (w *simWorld) finish(c *simCommand) {
	w.say("command %d ends: exit %d, %d writes", c.n, c.exit, c.writes)
	w.checkProgress(c)
	w.checkSecrets(c)
	if run := w.runs[c.run]; run != nil && !c.dead {
		run.creates, run.canary = nil, ""
	}
	if c.dead {
		_ = os.RemoveAll(filepath.Dir(w.state))
		w.state = c.next
		return
	}
	switch saved, err := reports.ReadFile(w.reportDir(c)); {
	case err == nil:
		c.unnamed = c.run == ""
		c.report, c.run = &saved.Report, saved.Report.Run.ID
	case !errors.Is(err, fs.ErrNotExist):
		w.violate(3, "the report cannot be read: %v", err)
	}
	_ = os.RemoveAll(w.reportDir(c))
	w.check(c)
}
