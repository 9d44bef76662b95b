package convert

import (
	"cmp"
	"slices"
	"strings"

	"gijbulk/importer/credential"
	"gijbulk/schema"
)

type maker struct {
	options    *Options
	result     *schema.Conversion
	references credential.References
}

func (m *maker) make(rows []*Row) {
	kept := m.selectRows(rows)
	var records, repositories, hosted, left []*Row
	for _, r := range kept {
		switch {
		case r.Cells != nil && !isRepository(r.Cells):
			records = append(records, r)
		case r.Repo.Service != nil && m.options.As != AsRepositories:
			hosted = append(hosted, r)
		default:
			repositories = append(repositories, r)
		}
	}
	for _, r := range rows {
		if r.fate == schema.FateSkipped && r.Repo.Service != nil {
			left = append(left, r)
		}
	}
	for _, r := range records {
		m.add(m.ready(r), r)
	}
	for _, g := range grouped(hosted, left) {
		m.integrations(g)
	}
	for _, r := range repositories {
		if r.Cells != nil {
			m.add(m.ready(r), r)
		} else {
			m.add(m.plain(r), r)
		}
	}
	m.separateTokens()
	m.reportRows(rows)
	m.reportCredentials(kept)
	m.listPlaceholders()
}

func (m *maker) reportCredentials(rows []*Row) {
	for _, mapping := range m.options.Map {
		f, _ := schema.FieldTitled(mapping.To)
		var held []*Row
		for _, r := range rows {
			if value, _ := r.lookup(mapping.From); isCredential(f, value) {
				held = append(held, r)
			}
		}
		if len(held) > 0 {
			m.report(schema.CodeListingNotHeld.Newf(held[0].Place, f.String(), "credentials in %s were left out (%s)", schema.Quote(mapping.From), CountRows(len(held))).
				Advise("store them outside the listing, and put references such as env:NAME or file:PATH into %s", schema.Quote(mapping.From)))
		}
	}
}

func (m *maker) selectRows(rows []*Row) []*Row {
	var kept []*Row
	first := map[string]*Row{} // of each repository
	for _, r := range rows {
		if r.Cells == nil {
			m.options.place(r)
		}
		if m.options.skip(r) {
			continue
		}
		if whole := r.Within; whole != nil && !m.options.skip(whole) {
			r.fate, r.duplicateOf, r.why = schema.FateMerged, whole, "it is part of "+whole.Place.String()
			continue
		}
		identity := r.identity()
		if twin := first[identity]; twin != nil {
			r.fate, r.duplicateOf, r.why = schema.FateMerged, twin, "it is the same as "+twin.Place.String()
			twin.Repo.JiraKeys = append(twin.Repo.JiraKeys, r.Repo.JiraKeys...)
			continue
		}
		r.fate = schema.FateConverted
		first[identity] = r
		kept = append(kept, r)
	}
	return kept
}

func (m *maker) add(e schema.Entry, rows ...*Row) {
	e = e.Assign(m.options.Set, m.options.Fill)
	m.result.Entries = append(m.result.Entries, e)
	for _, r := range rows {
		r.record = len(m.result.Entries)
	}
}

func (m *maker) report(f schema.Finding) {
	m.result.Findings = append(m.result.Findings, f)
}

func (r *Row) identity() string {
	if r.Cells == nil {
		return r.Repo.identity()
	}
	e := schema.Entry{Cells: r.Cells}
	var b strings.Builder
	for _, f := range []schema.Field{schema.FieldKind, schema.FieldType, schema.FieldOrigin, schema.FieldDisplayName} {
		b.WriteString("\x00" + e.Text(f))
	}
	return b.String()
}

func (m *maker) ready(r *Row) schema.Entry {
	e := schema.Entry{Place: r.Place, Cells: r.Cells}
	if keys := m.projectsOf([]*Row{r}); len(keys) > 0 {
		e = e.Override([]schema.Cell{words(schema.FieldProjects, keys)})
	}
	return withSource(e, sourceOfOne(r))
}

func (m *maker) reportRows(rows []*Row) {
	accounts := make([]schema.Row, len(rows))
	for i, r := range rows {
		accounts[i] = schema.Row{Place: r.Place, Name: r.Title, Fate: r.fate, Why: r.why, Option: r.option, Record: r.record}
		for twin := r.duplicateOf; twin != nil; twin = twin.duplicateOf {
			accounts[i].Record = twin.record
		}
	}
	m.result.Rows = accounts
}

func (m *maker) listPlaceholders() {
	var p credential.Placeholders
	for _, e := range m.result.Entries {
		for _, c := range e.Cells {
			if !c.Given && c.Field.Shape() == schema.ShapeSecret && strings.HasPrefix(c.Written.Text, string(schema.SchemeEnv)+":") {
				p.Add(c.Written.Text, cmp.Or(e.Text(schema.FieldDisplayName), e.Text(schema.FieldOrigin)))
			}
		}
	}
	m.result.Placeholders = p.List
}

func isRepository(cells []schema.Cell) bool {
	return slices.ContainsFunc(cells, func(c schema.Cell) bool {
		return c.Field == schema.FieldKind && c.Written.Text == string(schema.KindRepository)
	})
}

// Cell makes a cell in the way of a form.
func Cell(f schema.Field, s string, form schema.Form) schema.Cell {
	return schema.Cell{Name: f.String(), Field: f, Written: schema.Written{Form: form, Text: s}}
}

// TextCell makes a cell of text.
func TextCell(f schema.Field, s string) schema.Cell { return Cell(f, s, schema.FormString) }

func words(f schema.Field, items []string) schema.Cell {
	c := Cell(f, "", schema.FormList)
	for _, item := range items {
		c.Written.Items = append(c.Written.Items, schema.Written{Form: schema.FormString, Text: item})
	}
	return c
}

func withSource(e schema.Entry, source string) schema.Entry {
	e.Cells = append(e.Cells, schema.Cell{Name: schema.SourceColumn, Written: schema.Written{Text: source}})
	return e
}
