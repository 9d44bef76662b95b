package gij_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/engine"
	"gijbulk/importer/gij"
	"gijbulk/importer/planner"
	"gijbulk/importer/sandbox"
	"gijbulk/schema"
)

// fifty is a bucket of 50 tokens that is filled each second.
var fifty = sandbox.RateLimit{Limit: 50, FillRate: 50, Interval: time.Second}

// drive is a run, or the shards of one, against a server with a bucket of 50 a second.
type drive struct {
	name      string
	records   int
	shards    int
	workers   int
	latency   time.Duration // of a request, on average
	phase     time.Duration // from the first request to when tokens are added; 0: an interval
	halved    time.Duration // when the bucket becomes one of 25; 0: never
	nodes     int
	nameless  bool // the nodes do not tell their names
	strangers bool // the shards do not know of each other

	most        float64 // times the ideal
	mostRefused float64 // parts of the records
}

var drives = []drive{
	{name: "490 records", records: 490, most: 1.03},
	{name: "4,990 records", records: 4990, most: 1.03},
	{name: "490 records, tokens come 12 ms after the first request", records: 490, phase: 12 * time.Millisecond, most: 1.03},
	{name: "490 records, tokens come 900 ms after the first request", records: 490, phase: 900 * time.Millisecond, most: 1.03},
	{name: "990 records, 16 workers, answers take 100 ms", records: 990, workers: 16, latency: 100 * time.Millisecond, most: 1.05},
	{name: "490 records, the bucket halved after 3.5 s", records: 490, halved: 3500 * time.Millisecond, most: 1.03},
	{name: "4,990 records, the bucket halved after 30.5 s", records: 4990, halved: 30500 * time.Millisecond, most: 1.03},
	{name: "490 records, four shards", records: 490, shards: 4, most: 1.15},
	{name: "4,990 records, four shards", records: 4990, shards: 4, most: 1.15},
	{name: "990 records, four shards of 8 workers, answers take 50 ms", records: 990, shards: 4, workers: 8, latency: 50 * time.Millisecond, most: 1.15},
	{name: "990 records, four shards, the bucket halved after 5.5 s", records: 990, shards: 4, halved: 5500 * time.Millisecond, most: 1.15},
	{name: "990 records, two nodes of 50 each", records: 990, nodes: 2, most: 1.15},
	{name: "990 records, two nodes of 50 each that have no names", records: 990, nodes: 2, nameless: true, most: 2.2},
	{name: "990 records, two that do not know of each other", records: 990, shards: 2, strangers: true, most: 1.1, mostRefused: 0.05},
}

var half = sandbox.RateLimit{Limit: 25, FillRate: 25, Interval: time.Second}

// TestPacing drives the client against the sandbox in virtual time: a minute passes in
// milliseconds, and each time in the same way. It logs its figures as a benchmark would, which
// could not have a time of its own; `make bench` shows them.
func TestPacing(t *testing.T) {
	for _, d := range drives {
		d.shards, d.workers, d.nodes = max(1, d.shards), max(4, d.workers), max(1, d.nodes)
		d.latency, d.mostRefused = cmp.Or(d.latency, 2*time.Millisecond), cmp.Or(d.mostRefused, 0.005)
		t.Run(d.name, func(t *testing.T) { synctest.Test(t, d.run) })
	}
}

func (d drive) run(t *testing.T) {
	server, err := sandbox.New(sandbox.Options{RateLimit: fifty, Nodes: d.nodes})
	if err != nil {
		t.Fatal(err)
	}
	d.shift(t, server)
	line := &line{next: server.RoundTripper(), latency: d.latency, nameless: d.nameless, dice: rand.New(rand.NewPCG(1, 1))}
	if d.halved > 0 {
		time.AfterFunc(d.halved, func() {
			if err := server.SetRateLimit(half); err != nil {
				t.Error(err)
			}
		})
	}
	start := time.Now()
	var all sync.WaitGroup
	for i := range d.shards {
		all.Go(func() { d.shard(t, line, i) })
	}
	all.Wait()
	took := time.Since(start)
	if n := len(server.Integrations()); n != d.records {
		t.Errorf("%d integrations", n)
	}
	full, less := fifty, half
	for _, l := range []*sandbox.RateLimit{&full, &less} {
		l.Limit, l.FillRate = d.nodes*l.Limit, d.nodes*l.FillRate
	}
	ideal := idealTime(line.requests-line.refused, full, less, d.halved)
	t.Logf("BenchmarkPacing/%s\t1\t%.2f s\t%.2f times-the-ideal\t%d refused\t%.2f %%-of-the-records", strings.ReplaceAll(d.name, " ", "_"),
		took.Seconds(), took.Seconds()/ideal, line.refused, 100*float64(line.refused)/float64(d.records))
	if took.Seconds() > d.most*ideal || float64(line.refused) > d.mostRefused*float64(d.records) {
		t.Errorf("want at most %.2f times and %.1f%%", d.most, 100*d.mostRefused)
	}
}

