package engine

import (
	"fmt"
	"slices"
	"strings"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

// sighting is what a live list says about the creates that have no id yet.
type sighting struct {
	ids         map[int][]int64 // by the action's number
	unexplained []schema.Record // new, and of the identity of no record of the plan
}

// find looks for the creates without an id among the live records that are new since
// the run began and belong to no other outcome.
func (l *ledger) find(live []schema.Record) sighting {
	var want []schema.Record
	var numbers []int
	explained := make(map[schema.Key]bool)
	for n, o := range l.outcomes {
		a := l.action(n)
		if a.Op == schema.OpCreate && o.ID == 0 {
			want, numbers = append(want, a.Want), append(numbers, n)
		}
		if key := a.Want.Key(); key.Exact() {
			explained[key] = true // a duplicate of what has an id
		}
	}
	fresh := l.fresh(live)
	pairs := match.Match(want, fresh, nil)
	s := sighting{ids: make(map[int][]int64)}
	for i, r := range fresh {
		if w := pairs.ClaimedBy[i]; w != match.None {
			s.ids[numbers[w]] = append(s.ids[numbers[w]], r.ID)
		} else if !explained[r.Key()] {
			s.unexplained = append(s.unexplained, r)
		}
	}
	return s
}

// fresh are the live records that are new since the run began and belong to no outcome.
func (l *ledger) fresh(live []schema.Record) []schema.Record {
	claimed := l.claimed()
	return slices.DeleteFunc(slices.Clone(live), func(r schema.Record) bool { return l.run.Plan.WasLive(r.ID) || claimed[r.ID] })
}

// resembles reports whether something unexplained looks like a record: the same kind and
// type, and the same origin or name.
func (s sighting) resembles(want schema.Record) bool {
	class, origin := match.ClassOf(want), want.Key().Origin
	return slices.ContainsFunc(s.unexplained, func(r schema.Record) bool {
		return match.ClassOf(r) == class && (origin == "" || r.Key().Origin == origin || r.Name() == want.Name())
	})
}

// duplicated is the outcome of a create that the server has several times.
func duplicated(o schema.Outcome, ids []int64) schema.Outcome {
	slices.Sort(ids)
	o.Status = schema.StatusConflict
	o.Error = fmt.Sprintf("is on the server %d times: ids %s", len(ids), strings.ReplaceAll(schema.IDs(ids...).String(), ",", ", "))
	o.Advice = "remove the surplus in Jira"
	return o
}
