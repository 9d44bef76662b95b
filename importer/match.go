package importer

import (
	"fmt"
	"slices"
	"strings"

	"gijbulk/schema"
)

// pairing says which live record each wanted one means.
type pairing struct {
	live      map[int]int    // wanted → live, as indexes
	conflict  map[int]string // wanted → why it cannot be decided
	claimedBy map[int]int    // live → the wanted record that names it
}

// match pairs wanted records with live ones by identity. byID holds those that are
// already decided by an id. Names are judged before earlier names, and those before
// records without a name, which take what nobody names.
func match(want, live []schema.Record, byID map[int]int) pairing {
	m := matcher{want: want, live: live, index: indexLive(live), pairing: pairing{
		live: make(map[int]int), conflict: make(map[int]string), claimedBy: make(map[int]int),
	}}
	for w, l := range byID {
		m.claim(w, []int{l})
	}
	m.eachOpen(func(w int, key schema.Key) {
		if key.Exact() {
			m.claim(w, m.index.find(key))
		}
	})
	m.eachOpen(func(w int, key schema.Key) {
		m.claim(w, m.unclaimed(m.earlier(w, key)))
	})
	m.eachOpen(func(w int, key schema.Key) {
		if !key.Exact() {
			m.claim(w, m.unclaimed(m.index.find(key)))
		}
	})
	return m.pairing
}

type matcher struct {
	want, live []schema.Record
	index      liveIndex
	pairing
}

// eachOpen visits the wanted records that nothing has been decided about.
func (m *matcher) eachOpen(visit func(w int, key schema.Key)) {
	for w := range m.want {
		_, paired := m.pairing.live[w]
		_, conflict := m.conflict[w]
		if key := m.want[w].Key(); !paired && !conflict && key.Valid() {
			visit(w, key)
		}
	}
}

// claim gives a wanted record its candidates: none leaves it open, one is the match,
// several cannot be decided. All of them are named, and so not free for others.
func (m *matcher) claim(w int, candidates []int) {
	for _, l := range candidates {
		if other, taken := m.claimedBy[l]; taken {
			m.conflict[w] = fmt.Sprintf("%s on the server is already meant by %s", called(m.live[l]), m.want[other].Place)
			return
		}
	}
	for _, l := range candidates {
		m.claimedBy[l] = w
	}
	switch len(candidates) {
	case 0:
	case 1:
		m.pairing.live[w] = candidates[0]
	default:
		m.conflict[w] = "the server has several of this identity: ids " + idList(m.live, candidates)
	}
}

func (m *matcher) unclaimed(candidates []int) []int {
	return slices.DeleteFunc(slices.Clone(candidates), func(l int) bool { _, taken := m.claimedBy[l]; return taken })
}

// earlier finds live records by what the wanted one was called or where it was before.
func (m *matcher) earlier(w int, key schema.Key) []int {
	var found []int
	for _, word := range m.want[w].Get(schema.FieldPreviously).Words() {
		var keys []schema.Key
		if key.Kind == schema.KindIntegration { // a repository's name does not tell it from others
			renamed := key
			renamed.Name = word
			keys = append(keys, renamed)
		}
		if key.Exact() {
			keys = append(keys, key.At(word))
		}
		for _, k := range keys {
			for _, l := range m.index.find(k) {
				if !slices.Contains(found, l) {
					found = append(found, l)
				}
			}
		}
	}
	return found
}

// class is what two records have in common that may be the same thing: their kind, and of
// integrations the type.
type class struct {
	kind schema.Kind
	of   schema.Type // "" for a repository
}

func classOf(r schema.Record) class { return class{r.Kind(), r.Type()} }

// called names a live record by its kind and id.
func called(r schema.Record) string { return fmt.Sprintf("%s %d", r.Kind(), r.ID) }

// liveIndex finds live records by identity.
type liveIndex struct {
	exact   map[schema.Key][]int // type, origin, name
	place   map[schema.Key][]int // type, origin
	regions []string             // of each live record, where it is shown
}

func indexLive(live []schema.Record) liveIndex {
	x := liveIndex{exact: make(map[schema.Key][]int, len(live)), place: make(map[schema.Key][]int), regions: make([]string, len(live))}
	for l, r := range live {
		key := r.Key()
		key.Region = ""
		x.regions[l] = r.Get(schema.FieldAwsRegion).Text()
		keys := []schema.Key{key}
		if key.Origin != "" && key.Kind == schema.KindIntegration {
			// For a wanted record that leaves the origin to the server.
			anywhere := key
			anywhere.Origin = ""
			keys = append(keys, anywhere)
		}
		for _, k := range keys {
			x.exact[k] = append(x.exact[k], l)
			x.place[k.Unnamed()] = append(x.place[k.Unnamed()], l)
		}
	}
	return x
}

// find lists the live records of an identity; without a name, all of its type and
// origin. A region that both sides show must agree.
func (x liveIndex) find(key schema.Key) []int {
	region := key.Region
	key.Region = ""
	found := x.exact[key]
	if !key.Exact() {
		found = x.place[key]
	}
	if region == "" {
		return found
	}
	return slices.DeleteFunc(slices.Clone(found), func(l int) bool { return x.regions[l] != "" && x.regions[l] != region })
}

func idList(live []schema.Record, indexes []int) string {
	ids := make([]string, len(indexes))
	for i, l := range indexes {
		ids[i] = fmt.Sprint(live[l].ID)
	}
	return strings.Join(ids, ", ")
}
