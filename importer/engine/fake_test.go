package engine

import (
	"context"
	"errors"
	"slices"
	"sync"

	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// server is a Target in memory. answer decides what a create does and says.
type server struct {
	mu     sync.Mutex
	live   []schema.Record
	next   int64
	sent   map[string]int // by name
	atOnce int
	most   int
	lists  int
	answer func(ctx context.Context, s *server, a schema.Action, nth int) schema.Outcome
	listed func(s *server, nth int) error
}

var errLost = errors.New("connection reset by peer")

func newServer() *server { return &server{next: 100, sent: make(map[string]int)} }

// make puts a record on the server and returns its id.
func (s *server) make(r schema.Record) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next++
	r.ID, r.Place = s.next, schema.Place{}
	s.live = append(s.live, r)
	return s.next
}

func (s *server) change(id int64, changes []schema.Change) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.live {
		if s.live[i].ID != id {
			continue
		}
		for _, c := range changes {
			s.live[i] = s.live[i].Set(c.Field, c.To)
		}
	}
}

func (s *server) remove(id int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live = slices.DeleteFunc(s.live, func(r schema.Record) bool { return r.ID == id })
}

func (s *server) Do(ctx context.Context, a schema.Action) schema.Outcome {
	s.mu.Lock()
	s.sent[a.Want.Name()]++
	nth := s.sent[a.Want.Name()]
	s.atOnce++
	s.most = max(s.most, s.atOnce)
	s.mu.Unlock()
	defer func() { s.mu.Lock(); s.atOnce--; s.mu.Unlock() }()
	if s.answer != nil {
		return s.answer(ctx, s, a, nth)
	}
	return done(s, a)
}

func (s *server) List(_ context.Context, kinds ...schema.Kind) ([]schema.Record, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lists++
	if s.listed != nil {
		s.mu.Unlock()
		err := s.listed(s, s.lists)
		s.mu.Lock()
		if err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(slices.Clone(s.live), func(r schema.Record) bool { return !slices.Contains(kinds, r.Kind()) }), nil
}

func (s *server) count(name string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, r := range s.live {
		if r.Name() == name {
			n++
		}
	}
	return n
}

func done(s *server, a schema.Action) schema.Outcome {
	switch a.Op {
	case schema.OpUpdate:
		s.change(a.Have.ID, a.Changes)
		return schema.Outcome{Action: a, Status: schema.StatusUpdated, Class: schema.ClassDone, ID: a.Have.ID, Attempts: 1}
	case schema.OpDelete:
		s.remove(a.Have.ID)
		return schema.Outcome{Action: a, Status: schema.StatusDeleted, Class: schema.ClassDone, ID: a.Have.ID, Attempts: 1}
	}
	return schema.Outcome{Action: a, Status: schema.StatusCreated, Class: schema.ClassDone, ID: s.make(a.Want), Attempts: 1}
}

func lost(a schema.Action) schema.Outcome {
	return schema.Outcome{Action: a, Status: schema.StatusUnknown, Class: schema.ClassUnknown, Attempts: 1, Error: errLost.Error()}
}

func refused(a schema.Action) schema.Outcome {
	return schema.Outcome{Action: a, Status: schema.StatusFailed, Class: schema.ClassRefused, Attempts: 1, Error: "will not"}
}

func stopped(a schema.Action) schema.Outcome {
	return schema.Outcome{Action: a, Status: schema.StatusUnprocessed, Class: schema.ClassStop, Stop: schema.StopCredentials, Attempts: 1, Error: "401"}
}

// creates makes a plan of creates with these names.
func creates(names ...string) schema.Plan {
	var want []schema.Record
	for i, n := range names {
		want = append(want, record(i+2, "type", "GITHUB", "origin", "https://api.github.com", "displayName", n))
	}
	plan, _ := planner.Diff(want, nil, planner.Options{})
	return plan
}

// ledger collects outcomes as a caller would: the last word on each action counts.
type ledger struct {
	words map[int]schema.Outcome
	told  int
}

func (l *ledger) emit(o schema.Outcome) {
	if l.words == nil {
		l.words = make(map[int]schema.Outcome)
	}
	l.words[o.Action.N] = o
	l.told++
}

func (l *ledger) outcomes() []schema.Outcome {
	all := make([]schema.Outcome, 0, len(l.words))
	for n := range len(l.words) {
		all = append(all, l.words[n])
	}
	return all
}

func (l *ledger) statuses() []schema.Status {
	var all []schema.Status
	for _, o := range l.outcomes() {
		all = append(all, o.Status)
	}
	return all
}
