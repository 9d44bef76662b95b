package schema

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var midnight = time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)

func total(t Timeline) (sum Beat) {
	for _, b := range t.Beats {
		sum = sum.Plus(b)
	}
	return sum
}

func TestTimelineCountsEachMomentWhereItBelongs(t *testing.T) {
	line := Timeline{Start: midnight}
	line.Add(midnight.Add(250*time.Millisecond), Beat{Requests: 1})
	line.Add(midnight.Add(-time.Hour), Beat{Retries: 1}) // a clock that was set back
	line.Hold(midnight.Add(50*time.Millisecond), midnight.Add(220*time.Millisecond))
	want := []Beat{
		{Retries: 1, Held: 50 * time.Millisecond},
		{Held: 100 * time.Millisecond},
		{Requests: 1, Held: 20 * time.Millisecond},
	}
	if diff := cmp.Diff(want, line.Beats); diff != "" {
		t.Error(diff)
	}
}

// However long a run is, nothing that happened is lost, and the timeline stays small.
func TestTimelineKeepsItsSums(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var line Timeline
		var want Beat
		for range rapid.IntRange(1, 30).Draw(t, "events") {
			at := midnight.Add(time.Duration(rapid.Int64Range(0, int64(100*time.Hour)).Draw(t, "at")))
			if rapid.Bool().Draw(t, "hold") {
				d := time.Duration(rapid.Int64Range(0, int64(time.Hour)).Draw(t, "for"))
				if line.Start.IsZero() || !at.Before(line.Start) {
					line.Hold(at, at.Add(d))
					want.Held += d
				}
				continue
			}
			b := Beat{Requests: 1, Throttled: rapid.IntRange(0, 1).Draw(t, "429"), Busy: 1, Retries: 2}
			line.Add(at, b)
			want = want.Plus(b)
		}
		if got := total(line); got != want {
			t.Fatalf("sums %+v, want %+v", got, want)
		}
		if len(line.Beats) > MostBeats {
			t.Fatalf("%d beats", len(line.Beats))
		}
	})
}

func TestTimelineClone(t *testing.T) {
	var line Timeline
	line.Add(midnight, Beat{Requests: 1})
	before := line.Clone()
	line.Add(midnight, Beat{Requests: 1})
	if before.Beats[0].Requests != 1 {
		t.Error("the copy goes on with the original")
	}
}
