package engine

import (
	"fmt"
	"slices"
	"strings"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

// sighting is what a live list says about the creates of a plan.
type sighting struct {
	found     map[int][]schema.Record // by the action's number: new records that match a create without an id
	inexact   map[int]bool            // likewise: these have its identity only as the server may have rewritten it
	surplus   map[int][]schema.Record // likewise: further ones of the identity of a create with an id
	strangers []schema.Record         // new, and explained by no record of the manifest
}

// find looks for the creates among the live records that are new since the run began and
// belong to no other outcome. What other shards create is explained too.
func (l *ledger) find(live []schema.Record) sighting {
	s := sighting{found: make(map[int][]schema.Record), inexact: make(map[int]bool), surplus: make(map[int][]schema.Record)}
	want, numbers := l.wanted()
	owners := l.owners(live)
	fresh := l.fresh(live, l.claimed())
	pairs := match.Match(want, fresh, nil)
	pairs.Fold(want, fresh)
	for i, r := range fresh {
		owner, owned := owners[r.Key()]
		switch w := pairs.ClaimedBy[i]; {
		case w != match.None && pairs.Live[w] == match.None && pairs.Rule[w].Folds():
			s.strangers = append(s.strangers, r)
		case w != match.None && w < len(numbers):
			s.found[numbers[w]] = append(s.found[numbers[w]], r)
			s.inexact[numbers[w]] = pairs.Rule[w] > match.Exact
		case w != match.None: // another shard's
		case owned && l.action(owner).Op == schema.OpCreate:
			s.surplus[owner] = append(s.surplus[owner], r)
		case !owned:
			s.strangers = append(s.strangers, r)
		}
	}
	return s
}

// wanted are the creates without an id, with their numbers, and then those of other shards.
func (l *ledger) wanted() (want []schema.Record, numbers []int) {
	for n, o := range l.outcomes {
		if a := l.action(n); a.Op == schema.OpCreate && o.ID == 0 {
			want, numbers = append(want, a.Want), append(numbers, n)
		}
	}
	return append(want, l.run.Plan.Others...), numbers
}

// owners are the actions whose record has an id, by the wanted identity and by the live one.
func (l *ledger) owners(live []schema.Record) map[schema.Key]int {
	owners := make(map[schema.Key]int)
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

// fresh are the live records that are new since the run began and not claimed.
func (l *ledger) fresh(live []schema.Record, claimed map[int64]bool) []schema.Record {
	return slices.DeleteFunc(slices.Clone(live), func(r schema.Record) bool { return l.run.Plan.WasLive(r.ID) || claimed[r.ID] })
}

func recordsByID(live []schema.Record) map[int64]schema.Record {
	byID := make(map[int64]schema.Record, len(live))
	for _, r := range live {
		byID[r.ID] = r
	}
	return byID
}

// hasStranger reports whether a new record of the kind and type of a wanted one is unexplained.
func (s sighting) hasStranger(want schema.Record) bool {
	return slices.ContainsFunc(s.strangers, func(r schema.Record) bool { return match.KindAndTypeOf(r) == match.KindAndTypeOf(want) })
}

// evidence is what a list, read at the time that its evidence has as now, says about a create.
func (s sighting) evidence(a *schema.Action, o schema.Outcome) evidence {
	e := evidence{id: o.ID, refused: o.Status == schema.StatusFailed && (o.Class == schema.ClassRefused || o.Class == schema.ClassNotDone),
		stranger: s.hasStranger(a.Want)}
	for _, r := range append(slices.Clone(s.found[a.N]), s.surplus[a.N]...) {
		e.found = append(e.found, candidate{id: r.ID, made: r.InitDate, exact: !s.inexact[a.N], equal: len(match.Changes(a.Want, r)) == 0})
	}
	return e
}

// conclude gives the outcome of a create after a decision about it.
func (s sighting) conclude(d decision, a *schema.Action, o schema.Outcome) schema.Outcome {
	records := append(slices.Clone(s.found[a.N]), s.surplus[a.N]...)
	switch d {
	case isCreated, isInferred:
		if o.ID == 0 {
			o = created(o, records[0].ID)
			o.Shown = records[0].Digest()
		}
		if o.Inferred = o.Inferred || d == isInferred; d == isInferred {
			o.Advice = fmt.Sprintf("the answer was lost: %s is the only new one like it, but that does not prove it", match.Called(records[0]))
		}
	case isDifferent:
		o = different(o, a.Want, records[0])
	case isDuplicated:
		ids := schema.RecordIDs(records)
		if o.ID != 0 {
			ids = append(ids, o.ID)
		}
		o = duplicated(o, ids)
	case isUnknown:
		if s.hasStranger(a.Want) || len(records) > 0 {
			o.Advice = "look in Jira: something new there could be it, so it was not sent again"
		}
	case isRefusedAndThere:
		if note := fmt.Sprintf("%s with the same identity was created during the run: look in Jira who made it", match.Called(records[0])); !strings.Contains(o.Advice, note) {
			o.Advice = strings.TrimPrefix(o.Advice+"; "+note, "; ")
		}
	}
	return o
}

// duplicated is the outcome of a create that the server has several times.
func duplicated(o schema.Outcome, ids []int64) schema.Outcome {
	slices.Sort(ids)
	o.Status = schema.StatusConflict
	o.Error = fmt.Sprintf("is on the server %d times: ids %s", len(ids), strings.ReplaceAll(schema.IDs(ids...).String(), ",", ", "))
	o.Advice = "remove the surplus in Jira"
	return o
}

// different is the outcome of a create whose answer was lost, where a record of its identity
// is not as it was sent.
func different(o schema.Outcome, want, have schema.Record) schema.Outcome {
	changes := match.Changes(want, have)
	o.Status, o.Seen = schema.StatusConflict, &schema.Seen{Have: have, Changes: changes}
	o.Error = fmt.Sprintf("the answer was lost, and %s, which is new, is not as it was sent: %s", match.Called(have), described(changes))
	o.Advice = "compare it in Jira: someone else may have made it, or the server changed it"
	return o
}
