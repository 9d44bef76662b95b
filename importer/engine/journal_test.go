package engine_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gijbulk/importer/engine"
	"gijbulk/schema"
)

// journal is a Journal in memory. It records as the one on disk does.
type journal struct {
	events *events
	delay  time.Duration // of each call
	fails  string        // the call that fails, such as "begin a"
	dies   *death        // nil: never

	answered func() int // how many requests have an answer

	mu           sync.Mutex
	plan         schema.Plan
	entries      map[int]*entry // by the action's number
	intents      []schema.Intent
	recorded     []string // the intents, in order
	mostOpen     int      // intents at once without an answer
	begins, ends int
	calls        int // all of them
}

// entry is what is recorded about an action.
type entry struct {
	last    *schema.Outcome
	intents int // since then
	started time.Time
	begun   time.Time
}

// death is the end of a process in a call of the journal. Nothing is sent or recorded after it.
type death struct {
	at       int           // which call
	recorded bool          // whether that call still recorded what it was given
	held     time.Duration // how long the process holds each request back
	dead     chan struct{}
}

var (
	errDiskFull = errors.New("disk full")
	errDead     = errors.New("the process has died")
)

func (j *journal) call(ctx context.Context, what string, names []string, record func()) error {
	time.Sleep(j.delay)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.calls++
	if slices.ContainsFunc(names, func(name string) bool { return what+" "+name == j.fails }) {
		return errDiskFull
	}
	dies := j.dies != nil && j.calls == j.dies.at
	if j.dies != nil && isClosed(j.dies.dead) {
		return errDead
	}
	if !dies || j.dies.recorded {
		record()
	}
	if dies {
		close(j.dies.dead)
		return errDead
	}
	return nil
}

func isClosed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (j *journal) Begin(ctx context.Context, actions ...schema.Action) error {
	var names []string
	for _, a := range actions {
		names = append(names, a.Subject().Name())
	}
	return j.call(ctx, "begin", names, func() {
		j.begins++
		for i, a := range actions {
			e := j.entry(a.N)
			if e.intents == 0 {
				j.events.add("begin %s", names[i])
				j.recorded = append(j.recorded, names[i])
			}
			boot, since := machine.Boot()
			j.intents = append(j.intents, schema.Intent{N: a.N, Attempt: len(j.intents) + 1, At: time.Now(), Boot: boot, Since: since})
			e.intents, e.begun = e.intents+1, time.Now()
			if e.started.IsZero() {
				e.started = e.begun
			}
		}
		if j.answered != nil {
			j.mostOpen = max(j.mostOpen, len(j.recorded)-j.answered())
		}
	})
}

func (j *journal) End(ctx context.Context, outcomes ...schema.Outcome) error {
	var names []string
	for _, o := range outcomes {
		names = append(names, j.plan.Actions[o.N].Subject().Name())
	}
	return j.call(ctx, "end", names, func() {
		j.ends++
		for i, o := range outcomes {
			j.events.add("end %s %s", names[i], o.Status)
			j.entries[o.N] = &entry{last: &o, started: o.Started}
		}
	})
}

func (j *journal) Extend(ctx context.Context, actions []schema.Action) error {
	return j.call(ctx, "extend", nil, func() { j.plan.Actions = append(slices.Clip(j.plan.Actions), actions...) })
}

func (j *journal) entry(n int) *entry {
	if j.entries[n] == nil {
		j.entries[n] = &entry{}
	}
	return j.entries[n]
}

// load gives what is recorded: a write that was begun and has no outcome since is unknown.
func (j *journal) load() (schema.Plan, []schema.Outcome) {
	outcomes := j.plan.Outcomes()
	for n, e := range j.entries {
		if e.last != nil {
			outcomes[n] = *e.last
		}
		if e.intents > 0 {
			o := &outcomes[n]
			o.Status, o.Class, o.Stop, o.Unanswered = schema.StatusUnknown, schema.ClassUnknown, schema.StopNone, true
			o.Attempts += e.intents
			o.Started, o.Took = e.started, e.begun.Sub(e.started)
			o.Error = "the run ended before the answer was recorded"
		}
	}
	return j.plan, outcomes
}

// observer checks that its calls never overlap.
type observer struct {
	t        *testing.T
	events   *events
	plan     func(n int) *schema.Action
	busy     atomic.Bool
	outcomes int
	steps    []engine.Step
}

func (o *observer) enter() (leave func()) {
	if !o.busy.CompareAndSwap(false, true) {
		o.t.Error("calls to the observer overlap")
	}
	for range 10 {
		runtime.Gosched() // let another call come in between
	}
	return func() { o.busy.Store(false) }
}

func (o *observer) Outcome(outcome schema.Outcome) {
	defer o.enter()()
	o.outcomes++
	o.events.add("observe %s %s", o.plan(outcome.N).Subject().Name(), outcome.Status)
}

func (o *observer) Step(s engine.Step) {
	defer o.enter()()
	o.steps = append(o.steps, s)
	switch {
	case s.Settling != nil:
		o.events.add("settling %d", s.Settling.Creates)
	case s.WaveDone != nil:
		o.events.add("wave %d: %d of %d failed, %d left", s.WaveDone.Wave.Number, s.WaveDone.Failed, s.WaveDone.Writes, s.WaveDone.Left)
	default:
		o.events.add("removing %d", s.Removing)
	}
}
