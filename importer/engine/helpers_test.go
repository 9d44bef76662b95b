package engine_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gijbulk/importer/engine"
	"gijbulk/importer/intent"
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
var machine = engine.Clock{Boot: func() (string, time.Duration) { return "a boot", time.Since(time.Time{}.AddDate(1999, 0, 0)) }}

// start carries out the plan and fails the test on an error.
func (f *fixture) start(t *testing.T) {
	t.Helper()
	if err := f.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
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

// server is a Target in memory. Each write is performed, unless answers say something else.
type server struct {
	events  *events
	latency time.Duration       // of each write
	answers map[string][]answer // to the requests about the record of a name; the last one repeats
	onList  func(ctx context.Context, nth int) error

	mu         sync.Mutex
	live       []schema.Record
	lastID     int64
	sent       map[string]int // requests by name
	busy, most int            // writes at once
	answered   int
	lists      int
}

func newServer() *server {
	return &server{lastID: 100, sent: make(map[string]int), answers: make(map[string][]answer)}
}

func (s *server) Do(ctx context.Context, a schema.Action) schema.Outcome {
	if err := intent.Renew(ctx); err != nil {
		return schema.Outcome{N: a.N, Status: schema.StatusFailed, Error: err.Error()}
	}
	name := a.Subject().Name()
	s.events.add("send %s", name)
	s.mu.Lock()
	s.busy++
	s.most = max(s.most, s.busy)
	nth := s.sent[name]
	s.sent[name]++
	respond := answer(perform)
	if all := s.answers[name]; len(all) > 0 {
		respond = all[min(nth, len(all)-1)]
	}
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.busy--
		s.answered++
	}()
	started := time.Now()
	time.Sleep(s.latency)
	o := respond(s, a)
	o.N, o.Started, o.Took, o.Attempts = a.N, started, time.Since(started), 1
	if a.Op != schema.OpCreate {
		o.ID = a.Have.ID // as the client of the app does it, whatever the answer
	}
	return o
}

func (s *server) List(ctx context.Context, kinds ...schema.Kind) ([]schema.Record, error) {
	s.events.add("list")
	s.mu.Lock()
	s.lists++
	nth := s.lists
	s.mu.Unlock()
	if s.onList != nil {
		if err := s.onList(ctx, nth); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.live), func(r schema.Record) bool { return !slices.Contains(kinds, r.Kind()) }), nil
}

// add puts a record on the server and returns its id.
func (s *server) add(r schema.Record) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastID++
	r.ID, r.Place = s.lastID, schema.Place{}
	s.live = append(s.live, r)
	return s.lastID
}

func (s *server) remove(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live = slices.DeleteFunc(s.live, func(r schema.Record) bool { return r.ID == id })
}

// set changes a field of a live record.
func (s *server) set(id int64, f schema.Field, v schema.Value) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.live {
		if s.live[i].ID == id {
			s.live[i] = s.live[i].Set(f, v)
		}
	}
}

// ids are those of the live records of a name.
func (s *server) ids(name string) []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var ids []int64
	for _, r := range s.live {
		if r.Name() == name {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

func (s *server) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := 0
	for _, n := range s.sent {
		all += n
	}
	return all
}

// answer does what a request asks for, or something else, and answers.
type answer func(*server, schema.Action) schema.Outcome

func perform(s *server, a schema.Action) schema.Outcome {
	o := schema.Outcome{Status: schema.StatusCreated, Class: schema.ClassDone}
	switch a.Op {
	case schema.OpUpdate:
		o.Status = schema.StatusUpdated
		for _, c := range a.Changes {
			s.set(a.Have.ID, c.Field, c.To)
		}
	case schema.OpDelete:
		o.Status = schema.StatusDeleted
		s.remove(a.Have.ID)
	default:
		o.ID = s.add(a.Want)
	}
	return o
}

// lose neither performs the request nor answers.
func lose(*server, schema.Action) schema.Outcome {
	return schema.Outcome{Status: schema.StatusUnknown, Class: schema.ClassUnknown, Error: "connection reset by peer"}
}

func performAndLose(s *server, a schema.Action) schema.Outcome { perform(s, a); return lose(s, a) }

// performLater loses the answer, and performs the request after a time.
func performLater(d time.Duration, timedOut bool) answer {
	return func(s *server, a schema.Action) schema.Outcome {
		go func() { time.Sleep(d); perform(s, a) }()
		o := lose(s, a)
		o.TimedOut = timedOut
		return o
	}
}

func performTwice(s *server, a schema.Action) schema.Outcome { perform(s, a); return perform(s, a) }

func refuse(*server, schema.Action) schema.Outcome {
	return schema.Outcome{Status: schema.StatusFailed, Class: schema.ClassRefused, Error: "refused"}
}

func performAndRefuse(s *server, a schema.Action) schema.Outcome { perform(s, a); return refuse(s, a) }

// refuseCredentials stops the run.
func refuseCredentials(*server, schema.Action) schema.Outcome {
	return schema.Outcome{Status: schema.StatusUnprocessed, Class: schema.ClassStop, Stop: schema.StopCredentials, Error: "401"}
}

// forbid refuses one write.
func forbid(*server, schema.Action) schema.Outcome {
	return schema.Outcome{Status: schema.StatusUnprocessed, Class: schema.ClassStop, Stop: schema.StopCredentials, HTTP: 403, Error: "403"}
}

func performAndPanic(s *server, a schema.Action) schema.Outcome { perform(s, a); panic("out of range") }

// slowly answers after a time.
func slowly(d time.Duration, then answer) answer {
	return func(s *server, a schema.Action) schema.Outcome { time.Sleep(d); return then(s, a) }
}

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
			o.Status, o.Class, o.Stop, o.TimedOut = schema.StatusUnknown, schema.ClassUnknown, schema.StopNone, true
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
			o.TimedOut = o.Status == schema.StatusUnknown
		}
		if status == string(schema.StatusCreated) {
			outcomes[n].ID = f.server.add(f.Plan.Actions[n].Want)
		}
	}
	return outcomes
}

// intents are those of the earlier process that left the outcomes of outcomesOf.
func (f *fixture) intents() []schema.Intent { return f.journal.intents }
