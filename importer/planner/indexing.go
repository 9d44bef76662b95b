package planner

import (
	"slices"
	"strings"

	"gijbulk/schema"
)

// AddIndexingErrors makes records drift whose last indexing had errors. errors are those by the ids of
// live records.
func AddIndexingErrors(plan schema.Plan, errors map[int64][]string) schema.Plan {
	plan.Actions = slices.Clone(plan.Actions)
	for i := range plan.Actions {
		a := &plan.Actions[i]
		texts := errors[a.Have.ID]
		if len(texts) == 0 || !isIndexed(a) {
			continue
		}
		plan.IndexingErrors++
		reason, advice := "its last indexing had errors: "+strings.Join(texts, "; "), schema.IndexingAdvice(texts)
		if a.Reason != "" {
			reason, advice = a.Reason+"; "+reason, a.Advice+"; "+advice
		}
		a.Reason, a.Advice = reason, advice
		if a.Op == schema.OpUnchanged {
			a.Op = schema.OpIndexingError
		}
	}
	return plan
}

// Indexed lists the ids of the live records of the manifest: what the app indexes. Their nested repositories
// are not among them.
func Indexed(plan schema.Plan) []int64 {
	var ids []int64
	for i := range plan.Actions {
		if a := &plan.Actions[i]; isIndexed(a) {
			ids = append(ids, a.Have.ID)
		}
	}
	return ids
}

func isIndexed(a *schema.Action) bool {
	return a.Have.ID != 0 && a.Op != schema.OpDelete && a.Have.Kind() != schema.KindNested
}
