package convert

import (
	"fmt"
	"strings"

	"gijbulk/importer/credential"
	"gijbulk/schema"
)

func (m *maker) integrations(g *group) {
	if g.service.Filter == nil {
		m.add(m.integration(g, g.rows, g.name(0), ""), g.rows...)
	} else {
		m.divided(g)
	}
	m.reportLimits(g)
}

func (m *maker) divided(g *group) {
	parts := g.divide()
	for i, p := range parts {
		rows := g.rows
		if len(parts) > 1 {
			rows = g.rowsOf(p)
		}
		m.add(m.integration(g, rows, g.name(i), p.filter), rows...)
	}
	if len(parts) == 1 {
		return
	}
	f := schema.CodeListingSplit.Newf(g.rows[0].Place, schema.FieldAPIFilter.String(), "%s has %d repositories and became %d integrations: one takes at most %d repositories and a filter of %d characters",
		g.name(0), len(g.rows), len(parts), mostInOne, LongestFilter)
	switch {
	case len(parts) > mostParts:
		f = f.Advise("more than %d integrations are hard to look after; convert the listing to repositories", mostParts).About(schema.OptionRepositories)
	case parts[len(parts)-1].open():
		f = f.Advise("repositories that are added later belong to %s", g.name(len(parts)-1))
	}
	m.report(f)
}

func (m *maker) reportLimits(g *group) {
	place := g.rows[0].Place
	if g.service.Filter == nil {
		if g.choice || len(g.left) > 0 {
			m.report(schema.CodeListingNotFiltered.Newf(place, schema.FieldAPIFilter.String(),
				"the app cannot filter listings of %s: %s will list everything that its credentials can see", g.service.name, g.name(0)))
		}
		if len(g.rows) > mostInOne {
			m.report(schema.CodeListingNotFiltered.Newf(place, schema.FieldAPIFilter.String(),
				"%s has %d repositories, more than the %d that the vendor advises for one integration", g.name(0), len(g.rows), mostInOne))
		}
	}
	g.reportPersonalAccount(place, g.name(0), m.report)
}

// Organization makes a row the record of all repositories of an owner, or of the part of
// them that a filter selects. It returns the name of the record.
func (l *Listing) Organization(r *Row, at Location, part bool, filter string) string {
	g := &group{Scope: at.written()}
	name := g.name(0)
	if part {
		name = r.Title + " on " + g.host()
	}
	r.Cells, r.Repo.Location = g.cells(name, filter, l.Options, l.References), at
	g.reportPersonalAccount(r.Place, name, l.Report)
	return name
}

func (g *group) reportPersonalAccount(place schema.Place, name string, tell func(schema.Finding)) {
	if g.service != GitHub || !g.personal {
		return
	}
	tell(schema.CodeListingNotFiltered.Newf(place, schema.FieldAPIPath.String(),
		"%s is a personal account: GitHub lists only its public repositories at /users/%s/repos", name, g.owner).
		Advise("give it the account's own token and the apiPath /user/repos?affiliation=owner"))
}

func (m *maker) integration(g *group, rows []*Row, name, filter string) schema.Entry {
	cells := g.cells(name, filter, m.options, &m.references)
	if keys := m.projectsOf(rows); len(keys) > 0 {
		cells = append(cells, words(schema.FieldProjects, keys))
	}
	e := schema.Entry{Place: rows[0].Place, Cells: cells}
	e = e.Override(m.agreed(rows, name))
	return withSource(e, sourceOfMany(rows))
}

func (g *group) cells(name, filter string, o *Options, r *credential.References) []schema.Cell {
	t := g.service.typeAt(g.base)
	cells := []schema.Cell{TextCell(schema.FieldType, string(t))}
	if t.DefaultOrigin() == "" && t != schema.TypeVSTS && t != schema.TypeAWS {
		cells = append(cells, TextCell(schema.FieldOrigin, g.base))
	}
	cells = append(cells, TextCell(schema.FieldDisplayName, name))
	cells = append(cells, o.logins(t, credential.Seen{Kind: t}.Fields(), func(f schema.Field) string { return r.To(f, g.secretOf()...) })...)
	if g.service.apiPath != nil && g.owner != "" {
		cells = append(cells, TextCell(schema.FieldAPIPath, g.service.apiPath(g)))
	}
	if filter != "" {
		cells = append(cells, TextCell(schema.FieldAPIFilter, filter))
	}
	if g.service.scoped {
		cells = append(cells, TextCell(schema.FieldTfsCollection, g.owner))
	}
	if g.service == CodeCommit {
		cells = append(cells, TextCell(schema.FieldAwsRegion, g.owner))
	}
	return cells
}

// agreed gives the cells that Map takes from the rows of one integration: lists are
// joined, other fields count where all rows agree.
func (m *maker) agreed(rows []*Row, name string) []schema.Cell {
	if len(m.options.Map) == 0 {
		return nil
	}
	var cells []schema.Cell
	for _, mapping := range m.options.Map {
		f, known := schema.FieldTitled(mapping.To)
		if !known || placing(mapping.To) {
			continue
		}
		var values []string
		met := map[string]bool{}
		for _, r := range rows {
			for _, c := range m.options.assigned(r) {
				if c.Field == f && !met[c.Written.Text] {
					met[c.Written.Text] = true
					values = append(values, c.Written.Text)
				}
			}
		}
		list := f.Shape() == schema.ShapeIDs || f.Shape() == schema.ShapeWords
		switch {
		case len(values) == 0:
		case len(values) == 1 || list:
			cells = append(cells, Cell(f, strings.Join(values, ";"), schema.FormCell))
		default:
			m.report(schema.CodeListingNotHeld.Newf(rows[0].Place, f.String(), "the rows of %s have %d values; it was left out", name, len(values)).
				Advise("an integration has one value; convert the listing to repositories to keep each").About(schema.OptionRepositories))
		}
	}
	return cells
}

func sourceOfMany(rows []*Row) string {
	first := rows[0]
	if len(rows) == 1 {
		return sourceOfOne(first)
	}
	return fmt.Sprintf("%s: %d repositories of %s, from %s on", first.Place, len(rows), first.from.Name, first.Title)
}

func sourceOfOne(r *Row) string {
	source := r.Place.String() + ": " + r.from.Name
	if r.Title != "" {
		source += " " + r.Title
	}
	return source
}
