package engine

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

// listResult assigns the new records of a live list to the creates of a plan.
type listResult struct {
	found       map[int][]schema.Record // by the action's number: new records that match a create without an id
	inexact     map[int]bool            // likewise: these have its identity only as the server may have rewritten it
	older       map[int]candidate       // likewise: it was made before the first attempt left
	surplus     map[int][]schema.Record // likewise: further ones with the identity of a create with an id
	undecided   map[int]string          // likewise: why it is not certain which new record the server has rewritten from it
	unexplained []schema.Record         // new, and explained by no record of the manifest
}

// findCreates looks for the creates among the live records that are new since the run began and
// belong to no other outcome. What other shards create is explained too.
func (l *ledger) findCreates(live []schema.Record) listResult {
	s := listResult{found: make(map[int][]schema.Record), inexact: make(map[int]bool), older: make(map[int]candidate),
		surplus: make(map[int][]schema.Record), undecided: make(map[int]string)}
	fresh := l.newRecords(live, l.claimed())
	if len(fresh) == 0 {
		return s // spares most lists the comparison
	}
	want, numbers := l.createsWithoutID()
	owners := l.actionsByIdentity(live)
	fresh = s.setAside(l, owners, want, fresh)
	sent := func(w int) bool {
		return w >= len(numbers) || l.outcomes[numbers[w]].Status != schema.StatusUnprocessed
	}
	pairs := match.MatchNew(want, fresh, sent)
	conflicts := maps.Clone(pairs.Conflict)
	maps.DeleteFunc(conflicts, func(w int, _ string) bool { return w >= len(numbers) })
	for w, why := range conflicts {
		if pairs.Rule[w].Folds() {
			s.undecided[numbers[w]] = why
		}
	}
	for i, r := range fresh {
		w := pairs.ClaimedBy[i]
		if len(conflicts) > 0 && w != match.None && pairs.Rule[w] != match.Exact {
			s.unexplained = append(s.unexplained, r) // it may be one of those that cannot be decided
		}
		switch {
		case w == match.None:
			s.addOwned(l, owners, r)
		case pairs.Live[w] == match.None && pairs.Rule[w].Folds():
			s.unexplained = append(s.unexplained, r)
		case w < len(numbers) && l.isOlder(numbers[w], r):
			s.older[numbers[w]] = candidate{live: r, exact: pairs.Rule[w] == match.Exact}
		case w < len(numbers):
			s.found[numbers[w]] = append(s.found[numbers[w]], r)
			s.inexact[numbers[w]] = pairs.Rule[w] > match.Exact
		}
	}
	return s
}

// isOlder reports whether a record was certainly made before any attempt of a create left.
func (l *ledger) isOlder(n int, r schema.Record) bool {
	first, sent := l.first[n]
	return sent && l.clock.before(r.InitDate, first)
}

// setAside takes out what has the identity of a record that is not looked for: it is a further one of that,
// and not of one without a name.
func (s *listResult) setAside(l *ledger, owners map[schema.Key]int, want, fresh []schema.Record) []schema.Record {
	known, wanted := match.NewIdentities(maps.Keys(owners)), match.NewIdentities(keysOf(want))
	return slices.DeleteFunc(fresh, func(r schema.Record) bool {
		like, lookedFor := known.Like(r.Key()), wanted.Like(r.Key())
		switch _, owned := owners[r.Key()]; {
		case owned && len(lookedFor) > 0 && !slices.Contains(lookedFor, r.Key()): // or the server rewrote the name of one that is looked for
			s.addOwned(l, owners, r)
			s.unexplained = append(s.unexplained, r)
			return true
		case len(like) == 0 || len(lookedFor) > 0:
			return false
		}
		if n := owners[like[0]]; len(like) == 1 && l.mayHaveMade(n, r) {
			s.surplus[n] = append(s.surplus[n], r)
		} else {
			s.addOwned(l, owners, r)
		}
		return true
	})
}

// mayHaveMade reports whether an attempt of a create whose answer was lost may have made a record that
// the server shows under another spelling.
func (l *ledger) mayHaveMade(n int, r schema.Record) bool {
	return n != otherShard && l.losses[n] > 0 && len(match.Changes(l.action(n).Want, r)) == 0
}

// addOwned adds a new record that no create without an id can have made.
func (s *listResult) addOwned(l *ledger, owners map[schema.Key]int, r schema.Record) {
	owner, owned := owners[r.Key()]
	switch {
	case !owned:
		s.unexplained = append(s.unexplained, r)
	case owner != otherShard && l.action(owner).Op == schema.OpCreate:
		s.surplus[owner] = append(s.surplus[owner], r)
	}
}

func keysOf(records []schema.Record) iter.Seq[schema.Key] {
	return func(yield func(schema.Key) bool) {
		for i := range records {
			if !yield(records[i].Key()) {
				return
			}
		}
	}
}

