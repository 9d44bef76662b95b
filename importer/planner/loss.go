package planner

import (
	"fmt"
	"slices"
	"strings"

	"gijbulk/schema"
)

// Losses adds to the plan what each of its actions can take away of the live nested repositories. That is known where the
// git host was asked, of a deletion, which takes them all, and where only the filter changes and the names of the
// repositories decide it. The findings are warnings about what is not known.
func Losses(plan schema.Plan, nested []schema.Record, listed Listed) (schema.Plan, []schema.Finding) {
	byIntegration := make(map[int64][]*schema.Record)
	for i := range nested {
		byIntegration[nested[i].Integration] = append(byIntegration[nested[i].Integration], &nested[i])
	}
	plan.Actions = slices.Clone(plan.Actions)
	var findings []schema.Finding
	for i := range plan.Actions {
		a := &plan.Actions[i]
		if !a.MayLose() {
			continue
		}
		a.Loss = lossOf(a, byIntegration[a.Have.ID], listed)
		if f, unknown := unknownLoss(a); unknown {
			findings = append(findings, f)
		}
	}
	return plan, findings
}

func lossOf(a *schema.Action, nested []*schema.Record, listed Listed) *schema.Loss {
	all := &schema.Loss{Nested: len(nested), Known: true, Lost: len(nested)}
	unknown := &schema.Loss{Nested: len(nested)}
	if a.Op == schema.OpDelete || len(nested) == 0 {
		return all
	}
	if paths, answered := listed[a.N]; answered {
		return unlisted(a, nested, paths)
	}
	filter, decides := newNameFilter(a)
	if !decides {
		return unknown
	}
	var lost []string
	for _, r := range nested {
		lists, known := filter.Lists(r.Origin())
		if !known {
			return unknown
		}
		if !lists {
			lost = append(lost, schema.NestedPath(r.Origin()))
		}
	}
	slices.Sort(lost)
	return &schema.Loss{Nested: len(nested), Known: true, Lost: len(lost), Paths: lost}
}

// newNameFilter is the new filter of an update that changes nothing else of what the integration lists. A server leaves a
// filter out where it is blank, so that one which is not shown is taken for blank.
func newNameFilter(a *schema.Action) (f schema.NameFilter, decides bool) {
	if !slices.Equal(a.ListingChanges(), []schema.Field{schema.FieldAPIFilter}) {
		return f, false
	}
	i := slices.IndexFunc(a.Changes, func(c schema.Change) bool { return c.Field == schema.FieldAPIFilter })
	return schema.NameFilterOf(a.Have, a.Changes[i].To.Text())
}

func unknownLoss(a *schema.Action) (f schema.Finding, unknown bool) {
	if a.Op != schema.OpUpdate || a.Loss.Open() == 0 {
		return f, false
	}
	fields := a.ListingChanges()
	names := make([]string, len(fields))
	for i, field := range fields {
		names[i] = field.String()
	}
	return schema.CodeLossUnknown.Newf(a.Want.Place, names[0], "with another %s the git host may no longer list %s that the integration has now",
		strings.Join(names, ", "), someOf(a.Loss.Nested)), true
}

func someOf(nested int) string {
	if nested == 1 {
		return "the nested repository"
	}
	return "some of the " + countNested(nested)
}

func countNested(n int) string {
	if n == 1 {
		return "1 nested repository"
	}
	return fmt.Sprintf("%d nested repositories", n)
}

// LossLimit is the safety limit on lost repositories.
type LossLimit struct {
	Max schema.Limit

	// Given: the user gave the limit, so that losses which are not known are refused too, except where only
	// credentials change and no git host was asked.
	Given, Probed bool
}

// UnsafeLoss is the error of a plan that loses more nested repositories than the limit allows, or may do so.
type UnsafeLoss struct {
	Lost  int // known
	Open  int // of so many it is not known whether they are lost
	Of    int // live ones
	Limit string
}

// Error names the figure and the limit.
func (u *UnsafeLoss) Error() string {
	if u.Open > 0 {
		return fmt.Sprintf("it is not known how many of %s the plan would lose; the limit is %s", countNested(u.Open), u.Limit)
	}
	return fmt.Sprintf("the plan would lose %d of %d live nested repositories%s; the limit is %s", u.Lost, u.Of, shareOf(u.Lost, u.Of), u.Limit)
}

// GuardLosses refuses a plan that would lose more of the live nested repositories than the limit allows, with an
// *UnsafeLoss. It judges the whole plan, before that is cut into shards.
func GuardLosses(plan schema.Plan, live int, limit LossLimit) error {
	u, refused := limit.measure(plan, live)
	switch {
	case limit.Max.Exceeded(u.N, live):
		return &UnsafeLoss{u.N, 0, live, u.Limit}
	case refused > 0:
		return &UnsafeLoss{u.N, refused, live, u.Limit}
	}
	return nil
}

// Use is how near a plan is to the limit.
func (l LossLimit) Use(plan schema.Plan, live int) schema.LimitUse {
	u, _ := l.measure(plan, live)
	return u
}

// measure also counts the losses that are refused because they are not known.
func (l LossLimit) measure(plan schema.Plan, live int) (u schema.LimitUse, refused int) {
	u = schema.LimitUse{What: schema.KindNested.Plural(), Of: live, Limit: l.Max.String(), Most: l.Max.Most(live)}
	for i := range plan.Actions {
		a := &plan.Actions[i]
		if a.Loss == nil {
			continue
		}
		u.N, u.Unknown = u.N+a.Loss.Lost, u.Unknown+a.Loss.Open()
		onlyCredentials := !slices.ContainsFunc(a.ListingChanges(), func(f schema.Field) bool { return !f.Credential() })
		if l.Given && (l.Probed || a.Op == schema.OpDelete || !onlyCredentials) {
			refused += a.Loss.Open()
		}
	}
	u.Exceeded = l.Max.Exceeded(u.N, live) || refused > 0
	return u, refused
}
