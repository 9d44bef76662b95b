package journal

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"gijbulk/schema"
)

// BenchmarkStart keeps the plan of 100,000 creates.
func BenchmarkStart(b *testing.B) {
	j := open(b)
	actions := creates(100_000)
	for i := 0; b.Loop(); i++ {
		if err := start(b, j, run(strconv.Itoa(i)), actions...).Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(actions)*b.N)/b.Elapsed().Seconds(), "actions/s")
}

func BenchmarkLoad(b *testing.B) {
	j := open(b)
	start(b, j, run("r1"), creates(100_000)...)
	for b.Loop() {
		load(b, j, "r1")
	}
}

// BenchmarkLog writes an intent and an outcome for each record.
func BenchmarkLog(b *testing.B) {
	for _, workers := range []int{1, 16, 64} {
		b.Run(strconv.Itoa(workers), func(b *testing.B) {
			actions := creates(1000)
			l := start(b, open(b), run("r1"), actions...)
			var next atomic.Int64
			b.SetParallelism(workers)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					n := next.Add(1)
					a := actions[n%1000]
					if err := l.Begin(b.Context(), a); err != nil {
						b.Error(err)
					}
					if err := l.End(b.Context(), done(a, schema.StatusCreated, n)); err != nil {
						b.Error(err)
					}
				}
			})
		})
	}
}

// BenchmarkSent compares one field of each of 100,000 integrations.
func BenchmarkSent(b *testing.B) {
	j := open(b)
	actions := creates(100_000)
	l := start(b, j, run("r1"), actions...)
	var all sync.WaitGroup
	for _, a := range actions {
		all.Go(func() {
			if err := l.End(b.Context(), done(a, schema.StatusCreated, int64(a.N+1))); err != nil {
				b.Error(err)
			}
		})
	}
	all.Wait()
	if err := l.Finish(b.Context(), run("r1")); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		sent, err := j.Sent(b.Context(), jira)
		if err != nil {
			b.Fatal(err)
		}
		for _, a := range actions {
			if sent.Compare(int64(a.N+1), schema.FieldDisplayName, a.Want.Get(schema.FieldDisplayName)) != SameSent {
				b.Fatal("forgotten")
			}
		}
	}
}
