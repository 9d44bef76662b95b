// Package match finds out which live record each wanted one is. It is pure.
package match

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"

	"gijbulk/schema"
)

// Pairing says which live record each wanted one means.
type Pairing struct {
	Live      []int          // wanted → live, as indexes, or None
	Conflict  map[int]string // wanted → why it cannot be decided
	ClaimedBy []int          // live → the wanted record that names it, or None
}

// None stands for no record.
const None = -1

// Match pairs wanted records with live ones by identity. byID holds those that are
// already decided by an id. Names are judged before earlier names, and those before
// records without a name, which take what nobody names.
func Match(want, live []schema.Record, byID map[int]int) Pairing {
	m := matcher{want: want, live: live, index: indexLive(live), Pairing: Pairing{
		Live: slices.Repeat([]int{None}, len(want)), Conflict: make(map[int]string), ClaimedBy: slices.Repeat([]int{None}, len(live)),
	}}
	for w, l := range byID {
		m.claim(w, []int{l})
	}
	m.eachOpen(func(w int, key schema.Key) {
		if key.Exact() {
			m.claim(w, m.index.find(key))
		}
	})
	named := slices.Clone(m.ClaimedBy) // two that were called the same before cannot be decided
	m.eachOpen(func(w int, key schema.Key) {
		m.claim(w, unclaimed(m.earlier(w, key), named))
	})
	m.eachOpen(func(w int, key schema.Key) {
		if !key.Exact() {
			m.claim(w, unclaimed(m.index.find(key), m.ClaimedBy))
		}
	})
	return m.Pairing
}

type matcher struct {
	want, live []schema.Record
	index      liveIndex
	Pairing
}

// eachOpen visits the wanted records that nothing has been decided about.
func (m *matcher) eachOpen(visit func(w int, key schema.Key)) {
	for w := range m.want {
		if _, conflict := m.Conflict[w]; conflict || m.Live[w] != None {
			continue
		}
		if key := m.want[w].Key(); key.Valid() {
			visit(w, key)
		}
	}
}

// claim gives a wanted record its candidates: None leaves it open, one is the match,
// several cannot be decided. All of them are named, and so not free for others.
func (m *matcher) claim(w int, candidates []int) {
	for _, l := range candidates {
		if other := m.ClaimedBy[l]; other != None {
			m.Conflict[w] = fmt.Sprintf("%s on the server is already meant by %s", Called(m.live[l]), m.want[other].Place)
			return
		}
	}
	for _, l := range candidates {
		m.ClaimedBy[l] = w
	}
	switch len(candidates) {
	case 0:
	case 1:
		m.Live[w] = candidates[0]
	default:
		m.Conflict[w] = "the server has several of this identity: ids " + idList(m.live, candidates)
	}
}

func unclaimed(candidates, claimedBy []int) []int {
	return slices.DeleteFunc(slices.Clone(candidates), func(l int) bool { return claimedBy[l] != None })
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

// Class is what two records have in common that may be the same thing: their kind, and of
// integrations the type.
type Class struct {
	Kind schema.Kind
	Type schema.Type // "" for a repository
}

func ClassOf(r schema.Record) Class { return Class{r.Kind(), r.Type()} }

// Called names a live record by its kind and id.
func Called(r schema.Record) string { return fmt.Sprintf("%s %d", r.Kind(), r.ID) }

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
	next  []int // or None
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
			next = None
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
	for ; there && l != None; l = c.next[l] {
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
