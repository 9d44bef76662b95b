package planner

import (
	"fmt"
	"strings"
	"testing"

	"gijbulk/schema"
)

func TestWaves(t *testing.T) {
	action := func(op schema.Op, name string, wave int64) schema.Action {
		r := record(2, "type", "GITHUB", "displayName", name).Set(schema.FieldWave, schema.Int(wave))
		if op == schema.OpDelete {
			return schema.Action{Op: op, Have: r.Set(schema.FieldWave, schema.Value{})}
		}
		return schema.Action{Op: op, Want: r}
	}
	for _, tt := range []struct {
		name string
		plan []schema.Action
		size int
		want string
	}{
		{"nothing", nil, 0, ""},
		{"no waves", []schema.Action{action(schema.OpCreate, "a", 0), action(schema.OpDelete, "b", 0)}, 0, "0.1: a -b"},
		{"in the order of their numbers", []schema.Action{action(schema.OpCreate, "c", 3), action(schema.OpUpdate, "a", 1), action(schema.OpCreate, "b", 1)}, 0, "1.1: a b | 3.1: c"},
		{"cut by size", []schema.Action{action(schema.OpCreate, "a", 1), action(schema.OpCreate, "b", 1), action(schema.OpCreate, "c", 1), action(schema.OpCreate, "d", 2)}, 2,
			"1.1: a b | 1.2: c | 2.1: d"},
		{"deletions last", []schema.Action{action(schema.OpDelete, "old", 0), action(schema.OpCreate, "a", 2), action(schema.OpCreate, "b", 1)}, 0, "1.1: b | 2.1: a -old"},
		{"what sends nothing in none", []schema.Action{action(schema.OpCreate, "a", 2), action(schema.OpUnchanged, "same", 9), action(schema.OpCreate, "b", 1)}, 0, "1.1: b | 2.1: a"},
	} {
		plan := numbered(schema.Plan{Actions: tt.plan})
		if got := waveWords(plan, Waves(plan, tt.size)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func waveWords(plan schema.Plan, waves []schema.Wave) string {
	var words []string
	for _, w := range waves {
		word := fmt.Sprintf("%d.%d:", w.Number, w.Part)
		for _, n := range w.Actions {
			a := plan.Actions[n]
			if a.Op == schema.OpDelete {
				word += " -" + a.Have.Name()
			} else {
				word += " " + a.Want.Name()
			}
		}
		words = append(words, word)
	}
	return strings.Join(words, " | ")
}
