package convert

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// yamlValue is a value of a YAML text. The zero yamlValue is one that is not there. This
// file alone knows the library.
type yamlValue struct{ node *yaml.Node }

// yamlMember is a field of a mapping.
type yamlMember struct {
	name  string
	line  int
	value yamlValue
}

// eachDocument visits the documents of a YAML text that are not blank.
func (l *listing) eachDocument(visit func(yamlValue) error) error {
	d := yaml.NewDecoder(bytes.NewReader(l.Text))
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
		if err := visit(yamlValue{doc.Content[0]}.whole()); err != nil {
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

// whole is what an alias stands for, and any other value itself.
func (v yamlValue) whole() yamlValue {
	if v.node != nil && v.node.Kind == yaml.AliasNode {
		return yamlValue{v.node.Alias}
	}
	return v
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
	if !v.isList() {
		return nil
	}
	items := make([]yamlValue, len(v.node.Content))
	for i, n := range v.node.Content {
		items[i] = yamlValue{n}.whole()
	}
	return items
}

// members are the fields of a mapping, those that it merges from others last.
func (v yamlValue) members() []yamlMember {
	var members []yamlMember
	known := map[string]bool{}
	v.walk(map[*yaml.Node]bool{}, func(m yamlMember) bool {
		if !known[m.name] {
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
		key, value := yamlValue{v.node.Content[i]}.whole().node, yamlValue{v.node.Content[i+1]}.whole()
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
	if v.node == nil || v.node.Kind != yaml.ScalarNode || v.node.ShortTag() == "!!null" {
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

// field looks up a dotted name for --map and --skip-if.
func (v yamlValue) field(name string) (string, bool) {
	found := v.get(strings.Split(name, ".")...)
	if found.node == nil || found.isMap() {
		return "", false
	}
	return strings.Join(found.texts(), ";"), true
}
