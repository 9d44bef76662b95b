package planner

import (
	"fmt"
	"slices"

	"gijbulk/schema"
)

// nested are the repositories inside integrations: the id of the integration by normalised origin.
type nested map[string]int64

func nestedOf(want, live []schema.Record) nested {
	if !slices.ContainsFunc(want, func(r schema.Record) bool { return r.Kind() == schema.KindRepository }) {
		return nil
	}
	n := make(nested, len(live))
	plain := schema.Key{Kind: schema.KindRepository}
	for i := range live {
		if origin := plain.At(live[i].Origin()).Origin; origin != "" {
			n[origin] = live[i].Integration
		}
	}
	return n
}

func (n nested) alsoListed(a schema.Action) (schema.Finding, bool) {
	r := a.Want
	if r.Kind() != schema.KindRepository || a.Op == schema.OpInvalid {
		return schema.Finding{}, false
	}
	id, found := n[r.Key().Origin]
	if !found {
		return schema.Finding{}, false
	}
	integration, tense := "an integration", "is"
	if id > 0 {
		integration = fmt.Sprintf("integration %d", id)
	}
	if a.Op == schema.OpCreate {
		tense = "would be"
	}
	return schema.CodeInIntegration.Newf(r.Place, schema.FieldOrigin.String(),
		"%s on the server already lists this repository: it %s cloned and indexed twice", integration, tense), true
}
