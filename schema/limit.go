package schema

import (
	"fmt"
	"strconv"
	"strings"
)

// Limit is a largest number, or a largest share of a whole. The zero Limit is 0.
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

// String is the limit as a user writes it.
func (l Limit) String() string {
	if l.share {
		return strconv.FormatFloat(l.percent, 'f', -1, 64) + "%"
	}
	return strconv.Itoa(l.number)
}

// Share reports whether the limit is a share.
func (l Limit) Share() bool { return l.share }

// Most is the largest part of a whole that is within the limit.
func (l Limit) Most(of int) int {
	if !l.share {
		return l.number
	}
	n := int(l.percent * float64(of) / 100)
	for l.Exceeded(n, of) {
		n--
	}
	for !l.Exceeded(n+1, of) && n < of {
		n++
	}
	return n
}

// LimitUse is how near a plan is to a safety limit.
type LimitUse struct {
	Op       Op     // OpDelete or OpUpdate; "" for lost repositories
	What     string // of which kind, such as "repositories"
	N, Of    int    // how many of how many live ones
	Unknown  int    // of so many it is not known whether they are lost
	Limit    string // as a user writes it
	Most     int    // the largest N that it allows; -1: any
	Exceeded bool
	Forced   bool   // it does not apply
	Flag     string // that sets it
}

// Exceeded reports whether n of a whole is over the limit.
func (l Limit) Exceeded(n, of int) bool {
	if l.share {
		return float64(n)*100 > l.percent*float64(of)
	}
	return n > l.number
}
