package match

import (
	"slices"

	"gijbulk/schema"
)

// Taken are the renames among actions to an identity that another record keeps or is created with, with that
// record. What an action deletes or renames keeps none, unless that rename is itself one of these, nor does what
// others rename: theirs is what each of them, by its id, is to have.
func Taken(actions []*schema.Action, live, others []schema.Record) map[*schema.Action]schema.Record {
	leaving, renames := make(map[int64]bool), []*schema.Action(nil)
	for _, a := range actions {
		if isRename(a) {
			renames = append(renames, a)
		}
		if isRename(a) || a.Op == schema.OpDelete {
			leaving[a.Have.ID] = true
		}
	}
	if len(renames) == 0 {
		return nil // spares most plans the comparison
	}
	elsewhere := make(map[int64]schema.Key)
	for _, other := range others {
		elsewhere[other.ID] = other.Key()
	}
	having := make(map[schema.Key][]schema.Record)
	for _, r := range live {
		if key, is := elsewhere[r.ID]; !is || key == r.Key() {
			having[r.Key()] = append(having[r.Key()], r)
		}
	}
	for _, a := range actions {
		if a.Op == schema.OpCreate {
			having[a.Want.Key()] = append(having[a.Want.Key()], a.Want)
		}
	}
	taken := make(map[*schema.Action]schema.Record)
	for before := -1; before < len(taken); {
		before = len(taken)
		for _, a := range renames {
			keeper := slices.IndexFunc(having[a.Want.Key()], func(r schema.Record) bool { return r.ID != a.Have.ID && !leaving[r.ID] })
			if keeper >= 0 {
				taken[a] = having[a.Want.Key()][keeper]
				delete(leaving, a.Have.ID)
			}
		}
	}
	return taken
}

func isRename(a *schema.Action) bool {
	return a.Op == schema.OpUpdate && a.Want.Key() != a.Have.Key() && slices.ContainsFunc(a.Changes, func(c schema.Change) bool {
		return c.Field == schema.FieldDisplayName || c.Field == schema.FieldOrigin
	})
}
