package importer

import (
	"maps"
	"slices"

	"gijbulk/schema"
)

// Wave is a part of a plan that is sent before the next.
type Wave struct {
	Number int64 // as the manifest says; 0 where it does not
	Part   int   // of that wave, from 1; more than one where it was cut by a size
	Plan   schema.Plan
}

// Waves cuts a plan into its waves, in the order of their numbers, and those into parts
// of at most size writes (0: no limit). Deletions come last, since the live records that
// they are about have no wave; what sends nothing goes with the first.
func Waves(plan schema.Plan, size int) []Wave {
	byNumber := make(map[int64][]schema.Action)
	var still, deletions []schema.Action
	for _, a := range plan.Actions {
		switch {
		case !a.Op.Writes():
			still = append(still, a)
		case a.Op == schema.OpDelete:
			deletions = append(deletions, a)
		default:
			n := a.Want.Get(schema.FieldWave).Int()
			byNumber[n] = append(byNumber[n], a)
		}
	}
	numbers := slices.Sorted(maps.Keys(byNumber))
	if len(numbers) == 0 {
		numbers = []int64{0}
	}
	last := numbers[len(numbers)-1]
	byNumber[last] = append(byNumber[last], deletions...)
	var waves []Wave
	for _, n := range numbers {
		actions := byNumber[n]
		for part := range parts(len(actions), size) {
			end := len(actions)
			if size > 0 {
				end = min(end, (part+1)*size)
			}
			waves = append(waves, Wave{Number: n, Part: part + 1, Plan: schema.Plan{Actions: actions[part*size : end], Live: plan.Live}})
		}
	}
	waves[0].Plan.Actions = append(still, waves[0].Plan.Actions...)
	return waves
}

// parts is how many parts of a size there are in n, at least one.
func parts(n, size int) int {
	if size <= 0 || n == 0 {
		return 1
	}
	return (n + size - 1) / size
}
