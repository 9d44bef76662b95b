package planner

import (
	"slices"
	"strings"

	"gijbulk/schema"
)

// ToProbe are the records that git hosts can be asked about before the first write: those that are created, and those
// whose update changes what they list, as they will be then. actions has the number of the action of each.
func ToProbe(plan schema.Plan) (records []schema.Record, actions []int) {
	for i := range plan.Actions {
		a := &plan.Actions[i]
		if a.Op == schema.OpCreate || len(a.ListingChanges()) > 0 {
			records, actions = append(records, updated(a)), append(actions, a.N)
		}
	}
	return records, actions
}

// updated is the wanted record with what stays as the server has it, as far as a git host is asked by it.
func updated(a *schema.Action) schema.Record {
	r := a.Want
	for _, f := range []schema.Field{schema.FieldOrigin, schema.FieldAPIPath, schema.FieldAPIFilter, schema.FieldUsername, schema.FieldTfsCollection,
		schema.FieldAwsRegion, schema.FieldDisableSslVerification} {
		if live := a.Have.Get(f); !r.Has(f) && live.IsSet() {
			r = r.Set(f, live)
		}
	}
	return r
}

// Reject leaves records out of a plan because of what was found about them, by the number of their action.
func Reject(plan schema.Plan, why map[int]schema.Finding) schema.Plan {
	plan.Actions = slices.Clone(plan.Actions)
	for n, f := range why {
		plan.Actions[n] = invalid(plan.Actions[n].Want, f)
	}
	return numbered(plan)
}

// Listed are the paths of the repositories that git hosts would list after actions, by the number of the action. It
// lacks those whose host gave no answer, or only a part of its list.
type Listed map[int][]string

// unlisted is the loss of an update whose git host was asked. The app keeps the addresses of GitHub and GitLab as these
// hosts list them. Those of other hosts may have another form: where none of them is listed, nothing is known.
func unlisted(a *schema.Action, nested []*schema.Record, listed []string) *schema.Loss {
	there := make(map[string]bool, len(listed))
	for _, path := range listed {
		there[strings.ToLower(path)] = true
	}
	var lost []string
	for _, r := range nested {
		if path := schema.NestedPath(r.Origin()); !there[strings.ToLower(path)] {
			lost = append(lost, path)
		}
	}
	asListed := slices.Contains([]schema.Type{schema.TypeGitHub, schema.TypeGitHubServer, schema.TypeGitLab, schema.TypeGitLabServer}, a.Want.Type())
	if !asListed && len(listed) > 0 && len(lost) == len(nested) {
		return &schema.Loss{Nested: len(nested)}
	}
	slices.Sort(lost)
	return &schema.Loss{Nested: len(nested), Known: true, Lost: len(lost), Paths: lost}
}
