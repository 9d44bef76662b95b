// Package match finds the live record of each wanted one. It is pure.
package match

import (
	"fmt"
	"slices"
	"strings"

	"gijbulk/schema"
)

// Rule is what matched a wanted record with a live one, from the most to the least certain.
type Rule uint8

// The rules.
const (
	NoRule     Rule = iota
	Exact           // the identity
	Recorded        // the id that an earlier run recorded for the identity
	Given           // the id in the manifest
	Earlier         // an earlier name or origin
	Inferred        // it has no name, and this is the only unclaimed one of its type and origin
	Folded          // the identity, as a server may have rewritten it; see [Pairing.Fold]
	FoldedPath      // likewise, and the letter case of the origin differs: it may be another repository
)

// Folds reports whether the rule compares identities as a server may have rewritten them.
func (r Rule) Folds() bool { return r == Folded || r == FoldedPath }

// Pairing is which live record each wanted one has.
type Pairing struct {
	Live      []int          // wanted → live, as indexes, or None
	Rule      []Rule         // wanted → what matched it, or could not decide
	Conflict  map[int]string // wanted → why it cannot be decided
	ClaimedBy []int          // live → the wanted record that is or may be it, or None
}

// None stands for no record.
const None = -1

// IDs are the ids that are known of wanted records. They count only after the identity:
// servers that are restored or copied assign ids again.
type IDs struct {
	Recorded map[schema.Key]schema.Known // by earlier runs
	Given    map[int]int                 // wanted → live, as the manifest says
}

// Match pairs wanted records with live ones, rule by rule over all of them. What an earlier
// rule has claimed is not available to later ones. Without ids, nil.
func Match(want, live []schema.Record, ids *IDs) Pairing {
	m := newMatcher(want, live)
	m.matchExact()
	if ids != nil {
		m.recorded = ids.Recorded
		m.matchRecorded()
		m.matchGiven(ids.Given)
	}
	m.matchEarlier()
	m.matchUnnamed()
	return m.Pairing
}

// MatchNew pairs wanted records with live ones that are new since they were sent. A name that the
// server may have rewritten comes before none; where one without a name that was sent is left with nothing
// else, either may be it.
func MatchNew(want, live []schema.Record, sent func(w int) bool) Pairing {
	m := newMatcher(want, live)
	m.matchExact()
	m.matchEarlier()
	m.fold(want, live, schema.Key.Exact)
	m.matchUnnamed()
	m.contestFolded(sent)
	m.Fold(want, live)
	return m.Pairing
}

func newMatcher(want, live []schema.Record) matcher {
	return matcher{want: want, live: live, index: indexLive(live, nil), Pairing: Pairing{
		Live: slices.Repeat([]int{None}, len(want)), Rule: make([]Rule, len(want)),
		Conflict: make(map[int]string), ClaimedBy: slices.Repeat([]int{None}, len(live)),
	}}
}

type matcher struct {
	want, live []schema.Record
	index      liveIndex
	recorded   map[schema.Key]schema.Known // by earlier runs
	byID       map[int64]int               // live records, where any are recorded
	Pairing
}

func (m *matcher) matchExact() {
	m.eachUndecided(func(w int, key schema.Key) {
		if key.Exact() {
			m.claim(w, Exact, m.index.find(key))
		}
	})
}

func (m *matcher) matchRecorded() {
	if len(m.recorded) == 0 {
		return
	}
	m.byID = make(map[int64]int, len(m.live))
	for l := range m.live {
		m.byID[m.live[l].ID] = l
	}
	m.eachUndecided(func(w int, key schema.Key) {
		known := m.recorded[key]
		l, there := m.byID[known.ID]
		if there && !m.paired(l) && known.Proves(m.live[l]) && KindAndTypeOf(m.live[l]) == KindAndTypeOf(m.want[w]) {
			m.claim(w, Recorded, m.withSameIdentity(l))
		}
	})
}