// shift lets the bucket live for a while before the run, which finds it full, but with
// moments of its own.
func (d drive) shift(t *testing.T, server *sandbox.Server) {
	if d.phase == 0 {
		return
	}
	r, err := http.NewRequest(http.MethodGet, "http://sandbox.invalid/rest/api/2/myself", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer t")
	resp, err := server.RoundTripper().RoundTrip(r)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatal(resp, err)
	}
	time.Sleep(2*time.Second - d.phase)
}

// shard is what a shard of an import does.
func (d drive) shard(t *testing.T, line *line, i int) {
	time.Sleep(time.Duration(i) * 137 * time.Millisecond) // none starts at the same moment
	config := gij.Config{BaseURL: "http://sandbox.invalid", Token: "t", Base: line, SilentRate: 10}
	if !d.strangers {
		config.Share = gij.Share{Index: i, Of: d.shards}
	}
	c, err := gij.New(config)
	if err != nil {
		t.Error(err)
		return
	}
	ctx := t.Context()
	if _, err := c.Myself(ctx); err != nil {
		t.Error(err)
	}
	if _, err := c.List(ctx, nil); err != nil {
		t.Error(err)
	}
	plan := planner.Shard(d.plan(), schema.Shard{Index: i + 1, Of: d.shards})
	run := engine.Run{Plan: plan, Waves: planner.Waves(plan, 0), Target: c, Concurrency: d.workers}
	if err := run.Start(ctx); err != nil {
		t.Error(err)
	}
	for _, o := range run.Outcomes() {
		if o.Status != schema.StatusCreated {
			t.Errorf("%s: %s", o.Status, o.Error)
		}
	}
}

func (d drive) plan() schema.Plan {
	var p schema.Plan
	for i := range d.records {
		p.Actions = append(p.Actions, schema.Action{N: i, Op: schema.OpCreate, Want: schema.NewRecord(map[schema.Field]schema.Value{
			schema.FieldType:        schema.Text("GITHUB"),
			schema.FieldDisplayName: schema.Text(fmt.Sprint("Repositories of team ", i)),
			schema.FieldPat:         schema.Text("secret"),
		})})
	}
	return p
}

// line is the way to the server. It takes its time, never twice the same, and counts.
type line struct {
	next     http.RoundTripper
	latency  time.Duration
	nameless bool

	mu                sync.Mutex
	dice              *rand.Rand
	requests, refused int
}

func (l *line) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(l.way())
	resp, err := l.next.RoundTrip(r)
	time.Sleep(l.way())
	if err != nil {
		return resp, err
	}
	if l.nameless {
		resp.Header.Del("X-ANODEID")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.requests++
	if resp.StatusCode == http.StatusTooManyRequests {
		l.refused++
	}
	return resp, nil
}

// way is half a latency, more or less.
func (l *line) way() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.latency/4 + time.Duration(l.dice.Int64N(int64(l.latency/2)))
}

// idealTime is how long so many requests take at best, in seconds: a full bucket at once,
// and each second what is added to it; from a moment on, if there is one, that of another.
func idealTime(requests int, l, later sandbox.RateLimit, from time.Duration) float64 {
	requests -= l.Limit
	for second := 0; ; second++ {
		if requests <= 0 {
			return float64(second)
		}
		if from > 0 && second+1 > int(from/time.Second) {
			l = later
		}
		requests -= l.FillRate
	}
}
