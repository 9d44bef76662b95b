package engine

import (
	"testing"
	"time"
)

func TestIntentsAhead(t *testing.T) {
	for _, tt := range []struct {
		workers int
		took    time.Duration // the last write
		want    int           // inside at most
	}{
		{16, 0, 16}, // nobody knows yet
		{16, time.Millisecond, 256},
		{16, 4 * time.Millisecond, 116},
		{16, 320 * time.Millisecond, 17}, // 50 a second
		{2, 40 * time.Millisecond, 3},    // likewise
		{4, time.Second, 4},
		{2, time.Nanosecond, 242},
	} {
		r := (&Importer{Concurrency: tt.workers}).room()
		if tt.took > 0 {
			r.took(tt.took)
		}
		if got := r.enter(t.Context(), 1000); got != tt.want {
			t.Errorf("%d workers, %s: %d inside, want %d", tt.workers, tt.took, got, tt.want)
		}
	}
}
