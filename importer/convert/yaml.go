package convert

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// Value is a value of a YAML text. The zero yamlValue is one that is not there. This
// file alone knows the library.
type Value struct {
	node   *yaml.Node
	budget *budget
}

// aliasFactor is how many times its own size a text may stand for through aliases.
const aliasFactor = 100

// budget is what may still be looked at of a text, in bytes of texts and in fields and
// items. Aliases and merges show one thing many times; what is beyond the budget seems
// not to be there, and the listing is refused.
type budget struct{ left int }

func (b *budget) spend(cost int) bool {
	b.left -= cost
	return b.left >= 0
}

// overspent is the problem of a listing whose aliases stand for too much, or nil.
func (l *Listing) overspent() error {
	if l.budget == nil || l.budget.left >= 0 {
		return nil
	}
	return l.Problem(0, "aliases make the listing more than a hundred times as large as it is", "write what they stand for where it is needed, or fewer of them")
}

// Member is a field of a mapping.
type Member struct {
	Name  string
	Line  int
	Value Value
}

// EachDocument visits the documents of a YAML text that are not blank.
func (l *Listing) EachDocument(visit func(Value) error) error {
	d := yaml.NewDecoder(bytes.NewReader(l.Text))
	l.budget = &budget{left: aliasFactor * len(l.Text)}
	for {
		var doc yaml.Node
		err := parsed(func() error { return d.Decode(&doc) })
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return l.notYAML(err)
		}
		if len(doc.Content) == 0 || doc.Content[0].ShortTag() == "!!null" {
			continue
		}
		err = visit(l.value(doc.Content[0]))
		if err := cmp.Or(l.overspent(), err); err != nil {
			return err
		}
	}
}

// parsed keeps a panic of the library, which has had some, from ending the program.
func parsed(parse func() error) (err error) {
	defer func() {
		if recover() != nil {
			err = errors.New("the parser gave up")
		}
	}()
	return parse()
}

var yamlLine = regexp.MustCompile(`line (\d+):`)

// notYAML tells where a text stops being YAML. The library's own words quote the text.
func (l *Listing) notYAML(err error) *Problem {
	line := 0
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	return l.Problem(line, "this is not YAML, here or in the lines after", "check the indentation, quotes and brackets")
}

func (l *Listing) value(n *yaml.Node) Value { return Value{budget: l.budget}.with(n) }

// with is the value of another node of the text: what an alias stands for, and any other
// node itself.
func (v Value) with(n *yaml.Node) Value {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return Value{n, v.budget}
}

func (v Value) Line() int {
	if v.node == nil {
		return 0
	}
	return v.node.Line
}

// Given reports whether there is anything but null and false.
func (v Value) Given() bool {
	return v.IsMap() || v.isList() || v.Text() != "" && v.Text() != "false"
}

func (v Value) IsMap() bool  { return v.node != nil && v.node.Kind == yaml.MappingNode }
func (v Value) isList() bool { return v.node != nil && v.node.Kind == yaml.SequenceNode }

// Items are those of a list.
func (v Value) Items() []Value {
	if !v.isList() || !v.budget.spend(len(v.node.Content)) {
		return nil
	}
	items := make([]Value, len(v.node.Content))
	for i, n := range v.node.Content {
		items[i] = v.with(n)
	}
	return items
}

// Members are the fields of a mapping, those that it merges from others last.
func (v Value) Members() []Member {
	var members []Member
	known := map[string]bool{}
	v.walk(map[*yaml.Node]bool{}, func(m Member) bool {
		if v.budget.spend(len(m.Name)) && !known[m.Name] {
			known[m.Name] = true
			members = append(members, m)
		}
		return true
	})
	return members
}

// Get looks a value up by its path.
func (v Value) Get(path ...string) Value {
	for _, name := range path {
		var found Value
		v.walk(map[*yaml.Node]bool{}, func(m Member) bool {
			if m.Name == name {
				found = m.Value
			}
			return m.Name != name
		})
		v = found
	}
	return v
}

// walk visits the fields of a mapping, and then those that it merges, each mapping once,
// until visit returns false.
func (v Value) walk(seen map[*yaml.Node]bool, visit func(Member) bool) bool {
	if !v.IsMap() || seen[v.node] {
		return true
	}
	seen[v.node] = true
	var bases []Value
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key, value := v.with(v.node.Content[i]).node, v.with(v.node.Content[i+1])
		if !v.budget.spend(1) {
			return false
		}
		if key.ShortTag() == "!!merge" {
			bases = append(append(bases, value), value.Items()...)
			continue
		}
		if !visit(Member{Name: key.Value, Line: v.node.Content[i].Line, Value: value}) {
			return false
		}
	}
	for _, base := range bases {
		if !base.walk(seen, visit) {
			return false
		}
	}
	return true
}

// Text is a plain value as text; null, lists and mappings have none.
func (v Value) Text() string {
	if v.node == nil || v.node.Kind != yaml.ScalarNode || v.node.ShortTag() == "!!null" || !v.budget.spend(len(v.node.Value)) {
		return ""
	}
	return strings.TrimSpace(v.node.Value)
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
