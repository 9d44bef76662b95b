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

// yamlValue is a value of a YAML text. The zero yamlValue is one that is not there. This
// file alone knows the library.
type yamlValue struct {
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
func (l *listing) overspent() error {
	if l.budget == nil || l.budget.left >= 0 {
		return nil
	}
	return l.problem(0, "aliases make the listing more than a hundred times as large as it is", "write what they stand for where it is needed, or fewer of them")
}

// yamlMember is a field of a mapping.
type yamlMember struct {
	name  string
	line  int
	value yamlValue
}

// eachDocument visits the documents of a YAML text that are not blank.
func (l *listing) eachDocument(visit func(yamlValue) error) error {
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
func (l *listing) notYAML(err error) *Problem {
	line := 0
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	return l.problem(line, "this is not YAML, here or in the lines after", "check the indentation, quotes and brackets")
}

func (l *listing) value(n *yaml.Node) yamlValue { return yamlValue{budget: l.budget}.with(n) }

// with is the value of another node of the text: what an alias stands for, and any other
// node itself.
func (v yamlValue) with(n *yaml.Node) yamlValue {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return yamlValue{n, v.budget}
}

func (v yamlValue) line() int {
	if v.node == nil {
		return 0
	}
	return v.node.Line
}

// given reports whether there is anything but null and false.
func (v yamlValue) given() bool {
	return v.isMap() || v.isList() || v.text() != "" && v.text() != "false"
}

func (v yamlValue) isMap() bool  { return v.node != nil && v.node.Kind == yaml.MappingNode }
func (v yamlValue) isList() bool { return v.node != nil && v.node.Kind == yaml.SequenceNode }

// items are those of a list.
func (v yamlValue) items() []yamlValue {
	if !v.isList() || !v.budget.spend(len(v.node.Content)) {
		return nil
	}
	items := make([]yamlValue, len(v.node.Content))
	for i, n := range v.node.Content {
		items[i] = v.with(n)
	}
	return items
}

// members are the fields of a mapping, those that it merges from others last.
func (v yamlValue) members() []yamlMember {
	var members []yamlMember
	known := map[string]bool{}
	v.walk(map[*yaml.Node]bool{}, func(m yamlMember) bool {
		if v.budget.spend(len(m.name)) && !known[m.name] {
			known[m.name] = true
			members = append(members, m)
		}
		return true
	})
	return members
}

// get looks a value up by its path.
func (v yamlValue) get(path ...string) yamlValue {
	for _, name := range path {
		var found yamlValue
		v.walk(map[*yaml.Node]bool{}, func(m yamlMember) bool {
			if m.name == name {
				found = m.value
			}
			return m.name != name
		})
		v = found
	}
	return v
}

// walk visits the fields of a mapping, and then those that it merges, each mapping once,
// until visit returns false.
func (v yamlValue) walk(seen map[*yaml.Node]bool, visit func(yamlMember) bool) bool {
	if !v.isMap() || seen[v.node] {
		return true
	}
	seen[v.node] = true
	var bases []yamlValue
	for i := 0; i+1 < len(v.node.Content); i += 2 {
		key, value := v.with(v.node.Content[i]).node, v.with(v.node.Content[i+1])
		if !v.budget.spend(1) {
			return false
		}
		if key.ShortTag() == "!!merge" {
			bases = append(append(bases, value), value.items()...)
			continue
		}
		if !visit(yamlMember{name: key.Value, line: v.node.Content[i].Line, value: value}) {
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

// text is a plain value as text; null, lists and mappings have none.
func (v yamlValue) text() string {
	if v.node == nil || v.node.Kind != yaml.ScalarNode || v.node.ShortTag() == "!!null" || !v.budget.spend(len(v.node.Value)) {
		return ""
	}
	return strings.TrimSpace(v.node.Value)
}

// texts are the plain values of a list, or one that stands alone.
func (v yamlValue) texts() []string {
	var texts []string
	for _, item := range append(v.items(), v) {
		if s := item.text(); s != "" {
			texts = append(texts, s)
		}
	}
	return texts
}

// field looks up a dotted name for Map and SkipIf.
func (v yamlValue) field(name string) (string, bool) {
	found := v.get(strings.Split(name, ".")...)
	if found.node == nil || found.isMap() {
		return "", false
	}
	return strings.Join(found.texts(), ";"), true
}
