package planner

import (
	"maps"
	"slices"

	"gijbulk/schema"
)

// Waves orders the writes of a plan by the waves of the manifest, and cuts each into parts of
// at most size writes (0: no limit). Deletions come last, since the live records that they
// are about have no wave.
func Waves(plan schema.Plan, size int) []schema.Wave {
	byNumber := make(map[int64][]int)
	var deletions []int
	for i := range plan.Actions {
		switch a := &plan.Actions[i]; {
		case !a.Op.Writes():
		case a.Op == schema.OpDelete:
			deletions = append(deletions, a.N)
		default:
			wave := a.Want.Get(schema.FieldWave).Int()
			byNumber[wave] = append(byNumber[wave], a.N)
		}
	}
	numbers := slices.Sorted(maps.Keys(byNumber))
	if len(deletions) > 0 {
		if len(numbers) == 0 {
			numbers = []int64{0}
		}
		last := numbers[len(numbers)-1]
		byNumber[last] = append(byNumber[last], deletions...)
	}
	var waves []schema.Wave
	for _, number := range numbers {
		actions := byNumber[number]
		most := size
		if most <= 0 {
			most = len(actions)
		}
		part := 0
		for chunk := range slices.Chunk(actions, most) {
			part++
			waves = append(waves, schema.Wave{Number: number, Part: part, Actions: chunk})
		}
	}
	return waves
}
