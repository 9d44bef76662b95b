package planner

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
	byNumber := make(map[int64][]int) // the places of actions in the plan, which are smaller than those
	var still, deletions []int
	for i := range plan.Actions {
		switch a := &plan.Actions[i]; {
		case !a.Op.Writes():
			still = append(still, i)
		case a.Op == schema.OpDelete:
			deletions = append(deletions, i)
		default:
			n := a.Want.Get(schema.FieldWave).Int()
			byNumber[n] = append(byNumber[n], i)
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
		places := byNumber[n]
		for part := range parts(len(places), size) {
			end := len(places)
			if size > 0 {
				end = min(end, (part+1)*size)
			}
			waves = append(waves, Wave{Number: n, Part: part + 1, Plan: partOf(plan, still, places[part*size:end])})
			still = nil
		}
	}
	return waves
}

// partOf is the part of a plan with the actions at these places. Where that is all of it, in
// its order, nothing is copied.
func partOf(plan schema.Plan, places ...[]int) schema.Plan {
	all := slices.Concat(places...)
	if len(all) == len(plan.Actions) && slices.IsSorted(all) {
		return plan
	}
	part := schema.Plan{Actions: make([]schema.Action, len(all)), Live: plan.Live}
	for i, place := range all {
		part.Actions[i] = plan.Actions[place]
	}
	return part
}

// parts is how many parts of a size there are in n, at least one.
func parts(n, size int) int {
	if size <= 0 || n == 0 {
		return 1
	}
	return (n + size - 1) / size
}
