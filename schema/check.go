package schema

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
)

// Checker judges entries. Its zero value is ready; it remembers patterns that it has
// judged before, so one Checker serves one goroutine.
type Checker struct {
	NoPlainSecrets bool // a secret that is written out is an error, not a warning
	NoCells        bool // nobody will report on the record: it has no Cells
	Lean           bool // the record is not kept: it has no Cells either, and holds only until the next Check

	patterns memo[verdict]
	filters  memo[verdict]
	origins  memo[*address]
	lists    memo[Value] // cells of ids
	secrets  memo[Value] // references
	shared   *source     // of the last record without cells
	space    []Value
}

// room gives space for the values of one record, out of chunks for many.
func (c *Checker) room(n int) []Value {
	const chunk = 1024
	if cap(c.space)-len(c.space) < n {
		c.space = make([]Value, 0, max(chunk, n))
	}
	start := len(c.space)
	return c.space[start : start : start+n]
}

// settle keeps the room that the values came to need. A lean checker uses the same for
// every record.
func (c *Checker) settle(values []Value) []Value {
	if start := len(c.space); !c.Lean && len(values) > 0 && cap(c.space) > start && &values[0] == &c.space[start : start+1][0] {
		c.space = c.space[:start+len(values)]
	}
	return slices.Clip(values)
}

// Check turns an entry into a record and says everything that is wrong with it, the
// reader's findings first. What only a create needs is not among the findings but in
// the record's CreateNeeds. The record holds every cell that could be read, so that it
// can be reported even where it is wrong.
func (c *Checker) Check(e Entry) (Record, []Finding) {
	j := judge{checker: c, entry: e, record: Record{Place: e.Place}, source: source{columns: e.Columns}, findings: slices.Clone(e.Findings)}
	if e.Spoiled { // what nobody could read lacks nothing
		j.record.source = c.source(&j.source)
		return j.record, j.findings
	}
	j.readCells()
	j.judgeKind()
	j.judgeKindFields()
	if j.kind == KindRepository {
		j.judgeRepository()
	} else {
		j.judgeType()
		j.judgeOrigin()
	}
	j.judgeCredentials()
	j.judgeTypeFields()
	j.judgeRanges()
	j.judgeExpressions()
	j.judgeProjects()
	j.judgeID()
	if !c.Lean && !c.NoCells {
		j.source.cells = j.shownCells()
	}
	j.record.source = c.source(&j.source)
	j.record.values = c.settle(j.record.values)
	return j.record, j.findings
}

// judge is one entry under judgement.
type judge struct {
	checker  *Checker
	entry    Entry
	record   Record
	source   source
	kind     Kind
	spec     *typeSpec // of the record's type or kind; nil where that is none
	findings []Finding
}

// place is where a field stands, or the record where it does not say.
func (j *judge) place(f Field) Place {
	p := j.entry.Place
	if c, ok := j.entry.Cell(f); ok && c.Line > 0 {
		p.Line, p.Column = int(c.Line), int(c.Column)
	}
	return p
}

// report adds a finding about a field; NoField is the record itself.
func (j *judge) report(f Field, code Code, format string, args ...any) *Finding {
	j.findings = append(j.findings, code.Newf(j.place(f), f.String(), format, args...))
	return &j.findings[len(j.findings)-1]
}

// read gives a cell its type, from memory where it can.
func (c *Checker) read(f Field, w *Written) (Value, *complaint) {
	var known *memo[Value]
	switch f.Shape() {
	case ShapeIDs:
		known = &c.lists
	case ShapeSecret:
		known = &c.secrets
	}
	if known == nil || w.Form != FormCell {
		return readValue(f, w)
	}
	if v, ok := known.get(w.Text); ok {
		return v, nil
	}
	v, bad := readValue(f, w)
	if bad == nil && f.Shape() == ShapeIDs {
		known.put(w.Text, v)
	}
	return v, bad
}

// readCells puts the values of the cells into the record. Where each belongs among its
// values is known beforehand, so that none has to make room for another.
func (j *judge) readCells() {
	var room FieldSet
	for i := range j.entry.Cells {
		room |= 1 << j.entry.Cells[i].Field
	}
	room &^= 1<<NoField | boolFields
	r, n := &j.record, room.len()
	const made = 3 // further values, which the rules fill in
	r.values = j.checker.room(n + made)[:n]
	for i := range j.entry.Cells {
		c := &j.entry.Cells[i]
		if c.Field == NoField {
			continue
		}
		if v := j.readCell(c); v.IsSet() && !r.putBool(c.Field, v) {
			r.values[room.before(c.Field)] = v
			r.stored |= 1 << c.Field
		}
	}
	if r.stored != room {
		r.squeeze(room)
	}
}

