package manifest

import "gijbulk/schema"

// node is a value of a YAML or JSON document with its place. An alias of YAML shares
// the children of the node that it stands for.
type node struct {
	form         schema.Form
	text         string // of a scalar, as written
	loose        bool   // plain text of YAML
	line, column int
	items        []*node  // of a list
	members      []member // of a mapping, in their order, duplicates included
	bases        []*node  // of a mapping: those that it merges in, the strongest first
	flaw         *flaw    // what makes the value unfit, without place and field
}

// member is a key of a mapping with its value.
type member struct {
	name         string
	line, column int // of the key
	value        *node
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
