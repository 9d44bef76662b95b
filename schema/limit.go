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

// Exceeded reports whether n of a whole is over the limit.
func (l Limit) Exceeded(n, of int) bool {
	if l.share {
		return float64(n)*100 > l.percent*float64(of)
	}
	return n > l.number
}
