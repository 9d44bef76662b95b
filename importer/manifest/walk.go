package manifest

import (
	"iter"
	"slices"
	"strings"

	"gijbulk/importer/document"
	"gijbulk/schema"
)

type walk struct {
	pass   *pass
	budget *document.Budget
	buffer []schema.Cell // for those of the record at hand
}

// The keys of a manifest.
const (
	keyVersion      = "version"
	keyDefaults     = "defaults"
	keySet          = "set" // that its records belong to; in a record, a field
	keyIntegrations = "integrations"
	keyRepositories = "repositories"
	keyNested       = "nested"  // rules, in an integration
	keySchema       = "$schema" // names a JSON Schema to editors; no part of the manifest
)

var manifestKeys = []string{keyVersion, keyDefaults, keySet, keyIntegrations, keyRepositories}

func (w *walk) document(root *document.Node) error {
	switch {
	case root.Flaw != nil:
		w.pass.fail(root.Flaw.At(root, ""))
		return nil
	case root.Form == schema.FormNull:
		return nil
	case root.Form == schema.FormList:
		return w.records(root.All(), section{})
	case root.Form == schema.FormMap:
		root = withoutSchema(root)
		members, flaws, err := root.Fields(w.budget)
		if err != nil {
			return err
		}
		if isRecord(members) {
			return w.record(root, section{})
		}
		w.report(flaws)
		return w.manifest(members)
	default:
		w.pass.fail(&document.Error{Code: schema.CodeNotARecord, Line: root.Line, Column: root.Column,
			Message: "expected a manifest, found a single value"})
		return nil
	}
}

// withoutSchema is a document without the key that editors read. Twice it is a flaw, as
// any other.
func withoutSchema(n *document.Node) *document.Node {
	at := slices.IndexFunc(n.Members, func(m document.Member) bool { return m.Name == keySchema })
	if at < 0 {
		return n
	}
	rest := *n
	rest.Members = slices.Concat(n.Members[:at], n.Members[at+1:])
	return &rest
}

func isRecord(members []document.Member) bool {
	fields := 0
	for _, m := range members {
		if m.Name == keySet { // in either
			continue
		}
		if slices.Contains(manifestKeys, m.Name) {
			return false
		}
		if _, ok := schema.FieldNamed(m.Name); ok {
			fields++
		}
	}
	return fields > 0
}

// manifest walks {version, set, defaults, integrations, repositories}, in whatever order they
// stand.
func (w *walk) manifest(members []document.Member) error {
	var set, defaults []schema.Cell
	for _, m := range members {
		if m.Value.Flaw != nil {
			w.pass.fail(m.Value.Flaw.At(m.Value, m.Name))
			continue
		}
		switch m.Name {
		case keyVersion:
			if text := m.Value.Text; m.Value.Form != schema.FormNull && text != "1" {
				return &document.Error{Code: schema.CodeUnknownVersion, Line: m.Value.Line, Column: m.Value.Column, Field: m.Name,
					Message: "unsupported manifest version " + schema.Quote(text) + "; this gijbulk reads version 1"}
			}
		case keyDefaults:
			cells, flaws, err := w.defaults(m.Value)
			if err != nil {
				return err
			}
			w.report(flaws)
			defaults = cells
		case keySet:
			set = w.set(m)
		case keyIntegrations, keyRepositories:
		default:
			if !strings.HasPrefix(m.Name, "_") {
				w.pass.fail(unknown(m.Name, "key of a manifest", schema.Nearest(m.Name, manifestKeys), m.Line, m.Column))
			}
		}
	}
	for _, m := range members {
		s := section{kind: listedKinds[m.Name], defaults: slices.Concat(set, defaults)}
		if s.kind == "" || m.Value.Form == schema.FormNull || m.Value.Flaw != nil {
			continue
		}
		w.report(s.misplacedDefault())
		if m.Value.Form != schema.FormList {
			w.pass.fail(&document.Error{Code: schema.CodeNotARecord, Line: m.Value.Line, Column: m.Value.Column, Field: m.Name,
				Message: "this is not a list of records", Advice: `write each record as an item, beginning with "- "`})
			continue
		}
		if err := w.records(m.Value.All(), s); err != nil {
			return err
		}
	}
	return nil
}

var listedKinds = map[string]schema.Kind{keyIntegrations: schema.KindIntegration, keyRepositories: schema.KindRepository}

// section is what a list says about its records.
type section struct {
	kind     schema.Kind   // "" where it says nothing
	defaults []schema.Cell // of the manifest
	owner    schema.Place  // of rules: their integration
}

func (s section) misplacedDefault() []*document.Error {
	for _, c := range s.defaults {
		if c.Field == schema.FieldKind && c.Written.Form != schema.FormNull && c.Written.Text != string(s.kind) {
			return []*document.Error{{Code: schema.CodeKindMisplaced, Line: int(c.Line), Column: int(c.Column), Field: c.Name,
				Message: "the default contradicts a list of the manifest, which says itself what its records are", Advice: "remove kind from the defaults"}}
		}
	}
	return nil
}