// boolFields are those whose values take no room.
var boolFields = func() (all FieldSet) {
	for _, f := range Fields() {
		if f.Shape() == ShapeBool {
			all |= 1 << f
		}
	}
	return all
}()

// squeeze closes the gaps between values that have room for all of a set.
func (r *Record) squeeze(room FieldSet) {
	kept := r.values[:0]
	for f := range r.stored.All() {
		kept = append(kept, r.values[room.before(f)])
	}
	r.values = kept
}

// readCell gives the value of a cell, which is not set where it cannot be read.
func (j *judge) readCell(c *Cell) Value {
	if len(c.Written.Text) > maxCell {
		j.report(c.Field, CodeCellTooLarge, "the value has %d bytes, more than 1 MiB", len(c.Written.Text))
		return Value{}
	}
	v, complaint := j.checker.read(c.Field, &c.Written)
	if complaint != nil {
		j.report(c.Field, complaint.code, "%s", complaint.message).Advice = complaint.advice
		return Value{}
	}
	if v.IsText() && c.Field.Shape() == ShapeSecret {
		v = j.readSecret(c.Field, v.text)
	}
	if v.text != "" {
		j.judgeText(c.Field, v.text)
	}
	return v
}

// maxCell is in bytes.
const maxCell = 1 << 20

// judgeText finds what no text should hold.
func (j *judge) judgeText(f Field, s string) {
	for i := range len(s) { // bytes will do: no control character has more than one
		if b := s[i]; b < ' ' || b == 0x7f {
			j.report(f, CodeControlChar, "the value holds the control character U+%04X", b)
			return
		}
	}
	if (mayBlank(s[0]) || mayBlank(s[len(s)-1])) && len(strings.TrimSpace(s)) != len(s) {
		j.report(f, CodeOuterSpace, "the value begins or ends with a blank")
	}
}

// readSecret tells references from literals. A user name that is written out is an
// ordinary text.
func (j *judge) readSecret(f Field, text string) Value {
	scheme, target, isReference := SplitReference(text)
	if isReference {
		if problem := badReference(scheme, target); problem != "" {
			j.report(f, CodeBadReference, "%s", problem)
			return Value{}
		}
		v := Hidden(Refer(scheme, target))
		j.checker.secrets.put(text, v)
		return v
	}
	if !f.Hidden() {
		return Text(text)
	}
	if text != "" {
		j.judgeText(f, text)
		finding := j.report(f, CodePlainSecret, "the %s is written out in the manifest", f)
		if j.checker.NoPlainSecrets {
			finding.Level = LevelError
		}
	}
	return Hidden(Literal(text, j.standIn(f, text)))
}

// standIn is the reference that reports show where a literal stood. The checksum of
// the identity keeps the names of two records apart.
func (j *judge) standIn(f Field, text string) string {
	if text == "" {
		return ""
	}
	name := j.entry.Text(FieldDisplayName)
	if name == "" {
		name = originWithoutLogin(j.entry.Text(FieldOrigin))
	}
	h := fnv.New32a()
	for _, field := range []Field{FieldType, FieldOrigin, FieldDisplayName} {
		fmt.Fprintf(h, "%q", j.entry.Text(field))
	}
	words := []string{"GIJBULK", string(j.entry.Text(FieldType)), name, f.String()}
	return fmt.Sprintf("%s:%s_%04X", SchemeEnv, shellName(strings.Join(words, "_")), h.Sum32()&0xffff)
}

// shellName turns a text into the name of an environment variable.
func shellName(s string) string {
	const longest = 80
	var b strings.Builder
	for _, r := range strings.ToUpper(s) {
		switch {
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
		if b.Len() >= longest {
			break
		}
	}
	return strings.Trim(b.String(), "_")
}

// shownCells are the record's own cells as reports may show them.
func (j *judge) shownCells() []Column {
	cells := make([]Column, 0, len(j.entry.Cells))
	for i := range j.entry.Cells {
		c := &j.entry.Cells[i]
		if c.Given || c.Written.Form == FormNull { // null is absent, and in a table it would be a word
			continue
		}
		text := c.Written.Text
		if c.Written.Form == FormList {
			text = JoinList(itemTexts(c.Written.Items))
		}
		if c.Field.Hidden() && text != emptyCell {
			// A malformed reference is not in the record; its text may be a secret.
			text = j.record.get(c.Field).String()
		}
		if c.Field == FieldOrigin {
			text = originWithoutLogin(text)
		}
		text = withoutLogin(text)
		cells = append(cells, Column{c.Name, text})
	}
	return cells
}

func itemTexts(items []Written) []string {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = item.Text
	}
	return texts
}
