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

// Limit is a largest number, or a largest share of what is live.
type Limit struct {
	number  int
	percent float64
	share   bool
}

// ParseLimit reads N or P%.
func ParseLimit(s string) (Limit, error) {
	if share, ok := strings.CutSuffix(strings.TrimSpace(s), "%"); ok {
		percent, err := strconv.ParseFloat(strings.TrimSpace(share), 64)
		if err != nil || percent < 0 || percent > 100 {
			return Limit{}, fmt.Errorf("%q is not a share from 0%% to 100%%", s)
		}
		return Limit{percent: percent, share: true}, nil
	}
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 0 {
		return Limit{}, fmt.Errorf("%q is neither a number nor a share such as 10%%", s)
	}
	return Limit{number: n}, nil
}

// String is the limit as it is written on a command line.
func (l Limit) String() string {
	if l.share {
		return strconv.FormatFloat(l.percent, 'f', -1, 64) + "%"
	}
	return strconv.Itoa(l.number)
}

// Exceeded reports whether n of a whole is over the limit.
func (l Limit) Exceeded(n, of int) bool {
	if l.share {
		return float64(n)*100 > l.percent*float64(of)
	}
	return n > l.number
}

// Rails are the limits of what one run may change of what is there.
type Rails struct {
	MaxDelete, MaxUpdate Limit
}

// fewLive is how many live records a share needs to mean anything. Below it one
// deletion may pass.
const fewLive = 10

// Unsafe is the error of a plan that a rail refuses.
type Unsafe struct {
	Verb  string // "delete" or "update"
	N, Of int    // how many of how many live ones
	What  string // of which kind, such as "repositories"
	Limit string
	Flag  string // the flag that sets the limit
}

// Error names the figure, the limit and the flag.
func (u *Unsafe) Error() string {
	share := ""
	if u.Of > 0 {
		share = fmt.Sprintf(" (%s%%)", strconv.FormatFloat(math.Round(float64(u.N)*1000/float64(u.Of))/10, 'f', -1, 64))
	}
	return fmt.Sprintf("the plan would %s %d of %d live %s%s; %s allows %s", u.Verb, u.N, u.Of, u.What, share, u.Flag, u.Limit)
}

// Guard refuses a plan that would delete or update more of what is live than the rails
// allow, with an *Unsafe. live is how many of each kind are on the server: a share holds
// for each kind alone, so that many integrations do not let all of a few repositories
// go, and a number for all kinds together. It judges the whole plan, before that is cut
// into shards. Updates that only send what the server does not show are not counted.
func Guard(plan schema.Plan, live map[schema.Kind]int, rails Rails) error {
	for _, r := range []rail{
		{verb: "delete", flag: "--max-delete", limit: rails.MaxDelete, few: 1,
			counts: func(a *schema.Action) bool { return a.Op == schema.OpDelete }},
		{verb: "update", flag: "--max-update", limit: rails.MaxUpdate, few: -1,
			counts: func(a *schema.Action) bool { return a.Op == schema.OpUpdate && a.Drifts() }},
	} {
		if unsafe := r.judge(plan, live); unsafe != nil {
			return unsafe
		}
	}
	return nil
}

// rail is one limit of what a run may change.
type rail struct {
	verb, flag string
	limit      Limit
	few        int // most that may pass a share where few are live; -1: any
	counts     func(*schema.Action) bool
}

func (r rail) judge(plan schema.Plan, live map[schema.Kind]int) *Unsafe {
	touched := make(map[schema.Kind]int)
	for i := range plan.Actions {
		if a := &plan.Actions[i]; r.counts(a) {
			touched[a.Subject().Kind()]++
		}
	}
	kinds := slices.Sorted(maps.Keys(touched))
	if !r.limit.share {
		return r.judgeNumber(kinds, touched, live)
	}
	for _, kind := range kinds {
		n, of := touched[kind], live[kind]
		u := &Unsafe{Verb: r.verb, N: n, Of: of, What: kind.Plural(), Limit: r.limit.String(), Flag: r.flag}
		switch {
		case of >= fewLive && r.limit.Exceeded(n, of):
			return u
		case of < fewLive && r.few >= 0 && n > r.few:
			u.Limit = fmt.Sprintf("%d where fewer than %d are live", r.few, fewLive)
			return u
		}
	}
	return nil
}

// judgeNumber holds what is touched of all kinds against one number.
func (r rail) judgeNumber(kinds []schema.Kind, touched, live map[schema.Kind]int) *Unsafe {
	u := &Unsafe{Verb: r.verb, Limit: r.limit.String(), Flag: r.flag}
	var words []string
	for _, kind := range kinds {
		u.N, u.Of, words = u.N+touched[kind], u.Of+live[kind], append(words, kind.Plural())
	}
	if !r.limit.Exceeded(u.N, u.Of) {
		return nil
	}
	u.What = strings.Join(words, " and ")
	return u
}

// EraseSource lists what a deletion with its files would erase at the source: the clones
// of a tracked folder are the repositories themselves, and so is that of a repository
// whose root is absolute. One that the server does not call relative is taken for such.
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
