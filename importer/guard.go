package importer

import (
	"fmt"
	"math"
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
	Limit string
	Flag  string // the flag that sets the limit
}

// Error names the figure, the limit and the flag.
func (u *Unsafe) Error() string {
	share := ""
	if u.Of > 0 {
		share = fmt.Sprintf(" (%s%%)", strconv.FormatFloat(math.Round(float64(u.N)*1000/float64(u.Of))/10, 'f', -1, 64))
	}
	return fmt.Sprintf("the plan would %s %d of %d live integrations%s; %s allows %s", u.Verb, u.N, u.Of, share, u.Flag, u.Limit)
}

// Guard refuses a plan that would delete or update more of what is live than the rails
// allow, with an *Unsafe. It judges the whole plan, before that is cut into shards.
// Updates that only send what the server does not show are not counted.
func Guard(plan schema.Plan, rails Rails) error {
	of := len(plan.Live)
	deletes, updates := plan.Count(schema.OpDelete), 0
	for _, a := range plan.Actions {
		if a.Op == schema.OpUpdate && a.Drifts() {
			updates++
		}
	}
	for _, rail := range []struct {
		verb, flag string
		n          int
		limit      Limit
		few        int // most that may pass where few are live; -1: any
	}{
		{"delete", "--max-delete", deletes, rails.MaxDelete, 1},
		{"update", "--max-update", updates, rails.MaxUpdate, -1},
	} {
		u := &Unsafe{Verb: rail.verb, N: rail.n, Of: of, Limit: rail.limit.String(), Flag: rail.flag}
		if of >= fewLive || !rail.limit.share {
			if rail.limit.Exceeded(rail.n, of) {
				return u
			}
		} else if rail.few >= 0 && rail.n > rail.few {
			u.Limit = fmt.Sprintf("%d where fewer than %d are live", rail.few, fewLive)
			return u
		}
	}
	return nil
}

// EraseSource lists what a deletion with its files would erase at the source: a tracked
// folder's clones are the repositories themselves.
func EraseSource(plan schema.Plan) []schema.Action {
	var sources []schema.Action
	for _, a := range plan.Actions {
		if a.Op == schema.OpDelete && a.Files && a.Have.Type() == schema.TypeFilespace {
			sources = append(sources, a)
		}
	}
	return sources
}
