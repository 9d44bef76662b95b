package reports

import (
	"slices"
	"testing"

	"gijbulk/schema"
)

// A state without a rank would be in no count and at no end of a list.
func TestEveryStateHasARank(t *testing.T) {
	for name, tt := range map[string]struct {
		run  RunInfo
		want []string
	}{
		"run":  {RunInfo{}, mapTo(schema.Statuses(), func(s schema.Status) string { return string(s) })},
		"plan": {RunInfo{DryRun: true}, mapTo(schema.Ops(), func(o schema.Op) string { return string(o) })},
	} {
		got := totals{run: tt.run}.states()
		if !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(tt.want))) {
			t.Errorf("%s: %q, want all of %q", name, got, tt.want)
		}
	}
}
