package planner

import "gijbulk/schema"

// Shard is the part of a plan that one of several processes carries out. It goes by the
// identity, so that all of them together cover each action exactly once, whatever the order
// in which they read it.
func Shard(plan schema.Plan, shard schema.Shard) schema.Plan {
	if shard.Whole() {
		return plan
	}
	part := schema.Plan{Live: plan.Live}
	for _, a := range plan.Actions {
		if shard.Holds(a.Subject().Key()) {
			part.Actions = append(part.Actions, a)
		}
	}
	return numbered(part)
}
