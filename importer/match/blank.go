package match

import (
	"slices"

	"gijbulk/schema"
)

// Shown are the fields that a list shows of some records, by their kind and type, and leaves out of others
// because they are blank.
type Shown map[KindAndType]map[schema.Field]bool

// ShownIn finds those of a list (see [schema.Field.LeftOutWhereBlank]).
func ShownIn(live []schema.Record) Shown {
	shown := make(Shown)
	for _, r := range live {
		of := KindAndTypeOf(r)
		for f := range r.All() {
			if !f.LeftOutWhereBlank() {
				continue
			}
			if shown[of] == nil {
				shown[of] = make(map[schema.Field]bool)
			}
			shown[of][f] = true
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
