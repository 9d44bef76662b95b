package schema

import (
	"fmt"
	"hash/fnv"
	"regexp"
	"slices"
	"strings"
)

// Checker checks entries. Its zero value is ready.
type Checker struct {
	NoPlainSecrets  bool                        // a literal secret is an error, not a warning
	JudgeExpression func(Field, string) Verdict // nil: [JudgeExpression]
}

// Check turns an entry into a record, with everything that is wrong with it as its findings,
// the reader's first. The record holds every cell that could be read, so that it can be
// reported even where it is wrong; its Cells are for the caller to fill in (see [Entry.Shown]).
func (c Checker) Check(e Entry) Record {
	j := judge{checker: c, entry: e,
		record: Record{Place: e.Place, Columns: e.Columns, Dialect: e.Dialect, Owner: e.Owner, Findings: slices.Clip(e.Findings)}}
	if e.Spoiled { // what could not be read lacks nothing
		return j.record
	}
	j.readCells()
	j.judgeKind()
	j.judgeKindFields()
	switch j.kind {
	case KindRepository:
		j.judgeRepository()
	case KindNested:
		j.judgeRule()
		return j.record
	default:
		j.judgeType()
		j.judgeOrigin()
	}
	j.judgeCredentials()
	j.judgeTypeFields()
	j.judgeRanges()
	j.judgeExpressions()
	j.judgeProjects()
	j.judgeID()
	return j.record
}

// judge is one entry while it is checked.
type judge struct {
	checker Checker
	entry   Entry
	record  Record
	kind    Kind
	spec    *typeSpec // of the record's type or kind; nil where that is none
}

func (j *judge) place(f Field) Place {
	p := j.entry.Place
	if c, ok := j.entry.Cell(f); ok && c.Line > 0 {
		p.Line, p.Column = int(c.Line), int(c.Column)
	}
	return p
}

// report adds a finding about a field; NoField is the record itself.
func (j *judge) report(f Field, code Code, format string, args ...any) *Finding {
	j.record.Findings = append(j.record.Findings, code.Newf(j.place(f), f.String(), format, args...))
	return &j.record.Findings[len(j.record.Findings)-1]
}

// needForCreate adds a finding about what only a create needs.
func (j *judge) needForCreate(f Field, code Code, format string, args ...any) *Finding {
	finding := j.report(f, code, format, args...)
	finding.Create = true
	return finding
}

func (j *judge) readCells() {
	j.record.fields = make([]FieldValue, 0, len(j.entry.Cells)+1) // the rules rarely fill in more than one
	for i := range j.entry.Cells {
		if c := &j.entry.Cells[i]; c.Field != NoField {
			j.record.put(c.Field, j.readCell(c))
		}
	}
}

// readCell gives the value of a cell, which is not set where it cannot be read.
func (j *judge) readCell(c *Cell) Value {
	if len(c.Written.Text) > maxCell {
		j.report(c.Field, CodeCellTooLarge, "the value has %d bytes, more than 1 MiB", len(c.Written.Text))
		return Value{}
	}
	v, complaint := readValue(c.Field, &c.Written)
	if complaint != nil {
		j.report(c.Field, complaint.code, "%s", complaint.message).Advice = complaint.advice
		return Value{}
	}
	if v.IsText() && c.Field.Shape() == ShapeSecret {
		v = j.readSecret(c.Field, v.Text())
	}
	if words := v.Words(); c.Field == FieldPreviously && len(words) > 0 {
		shown := make([]string, len(words))
		for i, word := range words {
			shown[i] = ShownURL(word)
		}
		v = Words(shown...)
	}
	if text := v.Text(); text != "" {
		j.judgeText(c.Field, text)
	}
	return v
}

// maxCell is in bytes.
const maxCell = 1 << 20

// judgeText finds what no text should hold. JMESPath ignores white space, so a filter may be a YAML
// block or a cell of several lines.
func (j *judge) judgeText(f Field, s string) {
	for i := range len(s) { // bytes will do: no control character has more than one
		b := s[i]
		if (b < ' ' || b == 0x7f) && !(f == FieldAPIFilter && isFilterSpace(b)) {
			j.report(f, CodeControlChar, "the value contains the control character U+%04X", b)
			return
		}
	}
	if f != FieldAPIFilter && (mayBlank(s[0]) || mayBlank(s[len(s)-1])) && len(strings.TrimSpace(s)) != len(s) {
		j.report(f, CodeOuterSpace, "the value has leading or trailing whitespace")
	}
}

func isFilterSpace(b byte) bool { return b == '\t' || b == '\n' || b == '\r' }

// readSecret tells references from literals. A user name that is written out is an
// ordinary text.
func (j *judge) readSecret(f Field, text string) Value {
	scheme, target, isReference := SplitReference(text)
	if isReference {
		if problem := badReference(scheme, target); problem != "" {
			j.report(f, CodeBadReference, "%s", problem)
			return Value{}
		}
		return Hidden(Refer(scheme, target))
	}
	if isForeignReference(text) {
		j.report(f, CodeForeignReference, "the %s is a reference that gijbulk does not expand", f)
		return Value{}
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

// Shown are the cells of an entry as reports may show them, given the record that it became.
func (e Entry) Shown(r Record) []Column {
	if e.Spoiled {
		return nil
	}
	cells := make([]Column, 0, len(e.Cells))
	for i := range e.Cells {
		c := &e.Cells[i]
		if c.Given || c.Written.Form == FormNull { // null is absent, and in a table it would be a word
			continue
		}
		text := c.Written.Text
		if c.Written.Form == FormList {
			text = JoinList(itemTexts(c.Written.Items))
		}
		if c.Field.Hidden() && text != emptyCell {
			// A malformed reference is not in the record; its text may be a secret.
			text = r.Get(c.Field).String()
		}
		if text != "" && isIgnoredSecret(c.Name) {
			if _, _, reference := SplitReference(text); !reference {
				text = hiddenText
			}
		}
		if c.Field == FieldOrigin {
			text = originWithoutLogin(text)
		}
		if words := r.Get(c.Field).Words(); c.Field == FieldPreviously && len(words) > 0 {
			text = JoinList(words)
		}
		text = ShownURL(text)
		cells = append(cells, Column{c.Name, text})
	}
	return cells
}

// isIgnoredSecret reports whether a column is one of secrets that "_" makes a comment.
func isIgnoredSecret(column string) bool {
	if !strings.HasPrefix(column, "_") {
		return false
	}
	f, known := FieldTitled(strings.TrimLeft(column, "_"))
	return known && f.Hidden() || secretTitle.MatchString(column)
}

// secretTitle is a name that other tools give to secrets.
var secretTitle = regexp.MustCompile(`(?i)token|secret|passw|pwd|credential|(api|access|private)[ _-]?key`)

func itemTexts(items []Written) []string {
	texts := make([]string, len(items))
	for i, item := range items {
		texts[i] = item.Text
	}
	return texts
}