// createsWithoutID are the own ones, with the numbers of their actions, and then those of other shards.
func (l *ledger) createsWithoutID() (want []schema.Record, numbers []int) {
	for n, o := range l.outcomes {
		if a := l.action(n); a.Op == schema.OpCreate && o.ID == 0 {
			want, numbers = append(want, a.Want), append(numbers, n)
		}
	}
	for _, other := range l.run.Plan.Others {
		if other.ID == 0 {
			want = append(want, other)
		}
	}
	return want, numbers
}

// otherShard stands for the number of an action of another shard.
const otherShard = -1

func (l *ledger) actionsByIdentity(live []schema.Record) map[schema.Key]int {
	owners := make(map[schema.Key]int)
	for _, other := range l.run.Plan.Others {
		if other.ID != 0 {
			owners[other.Key()] = otherShard
		}
	}
	byID := make(map[int64]int)
	for n, o := range l.outcomes {
		a := l.action(n)
		if a.Op == schema.OpDelete || a.Op == schema.OpCreate && o.ID == 0 {
			continue
		}
		if key := a.Want.Key(); key.Exact() {
			owners[key] = n
		}
		if o.ID != 0 {
			byID[o.ID] = n
		}
	}
	for _, r := range live {
		if n, owned := byID[r.ID]; owned {
			owners[r.Key()] = n
		}
	}
	return owners
}

func (l *ledger) newRecords(live []schema.Record, claimed map[int64]bool) []schema.Record {
	return slices.DeleteFunc(slices.Clone(live), func(r schema.Record) bool { return l.run.Plan.WasLive(r.ID) || claimed[r.ID] })
}

func recordsByID(live []schema.Record) map[int64]schema.Record {
	byID := make(map[int64]schema.Record, len(live))
	for _, r := range live {
		byID[r.ID] = r
	}
	return byID
}

func (s listResult) hasUnexplained(want schema.Record) bool {
	return slices.ContainsFunc(s.unexplained, func(r schema.Record) bool { return match.KindAndTypeOf(r) == match.KindAndTypeOf(want) })
}

func (s listResult) evidence(a *schema.Action, o schema.Outcome) evidence {
	e := evidence{id: o.ID, refused: o.Status == schema.StatusFailed && (o.Class == schema.ClassRefused || o.Class == schema.ClassNotDone),
		unexplained: s.hasUnexplained(a.Want)}
	if c := s.older[a.N]; c.exact {
		e.older = c.live
	}
	for _, r := range append(slices.Clone(s.found[a.N]), s.surplus[a.N]...) {
		e.found = append(e.found, candidate{live: r, exact: !s.inexact[a.N], equal: len(match.Changes(a.Want, r)) == 0})
	}
	return e
}

func conclude(e *evidence, a *schema.Action, o schema.Outcome) schema.Outcome {
	found, unexplained := e.proofs()
	switch d := e.decide(); d {
	case isCreated, isInferred:
		if o.ID == 0 {
			live := found[0].live
			o = createdAs(o, live.ID)
			o.InitDate, o.Shown = live.InitDate, live.Digest()
		}
		if o.Inferred = o.Inferred || d == isInferred; d == isInferred {
			o.Advice = fmt.Sprintf("the answer was lost: %s is the only new record like it, which is no proof", match.Called(found[0].live))
		}
	case isDifferent:
		o = differentOutcome(o, a.Want, found[0].live)
	case isDuplicated:
		var ids []int64
		if o.ID != 0 {
			ids = append(ids, o.ID)
		}
		for _, c := range found {
			ids = append(ids, c.live.ID)
		}
		if e.older.ID != 0 {
			ids = append(ids, e.older.ID)
		}
		o = duplicatedOutcome(o, ids)
	case isUnknown:
		if unexplained && o.Status == schema.StatusUnknown {
			o.Advice = "check in Jira: a new record there could be this one, so it was not sent again"
		}
	case isRefusedAndThere:
		if note := fmt.Sprintf("%s with the same identity was created during the run: check in Jira who created it", match.Called(found[0].live)); !strings.Contains(o.Advice, note) {
			o.Advice = strings.TrimPrefix(o.Advice+"; "+note, "; ")
		}
	}
	return o
}

func duplicatedOutcome(o schema.Outcome, ids []int64) schema.Outcome {
	slices.Sort(ids)
	o.Status = schema.StatusConflict
	o.Error = fmt.Sprintf("is on the server %d times: ids %s", len(ids), strings.ReplaceAll(schema.IDs(ids...).String(), ",", ", "))
	o.Advice = "delete the duplicates in Jira"
	return o
}

func differentOutcome(o schema.Outcome, want, have schema.Record) schema.Outcome {
	changes := match.Changes(want, have)
	o.Status, o.Seen = schema.StatusConflict, &schema.Seen{Have: have, Changes: changes}
	o.Error = fmt.Sprintf("the answer was lost, and the new %s differs from what was sent: %s", match.Called(have), describeChanges(changes))
	o.Advice = "check it in Jira: someone else may have created it, or the server changed it"
	return o
}
