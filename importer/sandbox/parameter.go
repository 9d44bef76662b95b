package sandbox

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A parameter follows the name of a fault after a colon: slow-after-cut:5s.
const (
	usualDuration = 5 * time.Second
	usualCount    = 5
	// maxCount keeps a restore from remembering without end.
	maxCount = 1000
)

func (f Fault) name() Fault {
	name, _, _ := strings.Cut(string(f), ":")
	return Fault(name)
}

func (f Fault) parameter() string {
	_, parameter, _ := strings.Cut(string(f), ":")
	return parameter
}

func (f Fault) duration() time.Duration {
	if d, err := time.ParseDuration(f.parameter()); err == nil {
		return d
	}
	return usualDuration
}

func (f Fault) count() int {
	if n, err := strconv.Atoi(f.parameter()); err == nil {
		return n
	}
	return usualCount
}

func (f Fault) checkParameter() error {
	name, parameter, given := strings.Cut(string(f), ":")
	if !given {
		return nil
	}
	words := f.words()
	switch {
	case f.takesDuration():
		if d, err := time.ParseDuration(parameter); err != nil || d <= 0 {
			return fmt.Errorf("%s: parameter %q: want a duration, such as %s:5s", name, parameter, name)
		}
	case f.name() == Restore:
		if n, err := strconv.Atoi(parameter); err != nil || n < 1 || n > maxCount {
			return fmt.Errorf("%s: parameter %q: want a number of changes from 1 to %d, such as %s:5", name, parameter, maxCount, name)
		}
	case words == nil:
		return fmt.Errorf("%s: takes no parameter", name)
	case !slices.Contains(words, parameter):
		return fmt.Errorf("%s: unknown parameter %q%s", name, parameter, cmp.Or(suggest(parameter, words), "; want one of: "+strings.Join(words, ", ")))
	}
	return nil
}

func (f Fault) takesDuration() bool {
	_, variant, _ := f.status()
	return variant == "slow" || slices.Contains([]Fault{SlowAfterCut, ListLag, ListCache}, f.name())
}

func (f Fault) words() []string {
	switch f.name() {
	case RewriteNames:
		return rewritings
	case OtherAdmin:
		return adminWords
	}
	return nil
}
