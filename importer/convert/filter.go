package convert

import (
	"encoding/json"
	"fmt"
	"strings"
)

// LongestFilter is how many characters the app takes for a filter.
const LongestFilter = 2000

// Filter says how the app's filter, a JMESPath expression, sees the listing of a
// service (the vendor's pages on JMESPath filters).
type Filter struct {
	key       string          // the field that names a repository
	container string          // the field that names what the key is unique in, or ""
	wrap      string          // what the filter is put in, with %s; "" for nothing
	flags     map[Flag]string // the fields that tell a flag
	topics    string          // the field with the topics, or ""
	private   condition       // true unless everybody can read it
}

// Without selects what does not have a flag.
func (f *Filter) Without(flag Flag) string { return field(f.flags[flag]).not().text }

// HasTopic selects what has a topic.
func (f *Filter) HasTopic(topic string) string {
	return "contains(" + f.topics + ", " + Literal(topic) + ")"
}

// Where is the filter of what meets all conditions, or "" without any.
func (f *Filter) Where(conditions []string) string {
	return f.where(condition{text: strings.Join(conditions, " && ")})
}

func (f *Filter) where(c condition) string {
	if c.text == "" {
		return ""
	}
	filter := "[?" + c.text + "]"
	if f.wrap != "" {
		return fmt.Sprintf(f.wrap, filter)
	}
	return filter
}

// term selects repositories by name: one, those that begin alike, or all of a container.
type term struct {
	container string // "" where names are unique without one
	reach     reach
	text      string
}

type reach int

const (
	everyName reach = iota
	prefix
	wholeName
)

// size is about how many bytes a term adds to a filter.
func (f *Filter) size(t term) int {
	switch {
	case t.reach == prefix:
		return len("starts_with(, ) || ") + len(f.key) + len(Literal(t.text))
	case t.reach == wholeName:
		return len(",") + len(Literal(t.text))
	case f.container != "":
		return len(",") + len(Literal(t.container))
	}
	return 0
}

// selected is what one of the terms selects. Terms of one container follow each other.
func (f *Filter) selected(terms []term) condition {
	if f.container == "" {
		return f.named(terms)
	}
	var whole []string
	var parts []condition
	for len(terms) > 0 {
		n := 1
		for n < len(terms) && terms[n].container == terms[0].container {
			n++
		}
		if in := terms[0].container; terms[0].reach == everyName {
			whole = append(whole, in)
		} else {
			parts = append(parts, every(among(f.container, []string{in}), f.named(terms[:n])))
		}
		terms = terms[n:]
	}
	if len(whole) > 0 {
		parts = append([]condition{among(f.container, whole)}, parts...)
	}
	return either(parts...)
}

func (f *Filter) named(terms []term) condition {
	var names []string
	var parts []condition
	for _, t := range terms {
		switch t.reach {
		case prefix:
			parts = append(parts, condition{"starts_with(" + f.key + ", " + Literal(t.text) + ")", call})
		case wholeName:
			names = append(names, t.text)
		}
	}
	if len(names) > 0 {
		parts = append(parts, among(f.key, names))
	}
	return either(parts...)
}

// condition is an expression of JMESPath that is true or false. The zero condition is
// always true.
type condition struct {
	text string
	form conditionForm
}

// conditionForm orders conditions by how tightly their parts are bound.
type conditionForm int

const (
	disjunction conditionForm = iota
	conjunction
	comparison
	call // of a function, a field, or in brackets
)

func field(name string) condition { return condition{name, call} }

func (c condition) bound(form conditionForm) string {
	if c.form <= form {
		return "(" + c.text + ")"
	}
	return c.text
}

// not is the opposite. The vendor's pages want a negation in brackets.
func (c condition) not() condition { return condition{"(!" + c.bound(comparison) + ")", call} }

func either(parts ...condition) condition { return joined(" || ", disjunction, parts) }

func every(parts ...condition) condition { return joined(" && ", conjunction, parts) }

func joined(by string, form conditionForm, parts []condition) condition {
	var given []condition
	for _, p := range parts {
		if p.text != "" {
			given = append(given, p)
		}
	}
	if len(given) == 1 {
		return given[0]
	}
	texts := make([]string, len(given))
	for i, p := range given {
		texts[i] = p.bound(form)
	}
	return condition{strings.Join(texts, by), form}
}

func among(field string, values []string) condition {
	if len(values) == 1 {
		return condition{field + "==" + Literal(values[0]), comparison}
	}
	literals := make([]string, len(values))
	for i, v := range values {
		literals[i] = Literal(v)
	}
	return condition{"contains([" + strings.Join(literals, ",") + "], " + field + ")", call}
}

// Literal writes a string of JMESPath.
func Literal(s string) string {
	if !strings.ContainsAny(s, `'\`) {
		return "'" + s + "'"
	}
	text, _ := json.Marshal(s) // a string always encodes
	return "`" + strings.ReplaceAll(string(text), "`", "\\`") + "`"
}
