package match

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"gijbulk/schema"
)

// matchEarlier matches by what records were called, or where they were, before. A wanted
// record whose earlier identity now matches another one exactly takes that live record, if
// the other has an unclaimed one of its own earlier identity in turn: of a→b and b→c, the
// record c takes b, and b takes a.
func (m *matcher) matchEarlier() {
	s := routeFinder{matcher: m, dead: make(map[int]bool)}
	var routes []route
	users := make(map[int][]int) // live → the wanted records whose routes need it
	m.eachUndecided(func(w int, _ schema.Key) {
		if r := s.route(w); len(r.live) > 0 {
			routes = append(routes, r)
			for _, l := range r.live {
				users[l] = append(users[l], w)
			}
		}
	})
	for _, r := range routes {
		m.pairRoute(r, users)
	}
}

// isContested reports whether a live record is one of several that may be another wanted one.
func (m *matcher) isContested(l int) bool {
	if m.ClaimedBy[l] == None {
		return false
	}
	_, conflict := m.Conflict[m.ClaimedBy[l]]
	return conflict
}

func (m *matcher) pairRoute(r route, users map[int][]int) {
	w := r.want[0]
	for _, l := range r.live {
		if len(users[l]) > 1 {
			m.recordConflict(w, Earlier, r.live, fmt.Sprintf("%s on the server matches the previous name or origin of several records: %s",
				Called(m.live[l]), m.places(users[l])))
			return
		}
	}
	if last := r.live[len(r.live)-1]; m.isContested(last) {
		m.recordConflict(w, Earlier, r.live, fmt.Sprintf("%s on the server may also be the record of %s", Called(m.live[last]), m.want[m.ClaimedBy[last]].Place))
		return
	}
	if len(r.live) > len(r.want) {
		m.recordConflict(w, Earlier, r.live, "the server has several records that match: ids "+m.ids(r.live[len(r.want)-1:]))
		return
	}
	for i, l := range r.live {
		m.pair(r.want[i], Earlier, l)
	}
}

// route is a chain of wanted records, each of which takes the live record at its index. The
// last one takes an unclaimed one; where it has several, they are all in the route. One that may be
// another's ends a route that cannot be followed.
type route struct{ want, live []int }

type routeFinder struct {
	*matcher
	dead map[int]bool // wanted records from which there is no route
}

func (s routeFinder) route(w int) route {
	seen := make(map[int]bool)
	r, found := s.search(w, seen)
	if !found {
		maps.Copy(s.dead, seen)
	}
	return r
}

func (s routeFinder) search(w int, seen map[int]bool) (r route, found bool) {
	if seen[w] || s.dead[w] {
		return route{}, false
	}
	seen[w] = true
	candidates := s.findEarlier(w)
	if free := unclaimed(candidates, s.ClaimedBy); len(free) > 0 {
		return route{[]int{w}, free}, true
	}
	if !s.want[w].Key().Exact() {
		return route{}, false // without a name, it would leave the live record the name of the other
	}
	for _, l := range candidates {
		other := s.ClaimedBy[l]
		if s.Live[other] != l || s.Rule[other] > Recorded {
			continue
		}
		if r, found := s.search(other, seen); found {
			return route{append([]int{w}, r.want...), append([]int{l}, r.live...)}, true
		}
	}
	contested := slices.DeleteFunc(candidates, func(l int) bool { return !s.isContested(l) })
	return route{[]int{w}, contested}, len(contested) > 0
}

func (m *matcher) findEarlier(w int) []int {
	var found []int
	key := m.want[w].Key()
	for _, word := range m.want[w].Get(schema.FieldPreviously).Words() {
		var keys []schema.Key
		if key.Kind == schema.KindIntegration { // a repository's name is not part of its identity
			renamed := key
			renamed.Name = word
			keys = append(keys, renamed)
		}
		if key.Exact() {
			keys = append(keys, key.At(word))
		}
		for _, k := range keys {
			for _, l := range append(m.index.find(k), m.recordedAs(k)...) {
				if !slices.Contains(found, l) {
					found = append(found, l)
				}
			}
		}
	}
	return found
}

// recordedAs finds the live record that was recorded for an earlier identity, whatever its name is now.
func (m *matcher) recordedAs(earlier schema.Key) []int {
	known := m.recorded[earlier]
	l, there := m.byID[known.ID]
	if !there || !known.Proves(m.live[l]) {
		return nil
	}
	return m.withSameIdentity(l)
}

func (m *matcher) places(wanted []int) string {
	places := make([]string, len(wanted))
	for i, w := range wanted {
		places[i] = m.want[w].Place.String()
	}
	return strings.Join(places, ", ")
}
