package planner

import "gijbulk/schema"

// Shard is the part of a plan that one of several processes carries out. It goes by the
// identity, so that all of them together cover each action exactly once, whatever the order
// in which they read it. Each knows what the others create.
func Shard(plan schema.Plan, shard schema.Shard) schema.Plan {
	if shard.Whole() {
		return plan
	}
	part := schema.Plan{Live: plan.Live}
	for _, a := range plan.Actions {
		switch {
		case shard.Holds(a.Subject().Key()):
			part.Actions = append(part.Actions, a)
		case a.Op == schema.OpCreate:
			part.Others = append(part.Others, a.Want.WithIdentityOnly())
		}
	}
	return numbered(part)
}
