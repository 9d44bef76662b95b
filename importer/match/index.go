package match

import (
	"hash/maphash"

	"gijbulk/schema"
)

// liveIndex finds live records by identity. It indexes them only by the parts that are asked
// for: nearly all wanted records have an origin and a name.
type liveIndex struct {
	live    []schema.Record
	fold    func(schema.Key) schema.Key // nil: identities are compared as they are
	seed    maphash.Seed
	byParts map[keyParts]chains
}

// keyParts are the parts of an identity that a lookup compares.
type keyParts struct{ name, origin bool }

// chains are live records that share the hash of an identity. Whole identities as keys
// would take several times the memory.
type chains struct {
	first map[uint64]int
	next  []int // or None
}

func indexLive(live []schema.Record, fold func(schema.Key) schema.Key) liveIndex {
	return liveIndex{live: live, fold: fold, seed: maphash.MakeSeed(), byParts: make(map[keyParts]chains)}
}

// lookupKey leaves out of an identity what is not asked for. A wanted integration may leave its
// origin to the server; regions are compared separately.
func (x liveIndex) lookupKey(parts keyParts, key schema.Key) schema.Key {
	key.Region = ""
	if !parts.name {
		key = key.Unnamed()
	}
	if !parts.origin {
		key.Origin = ""
	}
	if x.fold != nil {
		key = x.fold(key)
	}
	return key
}

func (x liveIndex) chains(parts keyParts) chains {
	if c, made := x.byParts[parts]; made {
		return c
	}
	c := chains{first: make(map[uint64]int, len(x.live)), next: make([]int, len(x.live))}
	for l := len(x.live) - 1; l >= 0; l-- {
		hash := maphash.Comparable(x.seed, x.lookupKey(parts, x.live[l].Key()))
		next, more := c.first[hash]
		if !more {
			next = None
		}
		c.first[hash], c.next[l] = l, next
	}
	x.byParts[parts] = c
	return c
}

// find lists the live records of an identity; without a name, all of its type and
// origin. A region that both sides show must agree.
func (x liveIndex) find(key schema.Key) (found []int) {
	parts := keyParts{name: key.Exact(), origin: key.Origin != "" || key.Kind == schema.KindRepository}
	c, asked := x.chains(parts), x.lookupKey(parts, key)
	l, there := c.first[maphash.Comparable(x.seed, asked)]
	for ; there && l != None; l = c.next[l] {
		region := x.live[l].Get(schema.FieldAwsRegion).Text()
		if x.lookupKey(parts, x.live[l].Key()) == asked && (key.Region == "" || region == "" || region == key.Region) {
			found = append(found, l)
		}
	}
	return found
}
