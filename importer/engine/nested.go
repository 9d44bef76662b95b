package engine

import (
	"context"
	"fmt"
	"slices"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

// unlisted is the outcome of an update of a nested repository that the server does not have any more: it has gone from
// the list of its git host.
func unlisted(a *schema.Action, o schema.Outcome) schema.Outcome {
	o.Status, o.Error = schema.StatusConflict, fmt.Sprintf("%s is no longer on the server: its git host does not list it any more", match.Called(a.Have))
	o.Advice = "if it should be there, check apiPath, apiFilter and the credentials of its integration"
	return o
}

// applyRules applies the rules of integrations to what the server has only since this run: the nested repositories of
// those that it created, where it waited for their first scans, and what an update of an integration changed in its own.
func (r *Run) applyRules(ctx context.Context) error {
	owners := r.ruleOwners()
	if len(owners) == 0 {
		return nil
	}
	live, err := r.Target.List(ctx, nil, schema.KindNested)
	if err != nil {
		return causeOr(ctx, "read the nested repositories", err)
	}
	planned := make(map[int64]bool)
	for i := range r.Plan.Actions {
		if a := &r.Plan.Actions[i]; a.Have.Kind() == schema.KindNested {
			planned[a.Have.ID] = true
		}
	}
	created := match.NewNested(live, true, nil)
	updated := match.NewNested(live, true, func(int64, schema.Field, schema.Value) bool { return true })
	var more []schema.Action
	var numbers []int
	for _, n := range owners {
		nested := updated
		if r.ledger.action(n).Op == schema.OpCreate {
			nested = created
		}
		actions, _ := nested.Apply(r.ledger.action(n).Want, r.ledger.outcomes[n].ID)
		for _, a := range actions {
			if !planned[a.Have.ID] {
				a.N = len(r.Plan.Actions) + len(more)
				more, numbers = append(more, a), append(numbers, a.N)
			}
		}
	}
	if len(more) == 0 {
		return nil
	}
	if err := r.ledger.extend(ctx, more); err != nil {
		return err
	}
	r.ledger.step(Step{Nested: len(more)})
	return r.sendAndSettle(ctx, numbers)
}

// ruleOwners are the integrations with rules that this run has created and waited for, or updated, by the numbers of
// their actions. One in which a nested repository could not be indexed has failed, and its rules apply all the same.
func (r *Run) ruleOwners() []int {
	var owners []int
	for n, o := range r.ledger.outcomes {
		a := r.ledger.action(n)
		created := o.Scanned || o.Status == schema.StatusCreated && o.ID != 0 && r.Indexing.Indexer != nil
		if len(a.Want.Rules) > 0 && (created || o.Status == schema.StatusUpdated && slices.ContainsFunc(a.Changes, propagates)) {
			owners = append(owners, n)
		}
	}
	return owners
}

// propagates reports whether a change of an integration may change its nested repositories too: the vendor does not
// document it.
func propagates(c schema.Change) bool { return c.Field.Settable() }