func (w *walk) defaults(n *document.Node) ([]schema.Cell, []*document.Error, error) {
	if n.Form == schema.FormNull {
		return nil, nil, nil
	}
	if n.Form != schema.FormMap {
		return nil, []*document.Error{{Code: schema.CodeNotARecord, Line: n.Line, Column: n.Column, Field: keyDefaults,
			Message: "this is not a mapping from fields to values", Advice: "write it as field: value, one on a line"}}, nil
	}
	cells, _, flaws, err := w.cells(n, "")
	cells = slices.Clone(cells) // the buffer is used again
	for i := range cells {
		cells[i].Given = true
	}
	return cells, flaws, err
}

// set is a default that comes before those of the manifest.
func (w *walk) set(m document.Member) []schema.Cell {
	if m.Value.Form == schema.FormList || m.Value.Form == schema.FormMap {
		w.pass.fail(&document.Error{Code: schema.CodeNotText, Line: m.Value.Line, Column: m.Value.Column, Field: m.Name,
			Message: "this is " + document.FormName(m.Value.Form) + " where the name of a set belongs", Advice: "write one name"})
		return nil
	}
	return []schema.Cell{{Name: m.Name, Field: schema.FieldSet, Line: int32(m.Value.Line), Column: int32(m.Value.Column), Written: m.Value.Written(), Given: true}}
}

func (w *walk) records(items iter.Seq[*document.Node], s section) error {
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

func (w *walk) record(n *document.Node, s section) error {
	if err := w.budget.Spend(n.Size()); err != nil {
		return err
	}
	e := schema.Entry{Place: w.pass.next(n.Line, n.Column), Listed: s.kind, Owner: s.owner, Spoiled: n.Flaw != nil || n.Form != schema.FormMap}
	var rules *document.Node
	switch {
	case n.Flaw != nil:
		e.Findings = []schema.Finding{n.Flaw.Finding(e.Place)}
	case n.Form != schema.FormMap:
		f := &document.Error{Code: schema.CodeNotARecord, Message: "expected a record, found " + document.FormName(n.Form)}
		e.Findings = []schema.Finding{f.Finding(e.Place)}
	default:
		cells, nested, flaws, err := w.cells(n, s.kind)
		if err != nil {
			return err
		}
		rules = nested
		for _, f := range flaws {
			e.Findings = append(e.Findings, f.Finding(e.Place))
		}
		e.Cells = cells
		e = e.Fill(s.defaults)
	}
	if !w.pass.emit(e) || rules == nil {
		return nil
	}
	return w.rules(rules, e.Place)
}

// rules walks those of an integration.
func (w *walk) rules(n *document.Node, owner schema.Place) error {
	switch {
	case n.Form == schema.FormNull:
		return nil
	case n.Flaw != nil:
		w.pass.fail(n.Flaw.At(n, keyNested))
		return nil
	case n.Form != schema.FormList:
		w.pass.fail(&document.Error{Code: schema.CodeNotARecord, Line: n.Line, Column: n.Column, Field: keyNested,
			Message: "this is not a list of rules", Advice: `write each rule as an item, beginning with "- match: "`})
		return nil
	}
	return w.records(n.All(), section{kind: schema.KindNested, owner: owner})
}

// cells are those of a record of a list of a kind, and the node of its rules where it may have some.
func (w *walk) cells(n *document.Node, listed schema.Kind) ([]schema.Cell, *document.Node, []*document.Error, error) {
	members, flaws, err := n.Fields(w.budget)
	if err != nil {
		return nil, nil, nil, err
	}
	var rules *document.Node
	cells := w.buffer[:0]
	for _, m := range members {
		if strings.HasPrefix(m.Name, "_") {
			continue
		}
		if m.Name == keyNested && listed != schema.KindNested && listed != schema.KindRepository {
			rules = m.Value
			continue
		}
		field, known := schema.FieldNamed(m.Name)
		if !known {
			flaws = append(flaws, unknownField(m, listed))
			continue
		}
		if err := w.budget.Spend(len(m.Name) + m.Value.Size()); err != nil {
			return nil, nil, nil, err
		}
		if f := flawOf(m.Value); f != nil {
			flaws = append(flaws, f.At(m.Value, m.Name))
			continue
		}
		cells = append(cells, schema.Cell{Name: m.Name, Field: field, Line: int32(m.Value.Line), Column: int32(m.Value.Column), Written: m.Value.Written()})
	}
	w.buffer = cells
	return cells, rules, flaws, nil
}

func unknownField(m document.Member, listed schema.Kind) *document.Error {
	if why, advice := schema.ReadOnly(m.Name); listed == schema.KindNested && why != "" {
		return &document.Error{Code: schema.CodeReadOnlyField, Line: m.Line, Column: m.Column, Field: m.Name, Message: why, Advice: advice}
	}
	if m.Name == keyNested {
		return &document.Error{Code: schema.CodeUnknownField, Line: m.Line, Column: m.Column, Field: m.Name,
			Message: "rules for nested repositories belong to an integration", Advice: "move them into the integration"}
	}
	return unknown(m.Name, "field", schema.NearestField(m.Name), m.Line, m.Column)
}

func flawOf(n *document.Node) *document.Error {
	i := slices.IndexFunc(n.Items, func(item *document.Node) bool { return item.Flaw != nil })
	if n.Flaw != nil || i < 0 {
		return n.Flaw
	}
	return n.Items[i].Flaw
}

func (w *walk) report(flaws []*document.Error) {
	for _, f := range flaws {
		w.pass.fail(f)
	}
}