func (m *matcher) matchGiven(given map[int]int) {
	m.eachUndecided(func(w int, _ schema.Key) {
		if l, there := given[w]; there && !m.paired(l) {
			m.claim(w, Given, []int{l})
		}
	})
}

// matchUnnamed matches records without a name with what no other record claims. Where all that
// is left is part of a conflict, theirs may be among it.
func (m *matcher) matchUnnamed() {
	named := slices.Clone(m.ClaimedBy)
	m.eachUndecided(func(w int, key schema.Key) {
		if key.Exact() {
			return
		}
		found := m.index.find(key)
		free := unclaimed(found, named)
		if len(free) == 0 {
			free = slices.DeleteFunc(found, m.paired)
		}
		m.claim(w, Inferred, free)
	})
}

// contestFolded makes a folded match a conflict where a record without a name has no other.
func (m *matcher) contestFolded(sent func(w int) bool) {
	m.eachUndecided(func(w int, key schema.Key) {
		if key.Exact() || !sent(w) {
			return
		}
		for _, l := range m.index.find(key) {
			other := m.ClaimedBy[l]
			if !m.paired(l) || !m.Rule[other].Folds() {
				continue
			}
			m.Live[other] = None
			m.recordConflict(other, m.Rule[other], nil, fmt.Sprintf("%s on the server may also be the record at %s", Called(m.live[l]), m.want[w].Place))
			m.claim(w, Inferred, []int{l})
		}
	})
}

func (m *matcher) paired(l int) bool {
	w := m.ClaimedBy[l]
	return w != None && m.Live[w] == l
}

func (m *matcher) withSameIdentity(l int) []int {
	if key := m.live[l].Key(); key.Exact() {
		return m.index.find(key)
	}
	return []int{l}
}

func (m *matcher) eachUndecided(visit func(w int, key schema.Key)) {
	for w := range m.want {
		if _, conflict := m.Conflict[w]; conflict || m.Live[w] != None {
			continue
		}
		if key := m.want[w].Key(); key.Valid() {
			visit(w, key)
		}
	}
}

func (m *matcher) claim(w int, rule Rule, candidates []int) {
	for _, l := range candidates {
		if other := m.ClaimedBy[l]; other != None {
			m.recordConflict(w, rule, candidates, fmt.Sprintf("%s on the server may also be the record at %s", Called(m.live[l]), m.want[other].Place))
			return
		}
	}
	switch len(candidates) {
	case 0:
	case 1:
		m.pair(w, rule, candidates[0])
	default:
		m.recordConflict(w, rule, candidates, "the server has several records that match: ids "+m.ids(candidates))
	}
}

func (m *matcher) pair(w int, rule Rule, l int) {
	m.Live[w], m.Rule[w], m.ClaimedBy[l] = l, rule, w
}

func (m *matcher) recordConflict(w int, rule Rule, candidates []int, why string) {
	m.Conflict[w], m.Rule[w] = why, rule
	for _, l := range unclaimed(candidates, m.ClaimedBy) {
		m.ClaimedBy[l] = w
	}
}

func unclaimed(candidates, claimedBy []int) []int {
	return slices.DeleteFunc(slices.Clone(candidates), func(l int) bool { return claimedBy[l] != None })
}

// KindAndType is what no update changes: records that differ in it are never the same.
type KindAndType struct {
	Kind schema.Kind
	Type schema.Type // "" for a repository
}

// KindAndTypeOf returns the kind and type of a record.
func KindAndTypeOf(r schema.Record) KindAndType { return KindAndType{r.Kind(), r.Type()} }

// Called names a live record by its kind and id.
func Called(r schema.Record) string {
	if r.Kind() == schema.KindNested {
		return fmt.Sprintf("nested repository %d", r.ID)
	}
	return fmt.Sprintf("%s %d", r.Kind(), r.ID)
}

func (m *matcher) ids(lives []int) string {
	ids := make([]string, len(lives))
	for i, l := range lives {
		ids[i] = fmt.Sprint(m.live[l].ID)
	}
	return strings.Join(ids, ", ")
}
