package reports

import (
	"cmp"
	"slices"

	"gijbulk/schema"
)

// concern is what a person is needed for: records with one state, cause and fix.
type concern struct {
	State, Cause, Fix string
	N                 int
	Records           []concerned // the first of them
}

// concerned is a record with a concern.
type concerned struct {
	N           int // of the record, from 1
	Name, Place string
	Loss        string // of nested repositories
}

// More is how many records are not named.
func (c *concern) More() int { return c.N - len(c.Records) }

// How many concerns the page shows at once and in all, and how many records it names for each. What is beyond is in the
// list of records.
const (
	openConcerns = 10
	maxConcerns  = 200
	maxConcerned = 5
	maxPlanned   = 20 // for each of a plan
)

// concerns collects the concerns of a run's records.
type concerns struct {
	totals
	indexes map[concernKey]int
	all     []concern
}

type concernKey struct{ state, cause, fix string }

func newConcerns(c totals) *concerns { return &concerns{totals: c, indexes: map[concernKey]int{}} }

func (cs *concerns) add(r *RecordInfo, n int, state string) {
	if !cs.needsPerson(r) {
		return
	}
	key := concernKey{state, cs.causeOf(r), r.Advice}
	i, known := cs.indexes[key]
	if !known {
		i = len(cs.all)
		cs.indexes[key] = i
		cs.all = append(cs.all, concern{State: state, Cause: key.cause, Fix: key.fix})
	}
	c := &cs.all[i]
	c.N++
	if len(c.Records) < cs.named() {
		c.Records = append(c.Records, concerned{n, nameOf(r), placeText(r), r.Loss.text(longestList)})
	}
}

// needsPerson reports whether a person has to look at a record. What is wrong with a manifest is in its findings.
func (cs *concerns) needsPerson(r *RecordInfo) bool {
	switch cs.by() {
	case byCheck:
		return false
	case byStatus:
		return needsAttention(r.Status, r.Action, r.Error)
	}
	return r.Loss.mayLose() || slices.Contains([]schema.Op{schema.OpDelete, schema.OpInvalid, schema.OpConflict, schema.OpIndexingError}, r.Action)
}

func (cs *concerns) named() int {
	if cs.by() == byAction {
		return maxPlanned
	}
	return maxConcerned
}

func (cs *concerns) causeOf(r *RecordInfo) string {
	switch {
	case r.Error != "":
		return r.Error
	case r.Status == schema.StatusUnprocessed && cs.by() == byStatus:
		return cmp.Or(cs.run.Why, "not tried")
	case r.Action == schema.OpDelete:
		return "on the server, but not in the manifest"
	case r.Loss.mayLose():
		return "changes which repositories the integration lists"
	}
	return "no cause is known"
}

// worstFirst are the concerns by state, and in each the most frequent first.
func (cs *concerns) worstFirst() []concern {
	ranks := map[string]int{}
	for i, s := range cs.states() {
		ranks[s] = i
	}
	slices.SortStableFunc(cs.all, func(a, b concern) int {
		return cmp.Or(cmp.Compare(ranks[a.State], ranks[b.State]), cmp.Compare(b.N, a.N))
	})
	return cs.all
}
