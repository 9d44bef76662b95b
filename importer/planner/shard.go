package planner

import "gijbulk/schema"

// Shard is the part of a plan that one of several processes carries out. It goes by the
// identity, so that all of them together cover each action exactly once, whatever the order
// in which they read it. Each knows what the others bring about. Nested repositories go with their
// integration.
func Shard(plan schema.Plan, shard schema.Shard) schema.Plan {
	if shard.Whole() {
		return plan
	}
	part := schema.Plan{Live: plan.Live, LiveNested: plan.LiveNested}
	owners := integrationKeys(plan)
	for _, a := range plan.Actions {
		key := a.Subject().Key()
		if owner, nested := owners[a.Have.Integration]; nested {
			key = owner
		}
		switch {
		case shard.Holds(key):
			part.Actions = append(part.Actions, a)
		case a.Op == schema.OpCreate, a.Op != schema.OpDelete && key.Exact() && key.Kind != schema.KindNested:
			other := a.Want.WithIdentityOnly()
			other.ID = a.Have.ID
			part.Others = append(part.Others, other)
		}
	}
	return numbered(part)
}

// integrationKeys are the identities of the integrations of a plan's nested repositories, by id.
func integrationKeys(plan schema.Plan) map[int64]schema.Key {
	keys := make(map[int64]schema.Key)
	for i := range plan.Actions {
		if a := &plan.Actions[i]; len(a.Want.Rules) > 0 && a.Have.ID != 0 {
			keys[a.Have.ID] = a.Want.Key()
		}
	}
	return keys
}
