package convert

import (
	"cmp"
	"slices"
	"strings"

	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

// Condition leaves out the rows whose field has a value.
type Condition struct {
	Field string // of the listing: a column, or a key such as owner.login
	Value string // compared without regard to case
}

// Assignment takes a field of the record from a field of the listing.
type Assignment struct {
	To   string // origin, displayName, org, or any field of a manifest
	From string // of the listing: a column, or a key such as owner.login
}

func (o *Options) skip(r *Row) bool {
	switch {
	case r.Skip != "":
		r.why = r.Skip
	case o.chosen(r):
		r.byChoice = true
	default:
		r.left = slices.DeleteFunc(slices.Clone(r.Repo.flags), func(f Flag) bool { return slices.Contains(o.Include, f) })
		if len(r.left) > 0 {
			r.why = "it is " + describe(r.left)
		} else if o.As == AsIntegrations && r.Cells == nil && r.Repo.Service == nil {
			r.why = cmp.Or(r.Repo.Address().Hostname(), "its host") + " has no integration type"
		}
	}
	if r.why == "" {
		return false
	}
	r.fate = schema.FateSkipped
	return true
}

func (o *Options) chosen(r *Row) bool {
	for _, c := range o.SkipIf {
		if value, ok := r.lookup(c.Field); ok && strings.EqualFold(strings.TrimSpace(value), c.Value) {
			r.why = c.Field + " is " + c.Value
			return true
		}
	}
	return false
}

// describe names all of the flags, so that Include can have them at once.
func describe(flags []Flag) string {
	words := make([]string, len(flags))
	for i, f := range flags {
		words[i] = string(f)
		if f == Fork || f == Mirror {
			words[i] = "a " + string(f)
		}
	}
	return strings.Join(words, " and ")
}

func (r *Row) lookup(name string) (string, bool) {
	if r.Field == nil {
		return "", false
	}
	return r.Field(name)
}

// assigned gives the cells that Map takes from a row, but for those that say where
// the repository is.
func (o *Options) assigned(r *Row) []schema.Cell {
	var cells []schema.Cell
	for _, m := range o.Map {
		field, known := schema.FieldTitled(m.To)
		value, ok := r.lookup(m.From)
		if !known || !ok || strings.TrimSpace(value) == "" || placing(m.To) {
			continue
		}
		if isCredential(field, value) {
			continue // it does not come out of the listing
		}
		cells = append(cells, Cell(field, value, schema.FormCell))
	}
	return cells
}

func isCredential(f schema.Field, value string) bool {
	_, _, reference := schema.SplitReference(value)
	return f.Hidden() && !reference && strings.TrimSpace(value) != ""
}

// orgField is the one target of Map that is no field of a manifest.
const orgField = "org"

// placing tells the targets of Map that say where a repository is and what it is
// called. They work before rows are grouped.
func placing(to string) bool {
	f, _ := schema.FieldTitled(to)
	return strings.EqualFold(to, orgField) || f == schema.FieldOrigin || f == schema.FieldDisplayName
}

// place applies Map where it says where a repository is and what it is called.
func (o *Options) place(r *Row) {
	for _, m := range o.Map {
		value, ok := r.lookup(m.From)
		if value = strings.TrimSpace(value); !ok || value == "" || !placing(m.To) {
			continue
		}
		switch f, _ := schema.FieldTitled(m.To); f {
		case schema.FieldOrigin:
			r.Repo.Web, r.Repo.ssh = giturl.Address{}, giturl.Address{}
			if r.Repo.Take(value) {
				r.Skip, r.option = "", ""
				r.Repo.Location = o.Locate(r.Repo.Address())
			}
		case schema.FieldDisplayName:
			r.Repo.Name, r.Repo.own = value, true
			r.Title = cmp.Or(r.Title, value)
		default:
			r.Repo.Owner = value
		}
	}
}

// Locate finds who hosts an address.
func (o *Options) Locate(a giturl.Address) Location {
	s := o.serviceAt(a)
	if s == nil {
		return Location{}
	}
	at, ok := s.at(a, "")
	if !ok {
		return Location{}
	}
	return at
}

// serviceAt is the service of a host, or nil.
func (o *Options) serviceAt(a giturl.Address) *Service {
	if t, ok := o.HostTypes[a.Hostname()]; ok {
		return serviceOfType(t)
	}
	return ServiceOf(a.Hostname())
}
