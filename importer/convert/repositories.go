package convert

import (
	"strings"

	"gijbulk/importer/credential"
	"gijbulk/schema"
)

func (m *maker) plain(r *Row) schema.Entry {
	a := r.Repo.Address()
	cells := []schema.Cell{
		TextCell(schema.FieldKind, string(schema.KindRepository)),
		TextCell(schema.FieldOrigin, a.String()),
		TextCell(schema.FieldDisplayName, r.Repo.displayName()),
	}
	if f := schema.FieldMainBranch; r.Repo.Branch != "" {
		cells = append(cells, TextCell(f, r.Repo.Branch))
	}
	if a.IsWeb() && !r.Repo.Public {
		cells = append(cells, m.options.logins("", r.Repo.logins(), func(f schema.Field) string {
			return m.references.To(f, r.Repo.secretOf(f)...)
		})...)
	}
	if keys := m.projectsOf([]*Row{r}); len(keys) > 0 {
		cells = append(cells, words(schema.FieldProjects, keys))
	}
	e := schema.Entry{Place: r.Place, Cells: cells}
	return withSource(e.Override(m.options.assigned(r)), sourceOfOne(r))
}

func (r *Repository) displayName() string {
	if r.Name != "" {
		return r.Name
	}
	parts := r.Address().Segments()
	return strings.Join(parts[max(0, len(parts)-2):], "/")
}

func (r *Repository) logins() []schema.Field {
	if r.Service == nil {
		return credential.Seen{Password: true}.Fields()
	}
	return credential.Seen{Kind: r.Service.typeAt(r.Base)}.Fields()
}

// secretOf names whom the repository's credentials belong to: a service account is one
// for all of a host, a token of a service one for an organization.
func (r *Repository) secretOf(f schema.Field) []string {
	if r.Service != nil && f == schema.FieldPat {
		return (&group{Scope: r.Scope()}).secretOf()
	}
	return []string{r.Address().Host}
}
