package planner

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"gijbulk/schema"
)

// SafetyLimits are the safety limits: how much of what is live one run may change.
type SafetyLimits struct {
	MaxDelete, MaxUpdate schema.Limit
}

// fewLive is how many live records a share needs to mean anything. Below it one
// deletion is allowed.
const fewLive = 10

// Unsafe is the error of a plan that a safety limit refuses.
type Unsafe struct {
	Op    schema.Op // OpDelete or OpUpdate
	N, Of int       // how many of how many live ones
	What  string    // of which kind, such as "repositories"
	Limit string
}

// Error names the figure and the limit.
func (u *Unsafe) Error() string {
	return fmt.Sprintf("the plan would %s %d of %d live %s%s; the limit is %s", u.Op, u.N, u.Of, u.What, shareOf(u.N, u.Of), u.Limit)
}

// shareOf is such as " (66.7%)", or "" of nothing.
func shareOf(n, of int) string {
	if of == 0 {
		return ""
	}
	return fmt.Sprintf(" (%s%%)", strconv.FormatFloat(math.Round(float64(n)*1000/float64(of))/10, 'f', -1, 64))
}

// Guard refuses a plan that would delete or update more of what is live than the limits
// allow, with an *Unsafe. live is how many of each kind are on the server: a share applies
// to each kind alone, so that many integrations do not let all of a few repositories
// go, and a number to integrations and repositories together and to nested repositories
// alone, which are those of the manifest's integrations. It judges the whole plan, before that is cut
// into shards. Updates that only send what the server does not show are not counted.
func Guard(plan schema.Plan, live map[schema.Kind]int, limits SafetyLimits) error {
	for _, u := range limits.Uses(plan, live) {
		if u.Exceeded {
			return &Unsafe{u.Op, u.N, u.Of, u.What, u.Limit}
		}
	}
	return nil
}

// Uses are how near a plan is to each of the limits, of each kind that it touches.
func (l SafetyLimits) Uses(plan schema.Plan, live map[schema.Kind]int) []schema.LimitUse {
	return append(opLimit{schema.OpDelete, l.MaxDelete, 1}.uses(plan, live), opLimit{schema.OpUpdate, l.MaxUpdate, -1}.uses(plan, live)...)
}

type opLimit struct {
	op    schema.Op
	limit schema.Limit
	few   int // most that a share allows where few are live; -1: any
}

func (l opLimit) uses(plan schema.Plan, live map[schema.Kind]int) (uses []schema.LimitUse) {
	touched := make(map[schema.Kind]int)
	for i := range plan.Actions {
		if a := &plan.Actions[i]; a.Op == l.op && a.Drifts() {
			touched[a.Subject().Kind()]++
		}
	}
	kinds := slices.Sorted(maps.Keys(touched))
	if !l.limit.Share() {
		nested := func(k schema.Kind) bool { return k == schema.KindNested }
		plain := slices.DeleteFunc(slices.Clone(kinds), nested)
		inside := slices.DeleteFunc(kinds, func(k schema.Kind) bool { return !nested(k) })
		return append(l.total(plain, touched, live), l.total(inside, touched, live)...)
	}
	for _, kind := range kinds {
		n, of := touched[kind], live[kind]
		u := schema.LimitUse{Op: l.op, N: n, Of: of, What: kind.Plural(), Limit: l.limit.String(), Most: l.limit.Most(of), Exceeded: l.limit.Exceeded(n, of)}
		if of < fewLive {
			u.Most, u.Exceeded = l.few, l.few >= 0 && n > l.few
			u.Limit = fmt.Sprintf("%d where fewer than %d are live", l.few, fewLive)
		}
		uses = append(uses, u)
	}
	return uses
}

// total is the use of kinds that are limited together.
func (l opLimit) total(kinds []schema.Kind, touched, live map[schema.Kind]int) []schema.LimitUse {
	if len(kinds) == 0 {
		return nil
	}
	u := schema.LimitUse{Op: l.op, Limit: l.limit.String()}
	var words []string
	for _, kind := range kinds {
		u.N, u.Of, words = u.N+touched[kind], u.Of+live[kind], append(words, kind.Plural())
	}
	u.What, u.Most, u.Exceeded = strings.Join(words, " and "), l.limit.Most(u.Of), l.limit.Exceeded(u.N, u.Of)
	return []schema.LimitUse{u}
}

// EraseSource lists what a deletion with its files would erase at the source: the clones
// of a tracked folder are the repositories themselves, and so is that of a repository
// whose root is absolute. One that the server does not show as relative counts as such.
func EraseSource(plan schema.Plan) []schema.Action {
	var sources []schema.Action
	for _, a := range plan.Actions {
		if a.Op == schema.OpDelete && a.Files && isSource(a.Have) {
			sources = append(sources, a)
		}
	}
	return sources
}

func isSource(live schema.Record) bool {
	if live.Kind() == schema.KindRepository {
		absolute := live.Get(schema.FieldAbsoluteRoot)
		return !absolute.IsSet() || absolute.Bool()
	}
	return live.Type() == schema.TypeFilespace
}
