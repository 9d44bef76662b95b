package manifest

import (
	"fmt"
	"iter"
	"slices"
	"strings"

	"gijbulk/schema"
)

// walk turns the documents of a YAML or JSON file into entries.
type walk struct {
	pass   *pass
	budget budget
	entry  schema.Entry  // the one at hand
	room   []schema.Cell // for its cells, where entries are not kept
}

// aliasFactor is how many times its own size a file may stand for through aliases.
const aliasFactor = 100

// budget is what aliases may still expand to, in bytes.
type budget struct{ left int }

func (b *budget) spend(size int) error {
	if b.left -= size; b.left < 0 {
		return &flaw{code: schema.CodeAliasTooLarge, message: "aliases make the file more than a hundred times as large as it is"}
	}
	return nil
}

// The keys of a manifest.
const (
	keyVersion      = "version"
	keyDefaults     = "defaults"
	keyIntegrations = "integrations"
	keyRepositories = "repositories"
	keyMerge        = "<<"      // of any mapping of YAML
	keySchema       = "$schema" // names a JSON Schema to editors; no part of the manifest
)

var manifestKeys = []string{keyVersion, keyDefaults, keyIntegrations, keyRepositories}

// document walks one document; an error ends the file.
func (w *walk) document(root *node) error {
	switch {
	case root.flaw != nil:
		w.pass.fail(root.flaw.at(root, ""))
		return nil
	case root.form == schema.FormNull:
		return nil
	case root.form == schema.FormList:
		return w.records(root.records(), section{})
	case root.form == schema.FormMap:
		root = root.withoutSchema()
		members, flaws, err := w.members(root)
		if err != nil {
			return err
		}
		if isRecord(members) {
			return w.record(root, section{})
		}
		w.tell(flaws)
		return w.manifest(members)
	default:
		w.pass.fail(&flaw{code: schema.CodeNotARecord, line: root.line, column: root.column,
			message: "a single value stands where a manifest belongs"})
		return nil
	}
}

// withoutSchema is a document without the key that editors read. Twice it is a flaw, as
// any other.
func (n *node) withoutSchema() *node {
	at := slices.IndexFunc(n.members, func(m member) bool { return m.name == keySchema })
	if at < 0 {
		return n
	}
	rest := *n
	rest.members = slices.Concat(n.members[:at], n.members[at+1:])
	return &rest
}

// isRecord tells a record that is a document of its own from a manifest.
func isRecord(members []member) bool {
	fields := 0
	for _, m := range members {
		if slices.Contains(manifestKeys, m.name) {
			return false
		}
		if _, ok := schema.FieldNamed(m.name); ok {
			fields++
		}
	}
	return fields > 0
}

// manifest walks {version, defaults, integrations, repositories}, in whatever order they
// stand.
func (w *walk) manifest(members []member) error {
	var defaults []schema.Cell
	for _, m := range members {
		if m.value.flaw != nil {
			w.pass.fail(m.value.flaw.at(m.value, m.name))
			continue
		}
		switch m.name {
		case keyVersion:
			if text := m.value.text; m.value.form != schema.FormNull && text != "1" {
				return &flaw{code: schema.CodeUnknownVersion, line: m.value.line, column: m.value.column, field: m.name,
					message: "this is not version 1"}
			}
		case keyDefaults:
			cells, flaws, err := w.defaults(m.value)
			if err != nil {
				return err
			}
			w.tell(flaws)
			defaults = cells
		case keyIntegrations, keyRepositories:
		default:
			if !strings.HasPrefix(m.name, "_") {
				w.pass.fail(unknownKey(m, schema.Nearest(m.name, manifestKeys), "key of a manifest"))
			}
		}
	}
	for _, m := range members {
		s := section{kind: listedKinds[m.name], defaults: defaults}
		if s.kind == "" || m.value.form == schema.FormNull || m.value.flaw != nil {
			continue
		}
		w.tell(s.misplacedDefault())
		if m.value.form != schema.FormList {
			w.pass.fail(&flaw{code: schema.CodeNotARecord, line: m.value.line, column: m.value.column, field: m.name,
				message: "this is not a list of records", advice: `write each record as an item, beginning with "- "`})
			continue
		}
		if err := w.records(m.value.records(), s); err != nil {
			return err
		}
	}
	return nil
}

// listedKinds says what the lists hold.
var listedKinds = map[string]schema.Kind{keyIntegrations: schema.KindIntegration, keyRepositories: schema.KindRepository}

// section is what a list says about its records.
type section struct {
	kind     schema.Kind   // "" where it says nothing
	defaults []schema.Cell // of the manifest
}

// misplacedDefault is the flaw of a default kind that a list contradicts.
func (s section) misplacedDefault() []*flaw {
	for _, c := range s.defaults {
		if c.Field == schema.FieldKind && c.Written.Form != schema.FormNull && c.Written.Text != string(s.kind) {
			return []*flaw{{code: schema.CodeKindMisplaced, line: int(c.Line), column: int(c.Column), field: c.Name,
				message: "the default contradicts a list of the manifest, which says itself what its records are", advice: "remove kind from the defaults"}}
		}
	}
	return nil
}

func (w *walk) defaults(n *node) ([]schema.Cell, []*flaw, error) {
	if n.form == schema.FormNull {
		return nil, nil, nil
	}
	if n.form != schema.FormMap {
		return nil, []*flaw{{code: schema.CodeNotARecord, line: n.line, column: n.column, field: keyDefaults,
			message: "this is not a mapping from fields to values", advice: "write it as field: value, one on a line"}}, nil
	}
	cells, flaws, err := w.cells(n)
	cells = slices.Clone(cells) // they are kept, and their room is not
	for i := range cells {
		cells[i].Given = true
	}
	return cells, flaws, err
}

