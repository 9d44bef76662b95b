package document

import (
	"fmt"
	"iter"
	"slices"

	"gijbulk/schema"
)

// Node is a value of a YAML or JSON document with its position. An alias of YAML shares the
// children of the node that it stands for.
type Node struct {
	Form         schema.Form
	Text         string // of a scalar, as written
	Loose        bool   // plain text of YAML
	Line, Column int
	Items        []*Node         // of a list
	Later        iter.Seq[*Node] // of a list of records, instead of Items: each is made when it is needed
	Members      []Member        // of a mapping, in their order, duplicates included
	Bases        []*Node         // of a mapping: those that it merges in, the strongest first
	Flaw         *Error          // what makes the value invalid, without position and field
}

// Member is a key of a mapping with its value.
type Member struct {
	Name         string
	Line, Column int // of the key
	Value        *Node
}

// All yields the items of a list, those of a list of records only once.
func (n *Node) All() iter.Seq[*Node] {
	if n.Later != nil {
		return n.Later
	}
	return slices.Values(n.Items)
}

// Written gives the value as it stands in a cell. Lists hold scalars; what is nested
// deeper keeps its form only.
func (n *Node) Written() schema.Written {
	w := n.scalar()
	if n.Form == schema.FormList {
		w.Items = make([]schema.Written, len(n.Items))
		for i, item := range n.Items {
			w.Items[i] = item.scalar()
		}
	}
	return w
}

func (n *Node) scalar() schema.Written {
	return schema.Written{Form: n.Form, Text: n.Text, Loose: n.Loose}
}

// Size is what a value costs of a budget: in bytes, what it would take to write it out.
func (n *Node) Size() int {
	size := len(n.Text) + 1
	for _, item := range n.Items {
		size += len(item.Text) + 1
	}
	return size
}

// Budget is how many bytes aliases and merges may still expand to, which show one thing
// many times. The nil Budget has no limit.
type Budget struct{ left int }

// NewBudget gives the budget of a text: a hundred times its size.
func NewBudget(text []byte) *Budget { return &Budget{100 * len(text)} }

// Spend takes the size of something from the budget.
func (b *Budget) Spend(size int) error {
	if b != nil {
		b.left -= size
	}
	return b.Overspent()
}

// Overspent is the error of a text that is too large, or nil.
func (b *Budget) Overspent() error {
	if b == nil || b.left >= 0 {
		return nil
	}
	return &Error{Code: schema.CodeAliasTooLarge, Message: "aliases make the file more than a hundred times as large as it is"}
}

// KeyMerge is the key of a mapping of YAML that merges others into it.
const KeyMerge = "<<"

// Fields lists the keys of a mapping, its own first and then those that it merges in and does
// not have itself. A key that is there twice counts once and is one of the errors about single
// members; err says that the budget is spent.
func (n *Node) Fields(budget *Budget) (all []Member, flaws []*Error, err error) {
	if len(n.Bases) == 0 && distinct(n.Members) {
		return n.Members, nil, nil // the usual case needs no table
	}
	at := make(map[string]Member, len(n.Members))
	all = make([]Member, 0, len(n.Members))
	for _, m := range n.Members {
		if first, twice := at[m.Name]; twice {
			flaws = append(flaws, &Error{Code: schema.CodeDuplicateField, Line: m.Line, Column: m.Column, Field: ShownName(m.Name),
				Message: fmt.Sprintf("the field is here and on line %d, column %d", first.Line, first.Column)})
			continue
		}
		at[m.Name] = m
		all = append(all, m)
	}
	for _, base := range n.Bases {
		if err := budget.Spend(1); err != nil {
			return nil, nil, err
		}
		if base.Flaw != nil || base.Form != schema.FormMap {
			flaws = append(flaws, unfitBase(base))
			continue
		}
		more, moreFlaws, err := base.Fields(budget)
		if err != nil {
			return nil, nil, err
		}
		flaws = append(flaws, moreFlaws...)
		for _, m := range more {
			if err := budget.Spend(len(m.Name) + 1); err != nil {
				return nil, nil, err
			}
			if _, own := at[m.Name]; !own {
				at[m.Name] = m
				all = append(all, m)
			}
		}
	}
	return all, flaws, nil
}

// distinct reports whether no key is there twice; with many keys it does not know.
func distinct(members []Member) bool {
	const few = 32
	if len(members) > few {
		return false
	}
	for i := range members {
		for j := range i {
			if members[i].Name == members[j].Name {
				return false
			}
		}
	}
	return true
}

func unfitBase(base *Node) *Error {
	if base.Flaw != nil {
		return base.Flaw.At(base, KeyMerge)
	}
	return &Error{Code: schema.CodeNotARecord, Line: base.Line, Column: base.Column, Field: KeyMerge,
		Message: "only a mapping can be merged, and this is " + FormName(base.Form)}
}

// FormName names the form of a value in messages.
func FormName(f schema.Form) string {
	switch f {
	case schema.FormNull:
		return "nothing"
	case schema.FormList:
		return "a list"
	case schema.FormMap:
		return "a mapping"
	default:
		return "a single value"
	}
}

// ShownName is a name as the field of a finding. It may be anything that stands where a
// name belongs.
func ShownName(name string) string {
	if quoted := schema.Quote(name); quoted != `"`+name+`"` {
		return quoted
	}
	return name
}
