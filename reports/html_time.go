package reports

import (
	"fmt"
	"slices"
	"time"
)

// event is a record's request, for what the page shows over time.
type event struct {
	ended, started time.Time
	good           bool
	retries        int
}

// mostMoments is how many bars a chart has at most.
const mostMoments = 72

// moments are a run's charts over time. All have the same intervals.
type moments struct {
	Every  string // how long an interval is
	Marks  []string
	Rows   []moment
	Charts []chart
}

// moment is one interval.
type moment struct {
	From            string
	Done, Good, Bad int // records that were finished
	Requests        int
	Throttled, Busy int // of these
	Retries         int
	Held            time.Duration
	HeldText        string
}

// chart is one row of bars.
type chart struct {
	Name, Says string
	Most       string // what the highest bar stands for
	Bars       []bar
}

// bar stands in a picture of mostMoments by 100 units at most.
type bar struct {
	X, Y, Width, Height float64
	Class, Tip          string
}

// newMoments counts what happened when. A run that sent nothing has none.
func newMoments(run RunInfo, events []event) moments {
	from, until := span(run, events)
	if from.IsZero() {
		return moments{}
	}
	every := interval(until.Sub(from))
	n := int(until.Sub(from)/every) + 1
	m := moments{Every: brieflyInterval(every), Rows: make([]moment, n)}
	at := func(t time.Time) *moment { return &m.Rows[min(n-1, max(0, int(t.Sub(from)/every)))] }
	for _, e := range events {
		row := at(e.ended)
		row.Done++
		if e.good {
			row.Good++
		} else {
			row.Bad++
		}
		if run.Timeline == nil {
			at(e.started).Retries += e.retries
		}
	}
	if t := run.Timeline; t != nil {
		for i, b := range t.Beats {
			row := at(t.Start.Add(time.Duration(int64(i)*t.EveryMS) * time.Millisecond))
			row.Requests += b.Requests
			row.Throttled += b.Throttled
			row.Busy += b.Busy
			row.Retries += b.Retries
			row.Held += time.Duration(b.HeldMS) * time.Millisecond
		}
	}
	for i := range m.Rows {
		m.Rows[i].From = from.Add(time.Duration(i) * every).UTC().Format(clockFor(every))
		m.Rows[i].HeldText = briefly(m.Rows[i].Held)
	}
	for _, i := range []int{0, n / 2, n - 1} {
		m.Marks = append(m.Marks, m.Rows[i].From)
	}
	if all := charts(m, run.Timeline != nil); slices.ContainsFunc(all, func(c chart) bool { return len(c.Bars) > 0 }) {
		m.Charts = all
	}
	return m
}

// span is the time in which anything was sent.
func span(run RunInfo, events []event) (from, until time.Time) {
	reach := func(t time.Time) {
		if from.IsZero() || t.Before(from) {
			from = t
		}
		if until.Before(t) {
			until = t
		}
	}
	for _, e := range events {
		reach(e.started)
		reach(e.ended)
	}
	if t := run.Timeline; t != nil {
		for i, b := range t.Beats {
			if b != (Beat{}) {
				reach(t.Start.Add(time.Duration(int64(i)*t.EveryMS) * time.Millisecond))
			}
		}
	}
	return from, until
}

// interval is the shortest round one of which few enough fill the time.
func interval(whole time.Duration) time.Duration {
	for _, step := range []time.Duration{100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
		time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour} {
		if whole/step < mostMoments {
			return step
		}
	}
	return whole/mostMoments + 1
}

func clockFor(every time.Duration) string {
	switch {
	case every < time.Second:
		return "15:04:05.0"
	case every < time.Minute:
		return "15:04:05"
	case every < time.Hour:
		return "15:04"
	}
	return "Jan 2, 15:04"
}

func brieflyInterval(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%d s", d/time.Second)
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	}
	return fmt.Sprintf("%.0f h", d.Hours())
}

// layer is a part of each bar, stacked on those before it.
type layer struct {
	class, noun string
	value       func(moment) float64
	tip         func(moment) string
}

func charts(m moments, observed bool) []chart {
	counted := func(class, noun string, value func(moment) int) layer {
		return layer{class, noun, func(m moment) float64 { return float64(value(m)) },
			func(m moment) string { return fmt.Sprintf("%s %s", grouped(value(m)), noun) }}
	}
	all := []chart{newChart("Records finished", m, "", []layer{
		counted("good", "done", func(m moment) int { return m.Good }),
		counted("bad", "failed or unknown", func(m moment) int { return m.Bad }),
	})}
	if observed {
		all = append(all,
			newChart("Turned away", m, "", []layer{
				counted("throttled", "answered 429", func(m moment) int { return m.Throttled }),
				counted("busy", "answered 503", func(m moment) int { return m.Busy }),
			}),
			newChart("Held back by the server", m, "s", []layer{{"held", "s", func(m moment) float64 { return m.Held.Seconds() },
				func(m moment) string { return "held back for " + m.HeldText }}}))
	}
	return append(all, newChart("Retries", m, "", []layer{counted("retries", "retries", func(m moment) int { return m.Retries })}))
}

func newChart(name string, m moments, unit string, layers []layer) chart {
	c := chart{Name: name}
	most, sum := 0.0, 0.0
	for _, row := range m.Rows {
		height := 0.0
		for _, l := range layers {
			height += l.value(row)
		}
		most, sum = max(most, height), sum+height
	}
	if sum == 0 {
		c.Says = "none"
		return c
	}
	amount := func(v float64) string {
		if unit != "" {
			return briefly(time.Duration(v * float64(time.Second)))
		}
		return grouped(int(v))
	}
	c.Most = amount(most)
	c.Says = fmt.Sprintf("%s in all, at most %s in %s", amount(sum), c.Most, m.Every)
	width := float64(mostMoments) / float64(len(m.Rows))
	for i, row := range m.Rows {
		top := 100.0
		for _, l := range layers {
			v := l.value(row)
			if v == 0 {
				continue
			}
			height := max(1.5, 100*v/most)
			top -= height
			c.Bars = append(c.Bars, bar{float64(i)*width + width/16, max(0, top), width * 7 / 8, height, l.class, row.From + ": " + l.tip(row)})
		}
	}
	return c
}
