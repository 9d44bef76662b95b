package engine

import (
	"strings"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

// book holds the latest outcome of each action of a plan.
type book struct {
	plan     schema.Plan
	outcomes []schema.Outcome // by the action's N
	emit     func(schema.Outcome)
}

func newBook(plan schema.Plan, outcomes []schema.Outcome, emit func(schema.Outcome)) *book {
	b := &book{plan: plan, outcomes: make([]schema.Outcome, len(plan.Actions)), emit: emit}
	for _, o := range outcomes {
		b.outcomes[o.Action.N] = o
	}
	return b
}

// tell replaces an action's outcome and tells it.
func (b *book) tell(o schema.Outcome) {
	b.outcomes[o.Action.N] = o
	b.emit(o)
}

// unknown lists the creates of which nobody knows. Updates and deletions can be
// repeated, and are judged by Verify.
func (b *book) unknown() []schema.Outcome {
	var unknown []schema.Outcome
	for _, o := range b.outcomes {
		if o.Status == schema.StatusUnknown && o.Action.Op == schema.OpCreate {
			unknown = append(unknown, o)
		}
	}
	return unknown
}

// sighting is what a live list says about the creates that have no id yet.
type sighting struct {
	ids    map[int][]int64 // by the action's N
	strays []schema.Record // new and explained by no record of the plan
}

// find looks for the creates without an id among the live records that are new since
// the run began and belong to no other outcome.
func (b *book) find(live []schema.Record) sighting {
	var fresh []schema.Record
	claimed := make(map[int64]bool)
	for _, o := range b.outcomes {
		if o.ID != 0 {
			claimed[o.ID] = true
		}
	}
	for _, r := range live {
		if !b.plan.WasLive(r.ID) && !claimed[r.ID] {
			fresh = append(fresh, r)
		}
	}
	var want []schema.Record
	var numbers []int
	for _, a := range b.plan.Actions {
		if a.Op == schema.OpCreate && b.outcomes[a.N].ID == 0 {
			want, numbers = append(want, a.Want), append(numbers, a.N)
		}
	}
	pairs := match.Match(want, fresh, nil)
	s := sighting{ids: make(map[int][]int64)}
	for l, r := range fresh {
		if w := pairs.ClaimedBy[l]; w != match.None {
			s.ids[numbers[w]] = append(s.ids[numbers[w]], r.ID)
		} else {
			s.strays = append(s.strays, r)
		}
	}
	return s
}

// stray reports whether something unexplained looks like a record: the same kind and
// type, and the same origin or name.
func (s sighting) stray(want schema.Record) bool {
	of, origin := match.ClassOf(want), want.Key().Origin
	for _, r := range s.strays {
		if match.ClassOf(r) == of && (origin == "" || r.Key().Origin == origin || r.Name() == want.Name()) {
			return true
		}
	}
	return false
}

func joinIDs(ids []int64) string { return strings.ReplaceAll(schema.IDs(ids...).String(), ",", ", ") }
