package sandbox

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"
	"time"
)

// Faults says what goes wrong, by chance and by rule; the zero value is nothing. Chance hits only what is in its scope: the
// writes to the app (all methods but GET and HEAD below /rest/gitplugin/), and with Reads its reads too; for faults of lists
// it is the lists of integrations and of repositories, for those of names each integration and repository that is stored.
// The same seed and the same sequence of requests give the same faults. [ParseFaults] reads them from a command line.
type Faults struct {
	// Seed chooses the random sequence.
	Seed uint64
	// Rates are the chances, from 0 to 1, of each fault; together at most 1, for faults of requests, of lists, of names and
	// of the store each.
	Rates map[Fault]float64
	// Reads widens the scope to the app's reads.
	Reads bool
	// Latency is how long every call below /rest/ takes on its way to the server. A client that leaves meanwhile
	// leaves no work behind.
	Latency time.Duration
	// Rules come before chance; the first that hits a request wins.
	Rules []FaultRule
}

// FaultRule hits the First to the Last of the requests that it matches.
type FaultRule struct {
	Fault Fault
	// Method is the method to match; empty: any.
	Method string
	// Path is the path to match below the base path, as path.Match does, so that * is one segment; empty: any. A
	// rule with neither Method nor Path matches what is in the scope of chance.
	Path string
	// First and Last count from 1. Zero First is 1, zero Last is without end.
	First, Last int
}

func (r FaultRule) matches(method, p string, inScope bool) bool {
	if r.Method == "" && r.Path == "" {
		return inScope
	}
	matched := true
	if r.Path != "" {
		matched, _ = path.Match(r.Path, p) // the pattern was checked
	}
	return matched && (r.Method == "" || r.Method == method)
}

func (r FaultRule) hits(n int) bool { return n >= r.First && (r.Last == 0 || n <= r.Last) }

func (r FaultRule) check() error {
	if err := r.Fault.check(); err != nil {
		return err
	}
	if _, err := path.Match(r.Path, ""); err != nil {
		return fmt.Errorf("fault %s: path %q: %w", r.Fault, r.Path, err)
	}
	if r.First < 0 || r.Last < 0 || r.Last > 0 && r.Last < r.First {
		return fmt.Errorf("fault %s: requests %d to %d: must count up from 1", r.Fault, r.First, r.Last)
	}
	return nil
}

func (f Faults) check() error {
	sums := map[subject]float64{}
	for _, fault := range slices.Sorted(maps.Keys(f.Rates)) {
		if err := fault.check(); err != nil {
			return err
		}
		rate := f.Rates[fault]
		if !(rate >= 0 && rate <= 1) { // NaN too
			return fmt.Errorf("fault %s: rate %v: must be from 0%% to 100%%", fault, rate)
		}
		sums[fault.subject()] += rate
	}
	for _, sum := range sums {
		if sum > 1+1e-9 {
			return fmt.Errorf("faults: the rates sum up to %.4g%%, which is more than 100%%", 100*sum)
		}
	}
	for _, rule := range f.Rules {
		if err := rule.check(); err != nil {
			return err
		}
	}
	if f.Latency < 0 {
		return fmt.Errorf("latency %v: must not be negative", f.Latency)
	}
	return nil
}

// script decides what goes wrong with each request as it comes in, with each list and each stored name.
type script struct {
	Faults
	requests, lists, names, store *chooser
}

func newScript(f Faults) (*script, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	return &script{
		Faults:   f,
		requests: newChooser(f, ofRequests),
		lists:    newChooser(f, ofLists),
		names:    newChooser(f, ofNames),
		store:    newChooser(f, ofStore),
	}, nil
}

func (s *script) choose(method, p string) Fault {
	return s.requests.choose(method, p, s.inScope(method, p))
}

func (s *script) event(method, p string) Fault {
	return s.store.choose(method, p, s.inScope(method, p))
}

func (s *script) inScope(method, p string) bool {
	return strings.HasPrefix(p, appPrefix) && (s.Reads || isWrite(method))
}

func (s *script) delay(p string) time.Duration {
	if strings.HasPrefix(p, "/rest/") {
		return s.Latency
	}
	return 0
}
