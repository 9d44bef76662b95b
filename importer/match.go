package importer

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"gijbulk/schema"
)

// pairing says which live record each wanted one means.
type pairing struct {
	live      []int          // wanted → live, as indexes, or none
	conflict  map[int]string // wanted → why it cannot be decided
	claimedBy []int          // live → the wanted record that names it, or none
}

// none is no record.
const none = -1

// match pairs wanted records with live ones by identity. byID holds those that are
// already decided by an id. Names are judged before earlier names, and those before
// records without a name, which take what nobody names.
func match(want, live []schema.Record, byID map[int]int) pairing {
	m := matcher{want: want, live: live, index: indexLive(live), pairing: pairing{
		live: slices.Repeat([]int{none}, len(want)), conflict: make(map[int]string), claimedBy: slices.Repeat([]int{none}, len(live)),
	}}
	for w, l := range byID {
		m.claim(w, []int{l})
	}
	m.eachOpen(func(w int, key schema.Key) {
		if key.Exact() {
			m.claim(w, m.index.find(key))
		}
	})
	named := slices.Clone(m.claimedBy) // two that were called the same before cannot be decided
	m.eachOpen(func(w int, key schema.Key) {
		m.claim(w, unclaimed(m.earlier(w, key), named))
	})
	m.eachOpen(func(w int, key schema.Key) {
		if !key.Exact() {
			m.claim(w, unclaimed(m.index.find(key), m.claimedBy))
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
		if _, conflict := m.conflict[w]; conflict || m.pairing.live[w] != none {
			continue
		}
		if key := m.want[w].Key(); key.Valid() {
			visit(w, key)
		}
	}
}

// claim gives a wanted record its candidates: none leaves it open, one is the match,
// several cannot be decided. All of them are named, and so not free for others.
func (m *matcher) claim(w int, candidates []int) {
	for _, l := range candidates {
		if other := m.claimedBy[l]; other != none {
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

func unclaimed(candidates, claimedBy []int) []int {
	return slices.DeleteFunc(slices.Clone(candidates), func(l int) bool { return claimedBy[l] != none })
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

// liveIndex finds live records by identity. It is made only for the ways in which
// somebody asks: nearly all wanted records say origin and name.
type liveIndex struct {
	live []schema.Record
	seed maphash.Seed
	ways map[way]chains
}

// way is a way to ask for an identity.
type way struct{ exact, placed bool }

// chains are live records that share the hash of an identity. Whole identities as keys
// would take several times the room.
type chains struct {
	first map[uint64]int
	next  []int // or none
}

func indexLive(live []schema.Record) liveIndex {
	return liveIndex{live: live, seed: maphash.MakeSeed(), ways: make(map[way]chains)}
}

// of leaves out of an identity what is not asked for. A wanted integration may leave its
// origin to the server; regions are compared apart.
func (w way) of(key schema.Key) schema.Key {
	key.Region = ""
	if !w.exact {
		key = key.Unnamed()
	}
	if !w.placed {
		key.Origin = ""
	}
	return key
}

func (x liveIndex) chains(w way) chains {
	if c, made := x.ways[w]; made {
		return c
	}
	c := chains{first: make(map[uint64]int, len(x.live)), next: make([]int, len(x.live))}
	for l := len(x.live) - 1; l >= 0; l-- {
		hash := maphash.Comparable(x.seed, w.of(x.live[l].Key()))
		next, more := c.first[hash]
		if !more {
			next = none
		}
		c.first[hash], c.next[l] = l, next
	}
	x.ways[w] = c
	return c
}

// find lists the live records of an identity; without a name, all of its type and
// origin. A region that both sides show must agree.
func (x liveIndex) find(key schema.Key) (found []int) {
	w := way{exact: key.Exact(), placed: key.Origin != "" || key.Kind == schema.KindRepository}
	c, asked := x.chains(w), w.of(key)
	l, there := c.first[maphash.Comparable(x.seed, asked)]
	for ; there && l != none; l = c.next[l] {
		region := x.live[l].Get(schema.FieldAwsRegion).Text()
		if w.of(x.live[l].Key()) == asked && (key.Region == "" || region == "" || region == key.Region) {
			found = append(found, l)
		}
	}
	return found
}

func idList(live []schema.Record, indexes []int) string {
	ids := make([]string, len(indexes))
	for i, l := range indexes {
		ids[i] = fmt.Sprint(live[l].ID)
	}
	return strings.Join(ids, ", ")
}
