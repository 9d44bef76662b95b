package manifest

import (
	"iter"
	"slices"

	"gijbulk/schema"
)

// node is a value of a YAML or JSON document with its place. An alias of YAML shares
// the children of the node that it stands for.
type node struct {
	form         schema.Form
	text         string // of a scalar, as written
	loose        bool   // plain text of YAML
	line, column int
	items        []*node         // of a list
	later        iter.Seq[*node] // of a list of records, in the place of items: each is made when it is wanted
	members      []member        // of a mapping, in their order, duplicates included
	bases        []*node         // of a mapping: those that it merges in, the strongest first
	flaw         *flaw           // what makes the value unfit, without place and field
}

// nodeRoom gives nodes, so that not each needs an allocation of its own.
type nodeRoom struct{ nodes []node }

// node gives an empty node. One that was used before keeps the room that its lists had:
// the records of a file are often alike.
func (r *nodeRoom) node() *node {
	const chunk = 64
	if len(r.nodes) == cap(r.nodes) {
		r.nodes = make([]node, 0, chunk)
	}
	r.nodes = r.nodes[:len(r.nodes)+1]
	n := &r.nodes[len(r.nodes)-1]
	*n = node{items: n.items[:0], members: n.members[:0]}
	return n
}

// reset lets nodes be used again: those that were given are not valid any more.
func (r *nodeRoom) reset() { r.nodes = r.nodes[:0] }

// member is a key of a mapping with its value.
type member struct {
	name         string
	line, column int // of the key
	value        *node
}

// records yields the items of a list of records, once.
func (n *node) records() iter.Seq[*node] {
	if n.later != nil {
		return n.later
	}
	return slices.Values(n.items)
}

// written gives the value as it stands in a cell. Lists hold scalars; what is nested
// deeper keeps its form only.
func (n *node) written() schema.Written {
	w := n.scalar()
	if n.form == schema.FormList {
		w.Items = make([]schema.Written, len(n.items))
		for i, item := range n.items {
			w.Items[i] = item.scalar()
		}
	}
	return w
}

func (n *node) scalar() schema.Written {
	return schema.Written{Form: n.form, Text: n.text, Loose: n.loose}
}

// size is what a value costs of the budget: in bytes, what it would take to write it out.
func (n *node) size() int {
	size := len(n.text) + 1
	for _, item := range n.items {
		size += len(item.text) + 1
	}
	return size
}
