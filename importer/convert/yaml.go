package convert

import (
	"cmp"
	"errors"
	"io"
	"slices"
	"strings"

	"gijbulk/importer/document"
	"gijbulk/schema"
)

// Value is a value of a YAML text. The zero Value is absent. What is beyond the budget of the
// text seems to be absent too, and the listing is refused.
type Value struct {
	node   *document.Node
	budget *document.Budget
}

// Member is a field of a mapping.
type Member struct {
	Name  string
	Line  int
	Value Value
}

// EachDocument visits the documents of a YAML text that are not blank.
func (l *Listing) EachDocument(visit func(Value) error) error {
	l.budget = document.NewBudget(l.Text)
	for y := document.NewYAML(l.Text); ; {
		root, err := y.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return problemOf(l.Name, err)
		}
		if root.Form == schema.FormNull {
			continue
		}
		err = visit(Value{root, l.budget})
		if err := cmp.Or(l.overspent(), err); err != nil {
			return err
		}
	}
}

func (l *Listing) overspent() error {
	if err := l.budget.Overspent(); err != nil {
		return problemOf(l.Name, err)
	}
	return nil
}

func (v Value) form() schema.Form {
	if v.node == nil {
		return schema.FormNull
	}
	return v.node.Form
}

// Line is where the value is, or 0.
func (v Value) Line() int {
	if v.node == nil {
		return 0
	}
	return v.node.Line
}

// Given reports whether the value is neither absent nor null nor false.
func (v Value) Given() bool {
	return v.IsMap() || v.form() == schema.FormList || v.Text() != "" && v.Text() != "false"
}

// IsMap reports whether the value is a mapping.
func (v Value) IsMap() bool { return v.form() == schema.FormMap }

// Items are those of a list.
func (v Value) Items() []Value {
	if v.form() != schema.FormList || v.budget.Spend(len(v.node.Items)) != nil {
		return nil
	}
	items := make([]Value, len(v.node.Items))
	for i, n := range v.node.Items {
		items[i] = Value{n, v.budget}
	}
	return items
}

// Members are the fields of a mapping, those that it merges from others last.
func (v Value) Members() []Member {
	var members []Member
	for _, m := range v.fields() {
		members = append(members, Member{m.Name, m.Line, Value{m.Value, v.budget}})
	}
	return members
}

func (v Value) fields() []document.Member {
	if !v.IsMap() {
		return nil
	}
	for _, m := range v.node.Members {
		if v.budget.Spend(len(m.Name)+1) != nil {
			return nil
		}
	}
	fields, _, _ := v.node.Fields(v.budget) // a spent budget is reported at the end of the document
	return fields
}

// Get looks a value up by its path.
func (v Value) Get(path ...string) Value {
	for _, name := range path {
		fields := v.fields()
		i := slices.IndexFunc(fields, func(m document.Member) bool { return m.Name == name })
		if i < 0 {
			return Value{}
		}
		v.node = fields[i].Value
	}
	return v
}

// Text is a plain value as text; null, lists and mappings have none.
func (v Value) Text() string {
	switch v.form() {
	case schema.FormNull, schema.FormMap, schema.FormList:
		return ""
	}
	if v.budget.Spend(len(v.node.Text)) != nil {
		return ""
	}
	return strings.TrimSpace(v.node.Text)
}

// Texts are the plain values of a list, or one that stands alone.
func (v Value) Texts() []string {
	var texts []string
	for _, item := range append(v.Items(), v) {
		if s := item.Text(); s != "" {
			texts = append(texts, s)
		}
	}
	return texts
}

// Field looks up a dotted name for Map and SkipIf.
func (v Value) Field(name string) (string, bool) {
	found := v.Get(strings.Split(name, ".")...)
	if found.node == nil || found.IsMap() {
		return "", false
	}
	return strings.Join(found.Texts(), ";"), true
}
