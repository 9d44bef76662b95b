package sandbox

import (
	"database/sql"
	"slices"
)

// history is the states that a store had before its latest changes, for a restore. It keeps as many as the script can ask
// for.
type history struct {
	keep   int
	states []state // oldest first
}

// state is all that a store holds.
type state struct {
	records []storedRecord
	lastID  int64
}

func (f Faults) longestRestore() int {
	longest := 0
	for fault := range f.Rates {
		if fault.name() == Restore {
			longest = max(longest, fault.count())
		}
	}
	for _, rule := range f.Rules {
		if rule.Fault.name() == Restore {
			longest = max(longest, rule.Fault.count())
		}
	}
	return longest
}

func (h *history) remember(s state) {
	if h.keep == 0 {
		return
	}
	h.states = append(h.states, state{slices.Clone(s.records), s.lastID})
	h.states = h.states[max(0, len(h.states)-h.keep):]
}

// rewindTo returns the state before that many changes, or the oldest known; it and the later ones are dropped.
func (h *history) rewindTo(changes int) (s state, ok bool) {
	if len(h.states) == 0 {
		return state{}, false
	}
	i := max(0, len(h.states)-changes)
	s = h.states[i]
	h.states = h.states[:i]
	return s, true
}

func (s *store) restore(changes int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	earlier, ok := s.past.rewindTo(changes)
	if !ok {
		return nil
	}
	if s.file != nil {
		if err := s.file.replace(earlier); err != nil {
			return err
		}
	}
	s.state = earlier
	return nil
}

func (f *dataFile) replace(s state) error {
	return f.transact(func(tx *sql.Tx) error {
		if _, err := tx.Exec(`DELETE FROM integration; DELETE FROM repository`); err != nil {
			return err
		}
		for _, r := range s.records {
			if err := put(tx, r); err != nil {
				return err
			}
		}
		_, err := tx.Exec(`UPDATE sqlite_sequence SET seq = ?`, s.lastID)
		return err
	})
}
