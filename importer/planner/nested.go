package planner

import (
	"gijbulk/importer/match"
	"gijbulk/schema"
)

// applyRules adds to the plan what the rules of the integrations in it say about their live nested repositories.
func (d *differ) applyRules(plan *schema.Plan) {
	nested := match.NewNested(d.options.Nested, d.options.Update, d.sameAsSent())
	for w := range d.want {
		if l := d.pairs.Live[w]; l != match.None && d.want[w].Kind() == schema.KindIntegration {
			plan.LiveNested += nested.Of(d.have[l].ID)
		}
	}
	for i := range len(plan.Actions) {
		a := &plan.Actions[i]
		if len(a.Want.Rules) == 0 || a.Have.ID == 0 || a.Inferred || !rulesApply(a.Op) {
			continue
		}
		actions, unchanged := nested.Apply(a.Want, a.Have.ID)
		for _, b := range actions {
			for i, c := range b.Changes {
				if c.Unseen {
					b.Changes[i].Resend = d.why(b.Have.ID, c.Field, false)
				}
			}
		}
		a.NestedUnchanged = unchanged
		plan.Actions = append(plan.Actions, actions...)
	}
}

// rulesApply reports whether the live integration is certainly the wanted one.
func rulesApply(op schema.Op) bool {
	return op == schema.OpUnchanged || op == schema.OpUpdate || op == schema.OpExists
}

func (d *differ) sameAsSent() func(int64, schema.Field, schema.Value) bool {
	if d.options.Sent == nil {
		return nil
	}
	return func(id int64, f schema.Field, v schema.Value) bool {
		same, judged := d.options.Sent.Compare(id, f, v)
		return same && judged
	}
}
