package sandbox

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// adminWords are the parameters of [OtherAdmin].
var adminWords = []string{"add", "rename", "delete", "copy"}

// otherAdmin is another administrator, who works on the server while its clients do.
type otherAdmin struct {
	mu      sync.Mutex
	rng     *rand.Rand
	actions []AdminAction
}

// AdminAction is something that the other administrator did.
type AdminAction struct {
	Time time.Time
	What string // add, rename, delete or copy
	// Record is the integration's or repository's as it was left, or, after a delete, as it was.
	Record Connection
}

func newOtherAdmin(seed uint64) *otherAdmin {
	return &otherAdmin{rng: rand.New(rand.NewPCG(seed, uint64(ofStore)+1))}
}

func (a *otherAdmin) work(s *Server, what string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	what = cmp.Or(what, adminWords[a.rng.IntN(len(adminWords))])
	r, err := a.do(s, what)
	if gone := new(refusal); errors.As(err, &gone) {
		return nil // a client has deleted it meanwhile
	}
	if r == nil || err != nil {
		return err
	}
	now := time.Now()
	a.actions = append(a.actions, AdminAction{now, what, r.connection().snapshot(now, s.indexTime)})
	return nil
}

func (a *otherAdmin) do(s *Server, what string) (storedRecord, error) {
	if what == "add" {
		in := newIntegration()
		in.Type, in.DisplayName, in.PAT, in.Global = "GITHUB", nextName(s, "Another administrator's"), "of-another-administrator", true
		in.complete()
		return in, a.store(s, in)
	}
	r := a.randomRecord(s)
	if r == nil {
		return nil, nil
	}
	id, name := r.connection().ID, nextName(s, r.connection().DisplayName)
	switch what {
	case "rename":
		return update(s.store, id, func(r storedRecord) error {
			r.connection().DisplayName = name
			return nil
		})
	case "delete":
		return r, remove[storedRecord](s.store, id)
	}
	r = r.clone()
	return r, a.store(s, r)
}

func (a *otherAdmin) randomRecord(s *Server) storedRecord {
	live := slices.DeleteFunc(all[storedRecord](s.store), func(r storedRecord) bool {
		re, ok := r.(*Repository)
		return ok && re.TrackedFolderID != 0
	})
	if len(live) == 0 {
		return nil
	}
	return live[a.rng.IntN(len(live))]
}

func nextName(s *Server, of string) string {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	return fmt.Sprintf("%s (%d)", of, s.store.lastID+1)
}

func (a *otherAdmin) store(s *Server, r storedRecord) error {
	now := time.Now().UTC().Truncate(time.Millisecond)
	c := r.connection()
	c.OtherAdmin, c.InitDate, c.IndexStart, c.LastIndexed = true, now, now, time.Time{}
	if in, ok := r.(*Integration); ok {
		return s.store.add(in, in.found(s.tracked)...)
	}
	return s.store.add(r)
}

func (s *Server) countTouched(id int64) {
	if r, err := get[storedRecord](s.store, id); err != nil || !r.connection().OtherAdmin {
		return
	}
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	s.log.counts.OtherAdmin++
}

// AdminActions returns what the other administrator of the script did, in order.
func (s *Server) AdminActions() []AdminAction {
	s.other.mu.Lock()
	defer s.other.mu.Unlock()
	return slices.Clone(s.other.actions)
}
