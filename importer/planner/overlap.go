package planner

import (
	"fmt"

	"gijbulk/schema"
)

// inside are the repositories inside integrations: which integration by normalised origin.
type inside map[string]int64

func insideOf(tracked []schema.Tracked) inside {
	in := make(inside, len(tracked))
	plain := schema.Key{Kind: schema.KindRepository}
	for _, t := range tracked {
		if origin := plain.At(t.Origin).Origin; origin != "" {
			in[origin] = t.Integration
		}
	}
	return in
}

// twice warns of a repository that an integration holds as well.
func (in inside) twice(a schema.Action) (schema.Finding, bool) {
	r := a.Want
	if r.Kind() != schema.KindRepository || a.Op == schema.OpInvalid {
		return schema.Finding{}, false
	}
	id, there := in[r.Key().Origin]
	if !there {
		return schema.Finding{}, false
	}
	holder, tense := "an integration", "is"
	if id > 0 {
		holder = fmt.Sprintf("integration %d", id)
	}
	if a.Op == schema.OpCreate {
		tense = "would be"
	}
	return schema.CodeInIntegration.Newf(r.Place, schema.FieldOrigin.String(),
		"%s on the server holds this repository already: it %s cloned and indexed twice", holder, tense), true
}