func (w *walk) records(items iter.Seq[*node], s section) error {
	for item := range items {
		if err := w.record(item, s); err != nil {
			return err
		}
		if w.pass.left {
			return nil
		}
	}
	return nil
}

// record hands out the entry of a node.
func (w *walk) record(n *node, s section) error {
	if err := w.budget.spend(n.size()); err != nil {
		return err
	}
	e := &w.entry
	*e = schema.Entry{Place: w.pass.next(n.line, n.column), Listed: s.kind, Spoiled: n.flaw != nil || n.form != schema.FormMap}
	switch {
	case n.flaw != nil:
		e.Findings = []schema.Finding{n.flaw.finding(e.Place)}
	case n.form != schema.FormMap:
		f := &flaw{code: schema.CodeNotARecord, message: "this is " + formName(n.form) + " where a record belongs"}
		e.Findings = []schema.Finding{f.finding(e.Place)}
	default:
		cells, flaws, err := w.cells(n)
		if err != nil {
			return err
		}
		for _, f := range flaws {
			e.Findings = append(e.Findings, f.finding(e.Place))
		}
		e.Cells = cells
		*e = e.Fill(s.defaults)
	}
	w.pass.emit(e)
	return nil
}

func formName(f schema.Form) string {
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

// cells reads the fields of a mapping.
func (w *walk) cells(n *node) ([]schema.Cell, []*flaw, error) {
	members, flaws, err := w.members(n)
	if err != nil {
		return nil, nil, err
	}
	cells := w.cellRoom(len(members))
	for _, m := range members {
		if strings.HasPrefix(m.name, "_") {
			continue
		}
		field, known := schema.FieldNamed(m.name)
		if !known {
			flaws = append(flaws, unknownKey(m, schema.NearestField(m.name), "field"))
			continue
		}
		if err := w.budget.spend(len(m.name) + m.value.size()); err != nil {
			return nil, nil, err
		}
		if f := m.value.unfit(); f != nil {
			flaws = append(flaws, f.at(m.value, m.name))
			continue
		}
		cells = append(cells, schema.Cell{Name: m.name, Field: field, Line: int32(m.value.line), Column: int32(m.value.column), Written: m.value.written()})
	}
	return cells, flaws, nil
}

// cellRoom is empty space for so many cells.
func (w *walk) cellRoom(n int) []schema.Cell {
	if !w.pass.reuse {
		return make([]schema.Cell, 0, n)
	}
	w.room = slices.Grow(w.room[:0], n)
	return w.room
}

// unfit is the flaw of a value or of an item in it.
func (n *node) unfit() *flaw {
	if n.flaw != nil {
		return n.flaw
	}
	for _, item := range n.items {
		if item.flaw != nil {
			return item.flaw
		}
	}
	return nil
}

func unknownKey(m member, near, what string) *flaw {
	f := &flaw{code: schema.CodeUnknownField, line: m.line, column: m.column, field: shownName(m.name), message: "there is no such " + what}
	if near != "" {
		f.message += "; did you mean " + near + "?"
		f.advice = "write " + near
	}
	return f
}

// members lists the keys of a mapping, its own first and then those that it merges in
// and does not have itself. A key that is there twice counts once and is a flaw.
func (w *walk) members(n *node) ([]member, []*flaw, error) {
	if len(n.bases) == 0 && distinct(n.members) {
		return n.members, nil, nil // the usual case needs no table
	}
	at := make(map[string]member, len(n.members))
	all := make([]member, 0, len(n.members))
	var flaws []*flaw
	for _, m := range n.members {
		if first, twice := at[m.name]; twice {
			flaws = append(flaws, &flaw{code: schema.CodeDuplicateField, line: m.line, column: m.column, field: shownName(m.name),
				message: fmt.Sprintf("the field is here and on line %d, column %d", first.line, first.column)})
			continue
		}
		at[m.name] = m
		all = append(all, m)
	}
	for _, base := range n.bases {
		if err := w.budget.spend(1); err != nil {
			return nil, nil, err
		}
		if base.flaw != nil || base.form != schema.FormMap {
			flaws = append(flaws, unfitBase(base))
			continue
		}
		more, moreFlaws, err := w.members(base)
		if err != nil {
			return nil, nil, err
		}
		flaws = append(flaws, moreFlaws...)
		for _, m := range more {
			if err := w.budget.spend(len(m.name) + 1); err != nil {
				return nil, nil, err
			}
			if _, own := at[m.name]; !own {
				at[m.name] = m
				all = append(all, m)
			}
		}
	}
	return all, flaws, nil
}

// distinct reports whether no key is there twice; with many keys it does not know.
func distinct(members []member) bool {
	const few = 32
	if len(members) > few {
		return false
	}
	for i := range members {
		for j := range i {
			if members[i].name == members[j].name {
				return false
			}
		}
	}
	return true
}

func unfitBase(base *node) *flaw {
	if base.flaw != nil {
		return base.flaw.at(base, keyMerge)
	}
	return &flaw{code: schema.CodeNotARecord, line: base.line, column: base.column, field: keyMerge,
		message: "only a mapping can be merged, and this is " + formName(base.form)}
}

func (w *walk) tell(flaws []*flaw) {
	for _, f := range flaws {
		w.pass.fail(f)
	}
}
