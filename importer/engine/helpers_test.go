package engine_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gijbulk/importer/engine"
	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// fixture is a run with a server, a journal and an observer in memory.
type fixture struct {
	*engine.Run
	server   *server
	journal  *journal
	observer *observer
	events   *events
}

// newRun makes a run of a plan on a server. Its fields can still be changed.
func newRun(t *testing.T, s *server, plan schema.Plan) *fixture {
	e := &events{}
	s.events = e
	j := &journal{events: e, plan: plan, entries: make(map[int]*entry)}
	o := &observer{t: t, events: e, plan: func(n int) *schema.Action { return &j.plan.Actions[n] }}
	return &fixture{server: s, journal: j, observer: o, events: e, Run: &engine.Run{
		Plan: plan, Waves: planner.Waves(plan, 0), Target: s, Journal: j, Observer: o,
		Concurrency: 4, Settle: 10 * time.Second, Timeout: 2 * time.Minute, Resends: 3, Clock: machine,
	}}
}

// machine is a clock of one boot.
var machine = engine.BootClock{Boot: func() (string, time.Duration) { return "a boot", time.Since(time.Time{}.AddDate(1999, 0, 0)) }}

// start carries out the plan and fails the test on an error.
func (f *fixture) start(t *testing.T) {
	t.Helper()
	if err := f.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// canceledAfter is a context that is canceled after a time, unless that is 0.
func canceledAfter(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithCancelCause(t.Context())
	t.Cleanup(func() { cancel(nil) })
	if d > 0 {
		time.AfterFunc(d, func() { cancel(errors.New("enough")) })
	}
	return ctx
}

func (f *fixture) outcome(name string) schema.Outcome {
	for n, o := range f.Outcomes() {
		if f.Plan.Actions[n].Subject().Name() == name {
			return o
		}
	}
	return schema.Outcome{}
}

// statuses are those of all actions, in one line.
func (f *fixture) statuses() string {
	var all []string
	for _, o := range f.Outcomes() {
		all = append(all, string(o.Status))
	}
	return strings.Join(all, " ")
}

// events is what happens in a run, in order: "send a", "list", "begin a", "end a created",
// "observe a created", "settling 1".
type events struct {
	mu  sync.Mutex
	all []string
}

func (e *events) add(format string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, fmt.Sprintf(format, args...))
}

// only are the events that begin with one of these words, in one line.
func (e *events) only(words ...string) string {
	var some []string
	for _, line := range e.all {
		if word, _, _ := strings.Cut(line, " "); slices.Contains(words, word) {
			some = append(some, line)
		}
	}
	return strings.Join(some, ", ")
}

// about are the events about the record of a name.
func (e *events) about(name string) string {
	var some []string
	for _, line := range e.all {
		if slices.Contains(strings.Fields(line), name) {
			some = append(some, line)
		}
	}
	return strings.Join(some, ", ")
}

// integration is a wanted integration of this name; "name@2" is one of wave 2, and "name!" is
// one to disable.
func integration(line int, name string) schema.Record {
	name, wave, waved := strings.Cut(name, "@")
	name, disabled := strings.CutSuffix(name, "!")
	r := record(line, "type", "GITHUB", "origin", "https://api.github.com", "displayName", name)
	if n, err := strconv.Atoi(wave); waved && err == nil {
		r = r.Set(schema.FieldWave, schema.Int(int64(n)))
	}
	if disabled {
		r = r.Set(schema.FieldDisabled, schema.Bool(true))
	}
	return r
}

// repository is a wanted repository at this origin, named by the last part of its path.
func repository(line int, origin string) schema.Record {
	name := strings.TrimSuffix(origin[strings.LastIndex(origin, "/")+1:], ".git")
	return record(line, "kind", "repository", "origin", origin, "displayName", name)
}

// record has these values, as alternating names of fields and texts.
func record(line int, pairs ...string) schema.Record {
	values := make(map[schema.Field]schema.Value)
	for i := 0; i < len(pairs); i += 2 {
		f, known := schema.FieldNamed(pairs[i])
		if !known {
			panic(pairs[i])
		}
		values[f] = schema.Text(pairs[i+1])
	}
	r := schema.NewRecord(values)
	r.Place = schema.Place{File: "m.csv", Line: line, Record: line - 1}
	return r
}

func wanted(names ...string) []schema.Record {
	var want []schema.Record
	for i, name := range names {
		want = append(want, integration(i+2, name))
	}
	return want
}

// creates is a plan to create integrations (see integration).
func creates(names ...string) schema.Plan {
	plan, _ := planner.Diff(wanted(names...), nil, planner.Options{})
	return plan
}

func numbered(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprint("n", i))
	}
	return names
}

// outcomesOf are earlier outcomes with these statuses; the other actions were not sent. What was
// created is on the server.
func (f *fixture) outcomesOf(statuses string) []schema.Outcome {
	outcomes := f.Plan.Outcomes()
	for n, status := range strings.Fields(statuses) {
		if o := &outcomes[n]; status != string(schema.StatusUnprocessed) {
			o.Status, o.Attempts, o.Started = schema.Status(status), 1, time.Now()
			o.Unanswered = o.Status == schema.StatusUnknown
		}
		if status == string(schema.StatusCreated) {
			outcomes[n].ID = f.server.add(f.Plan.Actions[n].Want)
		}
	}
	return outcomes
}

// intents are those of the earlier process that left the outcomes of outcomesOf.
func (f *fixture) intents() []schema.Intent { return f.journal.intents }
