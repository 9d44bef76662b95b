package engine_test

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"gijbulk/importer/intent"
	"gijbulk/schema"
)

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
	expected   []map[int64]schema.Kind // of each list
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

func (s *server) List(ctx context.Context, expected map[int64]schema.Kind, kinds ...schema.Kind) ([]schema.Record, error) {
	s.events.add("list")
	s.mu.Lock()
	s.lists++
	s.expected = append(s.expected, maps.Clone(expected))
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

// addAll adds records and gives their ids.
func (s *server) addAll(records []schema.Record) []int64 {
	ids := make([]int64, len(records))
	for i, r := range records {
		ids[i] = s.add(r)
	}
	return ids
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

// loseAs loses the answer, after integrations with these names were made.
func loseAs(names ...string) answer {
	return func(s *server, a schema.Action) schema.Outcome {
		for _, name := range names {
			s.add(integration(0, name))
		}
		return lose(s, a)
	}
}

// performLater loses the answer, and performs the request after a time.
func performLater(d time.Duration) answer {
	return func(s *server, a schema.Action) schema.Outcome {
		go func() { time.Sleep(d); perform(s, a) }()
		return lose(s, a)
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
