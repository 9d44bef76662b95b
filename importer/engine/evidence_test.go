package engine

import (
	"testing"
	"time"

	"gijbulk/schema"
)

// TestEvidence is the table of what is known of a create, and what follows.
func TestEvidence(t *testing.T) {
	const limit = 2 * time.Minute
	sent := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	first, before, after := sent.Add(-3*time.Minute), sent.Add(limit-1), sent.Add(limit)
	exact, differing := candidate{exact: true, equal: true}, candidate{exact: true}
	unnamed, other := candidate{equal: true}, candidate{}
	for _, tt := range []struct {
		name   string
		e      evidence
		want   decision
		closed bool
	}{
		{"answered with an id", evidence{id: 7}, isCreated, true},
		{"answered with an id, and another is there", evidence{id: 6, found: []candidate{exact}}, isDuplicated, true},
		{"refused", evidence{refused: true}, isRefused, true},
		{"refused, exact", evidence{refused: true, found: []candidate{exact}}, isRefusedAndThere, true},
		{"refused, exact, differs", evidence{refused: true, found: []candidate{differing}}, isRefusedAndThere, true},
		{"refused, without a name", evidence{refused: true, found: []candidate{unnamed}}, isRefused, true},
		{"unknown, exact", evidence{found: []candidate{exact}, now: sent}, isCreated, true},
		{"unknown, exact, differs", evidence{found: []candidate{differing}, now: sent}, isDifferent, true},
		{"unknown, without a name", evidence{found: []candidate{unnamed}, now: sent}, isInferred, true},
		{"unknown, without a name, differs", evidence{found: []candidate{other}, now: after, missing: 2}, isUnknown, true},
		{"unknown, without a name, differs, early", evidence{found: []candidate{other}, now: before}, isOpen, true},
		{"unknown, two", evidence{found: []candidate{exact, exact}, now: sent}, isDuplicated, true},
		{"unknown, one, and an older one", evidence{found: []candidate{exact}, older: schema.Record{ID: 6}, now: sent}, isDuplicated, true},
		{"unknown, an older one", evidence{older: schema.Record{ID: 6}, now: after, missing: 2, resends: 5}, isMissing, true},
		{"unknown, two without a name", evidence{found: []candidate{unnamed, unnamed}, now: sent}, isDuplicated, true},
		{"unknown, nothing, early", evidence{now: before, missing: 9, resends: 5}, isOpen, true},
		{"unknown, a stranger, early", evidence{now: before, unexplained: true}, isOpen, true},
		{"unknown, nothing in one list", evidence{now: after, missing: 1, resends: 5}, isOpen, true},
		{"unknown, nothing in two lists", evidence{now: after, missing: 2, resends: 5}, isMissing, true},
		{"unknown, nothing, no more resends", evidence{now: after, missing: 2}, isUnknown, true},
		{"unknown, nothing, another may be late", evidence{now: after, missing: 2, resends: 5, suspended: true}, isOpen, true},
		{"unknown, nothing, the server is slow", evidence{now: after, missing: 2, delay: 3 * time.Minute}, isOpen, true},
		{"unknown, nothing, long after", evidence{now: after.Add(time.Minute), missing: 2, delay: 3 * time.Minute}, isUnknown, true},
		{"unknown, a stranger", evidence{now: after, missing: 2, unexplained: true, resends: 5}, isUnknown, true},
		{"two attempts, one record", evidence{sent: []time.Time{first, sent}, found: []candidate{exact}, now: before}, isCreated, false},
		{"two attempts, one record, later", evidence{sent: []time.Time{first, sent}, found: []candidate{exact}, now: after}, isCreated, true},
		{"two attempts, one record, on a slow server", evidence{sent: []time.Time{first, sent}, id: 7, now: after, delay: 3 * time.Minute}, isCreated, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := tt.e
			e.timeout = limit
			if e.sent == nil {
				e.sent = []time.Time{sent}
			}
			if d, closed := e.decide(), e.attemptsEnded(); d != tt.want || closed != tt.closed {
				t.Errorf("decision %d, closed %t; want %d, %t", d, closed, tt.want, tt.closed)
			}
		})
	}
}
