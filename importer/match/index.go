package match

import (
	"hash/maphash"

	"gijbulk/schema"
)

// liveIndex finds live records by identity. It indexes them only in the ways that are asked
// for: nearly all wanted records have an origin and a name.
type liveIndex struct {
	live []schema.Record
	fold func(schema.Key) schema.Key // nil: identities are compared as they are
	seed maphash.Seed
	ways map[way]chains
}

// way is a way to ask for an identity.
type way struct{ exact, placed bool }

// chains are live records that share the hash of an identity. Whole identities as keys
// would take several times the memory.
type chains struct {
	first map[uint64]int
	next  []int // or None
}

func indexLive(live []schema.Record, fold func(schema.Key) schema.Key) liveIndex {
	return liveIndex{live: live, fold: fold, seed: maphash.MakeSeed(), ways: make(map[way]chains)}
}

// form leaves out of an identity what is not asked for. A wanted integration may leave its
// origin to the server; regions are compared separately.
func (x liveIndex) form(w way, key schema.Key) schema.Key {
	key.Region = ""
	if !w.exact {
		key = key.Unnamed()
	}
	if !w.placed {
		key.Origin = ""
	}
	if x.fold != nil {
		key = x.fold(key)
	}
	return key
}

func (x liveIndex) chains(w way) chains {
	if c, made := x.ways[w]; made {
		return c
	}
	c := chains{first: make(map[uint64]int, len(x.live)), next: make([]int, len(x.live))}
	for l := len(x.live) - 1; l >= 0; l-- {
		hash := maphash.Comparable(x.seed, x.form(w, x.live[l].Key()))
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
	c, asked := x.chains(w), x.form(w, key)
	l, there := c.first[maphash.Comparable(x.seed, asked)]
	for ; there && l != None; l = c.next[l] {
		region := x.live[l].Get(schema.FieldAwsRegion).Text()
		if x.form(w, x.live[l].Key()) == asked && (key.Region == "" || region == "" || region == key.Region) {
			found = append(found, l)
		}
	}
	return found
}
