package sandbox

import (
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
)

// dice decide which fault of a subject hits the next request: by rule, and where none does, by chance.
type dice struct {
	rates   map[Fault]float64
	chances []Fault // the keys of rates in a fixed order
	rules   []Rule

	mu   sync.Mutex
	rng  *rand.Rand
	seen []int // how many requests each rule has matched
}

// newDice are the dice of one subject, with a random sequence of their own.
func newDice(f Faults, of subject) *dice {
	rates := maps.Clone(f.Rates)
	maps.DeleteFunc(rates, func(fault Fault, _ float64) bool { return fault.subject() != of })
	rules := slices.DeleteFunc(slices.Clone(f.Rules), func(r Rule) bool { return r.Fault.subject() != of })
	return &dice{
		rates:   rates,
		chances: slices.Sorted(maps.Keys(rates)),
		rules:   rules,
		rng:     rand.New(rand.NewPCG(f.Seed, uint64(of))),
		seen:    make([]int, len(rules)),
	}
}

// choose is the fault of the next request; empty for none. Chance hits only what is in its scope.
func (d *dice) choose(method, p string, inScope bool) Fault {
	d.mu.Lock()
	defer d.mu.Unlock()
	var chosen Fault
	if inScope {
		chosen = d.draw() // even where a rule wins, so that rules do not shift the sequence
	}
	ruled := false
	for i, rule := range d.rules {
		if !rule.matches(method, p, inScope) {
			continue
		}
		d.seen[i]++
		if !ruled && rule.hits(d.seen[i]) {
			chosen, ruled = rule.Fault, true
		}
	}
	if chosen == Hang {
		chosen = [...]Fault{HangBefore, HangAfter}[d.rng.IntN(2)]
	}
	return chosen
}

// draw lets chance choose.
func (d *dice) draw() Fault {
	u := d.rng.Float64()
	for _, fault := range d.chances {
		if u < d.rates[fault] {
			return fault
		}
		u -= d.rates[fault]
	}
	return ""
}
