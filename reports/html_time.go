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

// maxIntervals is the highest number of bars in a chart.
const maxIntervals = 72

// timeCharts are a run's charts over time and the counts behind them.
type timeCharts struct {
	Every  string // how long an interval is
	Marks  []string
	Rows   []timeRow
	Charts []chart
}

// timeRow is the counts of one interval.
type timeRow struct {
	From            string
	Done, Good, Bad int // records that were finished
	Requests        int
	Throttled, Busy int // of these
	Retries         int
	Waited          time.Duration
	WaitedText      string
}

// chart is one row of bars.
type chart struct {
	Name, Summary string
	Most          string // what the highest bar stands for
	Bars          []bar
}

// bar is in a picture of at most maxIntervals by 100 units.
type bar struct {
	X, Y, Width, Height float64
	Class, Tip          string
}

func newIntervals(run RunInfo, events []event) timeCharts {
	from, until := trafficSpan(run, events)
	if from.IsZero() {
		return timeCharts{}
	}
	every := stepFor(until.Sub(from))
	n := int(until.Sub(from)/every) + 1
	m := timeCharts{Every: shortDuration(every), Rows: make([]timeRow, n)}
	at := func(t time.Time) *timeRow { return &m.Rows[min(n-1, max(0, int(t.Sub(from)/every)))] }
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
		for i, b := range t.Intervals {
			row := at(t.Start.Add(time.Duration(int64(i)*t.EveryMS) * time.Millisecond))
			row.Requests += b.Requests
			row.Throttled += b.Throttled
			row.Busy += b.Busy
			row.Retries += b.Retries
			row.Waited += time.Duration(b.RateLimitWaitMS) * time.Millisecond
		}
	}
	for i := range m.Rows {
		m.Rows[i].From = from.Add(time.Duration(i) * every).UTC().Format(clockFor(every))
		m.Rows[i].WaitedText = shortDuration(m.Rows[i].Waited)
	}
	for _, i := range []int{0, n / 2, n - 1} {
		m.Marks = append(m.Marks, m.Rows[i].From)
	}
	if all := charts(m, run.Timeline != nil); slices.ContainsFunc(all, func(c chart) bool { return len(c.Bars) > 0 }) {
		m.Charts = all
	}
	return m
}

func trafficSpan(run RunInfo, events []event) (from, until time.Time) {
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
		for i, b := range t.Intervals {
			if b != (IntervalInfo{}) {
				reach(t.Start.Add(time.Duration(int64(i)*t.EveryMS) * time.Millisecond))
			}
		}
	}
	return from, until
}

// stepFor is the shortest round interval of which at most maxIntervals fill the time.
func stepFor(whole time.Duration) time.Duration {
	for _, step := range []time.Duration{100 * time.Millisecond, 250 * time.Millisecond, 500 * time.Millisecond,
		time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour} {
		if whole/step < maxIntervals {
			return step
		}
	}
	return whole/maxIntervals + 1
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

// layer is a part of each bar, stacked on those before it.
type layer struct {
	class, noun string
	value       func(timeRow) float64
	tip         func(timeRow) string
}

func charts(m timeCharts, observed bool) []chart {
	counted := func(class, noun string, value func(timeRow) int) layer {
		return layer{class, noun, func(m timeRow) float64 { return float64(value(m)) },
			func(m timeRow) string { return fmt.Sprintf("%s %s", withSeparators(value(m)), noun) }}
	}
	all := []chart{newChart("Records finished", m, "", []layer{
		counted("good", "done", func(m timeRow) int { return m.Good }),
		counted("bad", "failed or unknown", func(m timeRow) int { return m.Bad }),
	})}
	if observed {
		all = append(all,
			newChart("Rate-limited or unavailable", m, "", []layer{
				counted("throttled", "answered 429", func(m timeRow) int { return m.Throttled }),
				counted("busy", "answered 503", func(m timeRow) int { return m.Busy }),
			}),
			newChart("Waiting for the rate limit", m, "s", []layer{{"waiting", "s", func(m timeRow) float64 { return m.Waited.Seconds() },
				func(m timeRow) string { return "waited " + m.WaitedText }}}))
	}
	return append(all, newChart("Retries", m, "", []layer{counted("retries", "retries", func(m timeRow) int { return m.Retries })}))
}

func newChart(name string, m timeCharts, unit string, layers []layer) chart {
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
		c.Summary = "none"
		return c
	}
	amount := func(v float64) string {
		if unit != "" {
			return shortDuration(time.Duration(v * float64(time.Second)))
		}
		return withSeparators(int(v))
	}
	c.Most = amount(most)
	c.Summary = fmt.Sprintf("%s in total, at most %s per %s", amount(sum), c.Most, m.Every)
	width := float64(maxIntervals) / float64(len(m.Rows))
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
