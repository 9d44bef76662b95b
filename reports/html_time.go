package reports

import (
	"fmt"
	"slices"
	"strings"
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
	Name    string
	Unit    string // of its axis
	Total   string
	Most    string // what the highest bar stands for
	Summary string
	Bars    []bar
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
	at := func(t time.Time) *timeRow { return &m.Rows[max(0, int(t.Sub(from)/every))] }
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
			start := t.start(i)
			if start.After(until) || start.Add(t.every()).Before(from) {
				continue // only reads, before the first record or after the last
			}
			row := at(start)
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
	for _, i := range slices.Compact([]int{0, n / 2, n - 1}) {
		m.Marks = append(m.Marks, m.Rows[i].From)
	}
	m.Charts = charts(m, every, run.Timeline != nil)
	return m
}

// trafficSpan is the time for which the charts have something to show.
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
			if b.Requests = 0; b != (IntervalInfo{}) {
				reach(t.start(i))
			}
		}
	}
	return from, until
}

func (t *TimelineInfo) every() time.Duration { return time.Duration(t.EveryMS) * time.Millisecond }

func (t *TimelineInfo) start(i int) time.Time { return t.Start.Add(time.Duration(i) * t.every()) }

// stepFor is the shortest round interval of which at most maxIntervals fill the time.
func stepFor(whole time.Duration) time.Duration {
	for _, step := range []time.Duration{100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond,
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
	class string
	value func(timeRow) float64
	tip   func(timeRow) string
}

func charts(m timeCharts, every time.Duration, observed bool) []chart {
	counted := func(class, noun string, value func(timeRow) int) layer {
		return layer{class, func(m timeRow) float64 { return float64(value(m)) },
			func(m timeRow) string { return fmt.Sprintf("%s %s", withSeparators(value(m)), noun) }}
	}
	number := func(v float64) string { return withSeparators(int(v)) }
	all := []chart{newChart(chart{Name: "Records finished", Unit: "records per " + m.Every}, m, number, number,
		counted("good", "done", func(m timeRow) int { return m.Good }),
		counted("bad", "failed or unknown", func(m timeRow) int { return m.Bad }))}
	if observed {
		share := func(v float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0") }
		whole := func(sum float64) string { return shortDuration(time.Duration(sum * float64(every))) }
		all = append(all,
			newChart(chart{Name: "Rate-limited or unavailable", Unit: "answers per " + m.Every}, m, number, number,
				counted("throttled", "answered 429", func(m timeRow) int { return m.Throttled }),
				counted("busy", "answered 503", func(m timeRow) int { return m.Busy })),
			newChart(chart{Name: "Waiting for the rate limit", Unit: "s per s"}, m, share, whole, layer{"waiting",
				func(m timeRow) float64 { return m.Waited.Seconds() / every.Seconds() }, func(m timeRow) string { return "waited " + m.WaitedText }}))
	}
	all = append(all, newChart(chart{Name: "Retries", Unit: "retries per " + m.Every}, m, number, number, counted("retries", "retries", func(m timeRow) int { return m.Retries })))
	return slices.DeleteFunc(all, func(c chart) bool { return len(c.Bars) == 0 })
}

// newChart draws the bars of a chart; height and total write what one and all of them stand for.
func newChart(c chart, m timeCharts, height, total func(v float64) string, layers ...layer) chart {
	most, sum := 0.0, 0.0
	for _, row := range m.Rows {
		whole := 0.0
		for _, l := range layers {
			whole += l.value(row)
		}
		most, sum = max(most, whole), sum+whole
	}
	if sum == 0 {
		return c
	}
	c.Most, c.Total = height(most), total(sum)
	c.Summary = fmt.Sprintf("%s in total, at most %s (%s)", c.Total, c.Most, c.Unit)
	width := float64(maxIntervals) / float64(len(m.Rows))
	for i, row := range m.Rows {
		top := 100.0
		for _, l := range layers {
			v := l.value(row)
			if v == 0 {
				continue
			}
			part := max(1.5, 100*v/most)
			top -= part
			c.Bars = append(c.Bars, bar{float64(i)*width + width/16, max(0, top), width * 7 / 8, part, l.class, row.From + ": " + l.tip(row)})
		}
	}
	return c
}
