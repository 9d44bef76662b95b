package planner

import "gijbulk/schema"

// Shard is the part of a plan, index from 0, that falls to one of several processes.
// It goes by the identity, so that all of them together cover each action exactly
// once, whatever order they read it in.
func Shard(plan schema.Plan, index, of int) schema.Plan {
	if of <= 1 {
		return plan
	}
	part := schema.Plan{Live: plan.Live}
	for _, a := range plan.Actions {
		if a.Subject().Key().Shard(of) == index {
			a.N = len(part.Actions)
			part.Actions = append(part.Actions, a)
		}
	}
	return part
}
