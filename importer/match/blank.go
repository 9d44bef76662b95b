package match

import (
	"slices"

	"gijbulk/schema"
)

// Shown are the fields that a list shows, by the kind and type of its records.
type Shown map[KindAndType]map[schema.Field]bool

// ShownIn returns those of a list that servers leave out of a record where they are blank.
func ShownIn(live []schema.Record) Shown {
	shown := make(Shown)
	for _, r := range live {
		of := KindAndTypeOf(r)
		for f := range r.All() {
			switch {
			case !f.LeftOutWhereBlank():
			case shown[of] == nil:
				shown[of] = map[schema.Field]bool{f: true}
			default:
				shown[of][f] = true
			}
		}
	}
	return shown
}

// MeansBlank reports whether a record of the list without the field has it blank.
func (s Shown) MeansBlank(of KindAndType, f schema.Field) bool { return s[of][f] }

// WithBlanks returns a list with the fields that it leaves out because they are blank.
func WithBlanks(live []schema.Record) []schema.Record {
	shown := ShownIn(live)
	if len(shown) == 0 {
		return live
	}
	live = slices.Clone(live)
	for i, r := range live {
		for f := range shown[KindAndTypeOf(r)] {
			if !r.Has(f) {
				live[i] = live[i].Set(f, schema.Text(""))
			}
		}
	}
	return live
}
