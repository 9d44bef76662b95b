package convert

import (
	"strings"

	"gijbulk/importer/credential"
	"gijbulk/schema"
)

// plain is the entry of a single repository.
func (m *maker) plain(r *row) schema.Entry {
	a := r.repo.address()
	cells := []schema.Cell{
		text(schema.FieldKind, kindRepository),
		text(schema.FieldOrigin, a.String()),
		text(schema.FieldDisplayName, r.repo.displayName()),
	}
	if f := schema.FieldMainBranch; r.repo.branch != "" {
		cells = append(cells, text(f, r.repo.branch))
	}
	if a.IsWeb() && !r.repo.public {
		for _, f := range r.repo.logins() {
			cells = append(cells, text(f, m.references.To(f, r.repo.secretOf(f)...)))
		}
	}
	if keys := m.projectsOf([]*row{r}); len(keys) > 0 {
		cells = append(cells, words(schema.FieldProjects, keys))
	}
	e := schema.Entry{Place: r.place, Cells: cells}
	return withSource(e.Override(m.options.assigned(r)), sourceOfOne(r))
}

// displayName is what the listing calls the repository, or the end of its address.
func (r *repository) displayName() string {
	if r.name != "" {
		return r.name
	}
	parts := r.address().Segments()
	return strings.Join(parts[max(0, len(parts)-2):], "/")
}

// logins are the credentials that the host takes for a single repository.
func (r *repository) logins() []schema.Field {
	if r.service == nil {
		return credential.Seen{Password: true}.Fields()
	}
	return credential.Seen{Kind: r.service.typeAt(r.base)}.Fields()
}

// secretOf names whom the repository's credentials belong to: a service account is one
// for all of a host, a token of a service one for an organisation.
func (r *repository) secretOf(f schema.Field) []string {
	if r.service != nil && f == schema.FieldPat {
		return (&group{scope: r.scope()}).secretOf()
	}
	return []string{r.address().Host}
}
