package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"gijbulk/importer/gij"
	"gijbulk/schema"
)

func TestTraffic(t *testing.T) {
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	var tr traffic
	tr.resume(schema.Timeline{Start: start})
	tr.exchanged(at(10), gij.Exchange{Status: 200, Took: 5 * time.Millisecond, Sent: true})
	tr.exchanged(at(12), gij.Exchange{Status: 0, Took: time.Millisecond}) // it never left
	tr.exchanged(at(20), gij.Exchange{Status: 429, Took: 5 * time.Millisecond, Sent: true})
	tr.waits(at(20), gij.Wait{Reason: gij.ReasonBusy, For: time.Second})
	// An answer to what left before the wait does not end it; a wait that is told anew
	// does not count twice.
	tr.exchanged(at(40), gij.Exchange{Status: 503, Took: 30 * time.Millisecond, Sent: true})
	tr.waits(at(60), gij.Wait{Reason: gij.ReasonBucket, For: time.Second})
	tr.waits(at(60), gij.Wait{Reason: gij.ReasonRetry, For: time.Second})
	// The next one left at 70.
	tr.exchanged(at(80), gij.Exchange{Status: 200, Took: 10 * time.Millisecond, Sent: true})
	// And what is held back at the end counts as far as it went.
	tr.waits(at(90), gij.Wait{Reason: gij.ReasonBucket, For: 5 * time.Millisecond})

	want := schema.Beat{Requests: 4, Throttled: 1, Busy: 1, Retries: 1, Held: 55 * time.Millisecond}
	line := tr.timeline(at(99))
	if len(line.Beats) != 1 || line.Beats[0] != want {
		t.Errorf("got %+v, want %+v", line.Beats, want)
	}
	if again := tr.timeline(at(99)); again.Beats[0] != want {
		t.Errorf("asked again it is %+v", again.Beats[0])
	}
}

// TestOnWait: a retry delays only its own request, and every line of the log hides
// secrets.
func TestOnWait(t *testing.T) {
	var out bytes.Buffer
	now := time.Now()
	log, err := newLogbook(&out, logOptions{level: "debug", format: "json"}, false, func() schema.Mask { return schema.NewMask(nil, "a-secret") })
	if err != nil {
		t.Fatal(err)
	}
	a := &app{process: process{now: func() time.Time { return now }}, log: log}
	for _, tt := range []struct {
		wait gij.Wait
		left bool
	}{{gij.Wait{Reason: gij.ReasonRetry, For: time.Hour}, false}, {gij.Wait{Reason: gij.ReasonBusy, For: time.Millisecond}, false},
		{gij.Wait{Reason: gij.ReasonBusy, For: time.Minute}, true}} {
		if a.onWait(tt.wait); (a.waiting.Left(now) > 0) != tt.left {
			t.Errorf("%+v: %s left", tt.wait, a.waiting.Left(now))
		}
	}
	log.info("said a-secret", "word", "a-secret")
	if got := out.String(); strings.Contains(got, "a-secret") || strings.Count(got, "\n") != 3 {
		t.Errorf("log %s", got)
	}
}
