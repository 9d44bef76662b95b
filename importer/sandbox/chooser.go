package sandbox

import (
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
)

// chooser decides which fault of a subject hits the next request: by rule, and where none does, by chance.
type chooser struct {
	rates   map[Fault]float64
	chances []Fault // the keys of rates in a fixed order
	rules   []FaultRule

	mu   sync.Mutex
	rng  *rand.Rand
	seen []int // how many requests each rule has matched
}

func newChooser(f Faults, of subject) *chooser {
	rates := maps.Clone(f.Rates)
	maps.DeleteFunc(rates, func(fault Fault, _ float64) bool { return fault.subject() != of })
	rules := slices.DeleteFunc(slices.Clone(f.Rules), func(r FaultRule) bool { return r.Fault.subject() != of })
	return &chooser{
		rates:   rates,
		chances: slices.Sorted(maps.Keys(rates)),
		rules:   rules,
		rng:     rand.New(rand.NewPCG(f.Seed, uint64(of))),
		seen:    make([]int, len(rules)),
	}
}

func (c *chooser) choose(method, p string, inScope bool) Fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	var chosen Fault
	if inScope {
		chosen = c.draw() // even where a rule wins, so that rules do not shift the sequence
	}
	ruled := false
	for i, rule := range c.rules {
		if !rule.matches(method, p, inScope) {
			continue
		}
		c.seen[i]++
		if !ruled && rule.hits(c.seen[i]) {
			chosen, ruled = rule.Fault, true
		}
	}
	if chosen == Hang {
		chosen = [...]Fault{HangBefore, HangAfter}[c.rng.IntN(2)]
	}
	return chosen
}

func (c *chooser) draw() Fault {
	u := c.rng.Float64()
	for _, fault := range c.chances {
		if u < c.rates[fault] {
			return fault
		}
		u -= c.rates[fault]
	}
	return ""
}
