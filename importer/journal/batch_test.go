package journal

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestCommitsKeepABeatInACrowd: where events come thick and fast, a commit waits for more;
// otherwise nobody waits.
func TestCommitsKeepABeatInACrowd(t *testing.T) {
	const ms = time.Millisecond
	for _, tt := range []struct {
		name   string
		events map[time.Duration]int // how many come at a time
		want   []time.Duration       // when they are committed
	}{
		{"one after the other", map[time.Duration]int{0: 1, 1 * ms: 1, 2 * ms: 1}, []time.Duration{0, 1 * ms, 2 * ms}},
		{"a crowd", map[time.Duration]int{1 * ms: 40, 2 * ms: 40, 3 * ms: 40, 4 * ms: 40, 5 * ms: 40, 7 * ms: 40},
			[]time.Duration{1 * ms, 2 * ms, 6 * ms, 10 * ms}},
		{"workers in step, after a while", map[time.Duration]int{60 * ms: 16, 61 * ms: 1, 120 * ms: 16, 121 * ms: 1},
			[]time.Duration{60 * ms, 61 * ms, 120 * ms, 121 * ms}},
	} {
		synctest.Test(t, func(t *testing.T) {
			q, start := newQueue(), time.Now()
			var got []time.Duration
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				q.each(func(*batch) error {
					got = append(got, time.Since(start))
					return nil
				})
			}()
			for at, n := range tt.events {
				time.AfterFunc(at, func() { _ = q.put(func(b *batch) { b.size += n }) })
			}
			time.Sleep(time.Second)
			q.close()
			<-ended
			if !slices.Equal(got, tt.want) {
				t.Errorf("%s: commits at %v, want %v", tt.name, got, tt.want)
			}
		})
	}
}
