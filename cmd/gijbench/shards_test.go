package main

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"gijbulk/importer/sandbox"
)

// fifty is a bucket of 50 tokens that is filled each second.
var fifty = sandbox.RateLimit{Limit: 50, FillRate: 50, Interval: time.Second}

// BenchmarkPaced compares imports with the least time in which a token bucket of 50 a second lets
// so many requests in, with one process and with four shards. TestPacing of the client's package
// has more of it, in virtual time.
func BenchmarkPaced(b *testing.B) {
	const records = 490
	for _, shards := range []int{1, 4} {
		b.Run(fmt.Sprintf("%d records, %d at once", records, shards), func(b *testing.B) {
			file := writeInput(b, "paced.csv", func(name string) error { return writeCSV(name, records) })
			secret := writeInput(b, "secret", func(name string) error { return os.WriteFile(name, []byte("bench-token"), 0o600) })
			measured := inTurn(b, func() (paced, error) { return importPaced(b, file, secret, records, shards) })[0]
			b.ReportMetric(median(measured, paced.seconds), "s")
			b.ReportMetric(ratio(measured, measured, paced.seconds, paced.ideal), "times-the-ideal")
			b.ReportMetric(median(measured, paced.share), "%-refused")
		})
	}
}

// paced is an import against a bucket.
type paced struct {
	took                   time.Duration
	accepted, refused, all int
}

func (p paced) seconds() float64 { return p.took.Seconds() }
func (p paced) share() float64   { return 100 * float64(p.refused) / float64(p.all) }

// ideal is how long so many requests take at best: a full bucket at once, and each second
// what is added to it.
func (p paced) ideal() float64 {
	return math.Ceil(float64(p.accepted-fifty.Limit) / float64(fifty.FillRate))
}

func importPaced(b *testing.B, file, secret string, records, shards int) (paced, error) {
	server, err := sandbox.New(sandbox.Options{IndexTime: time.Hour, RateLimit: fifty})
	if err != nil {
		return paced{}, err
	}
	tally := &tally{next: server}
	listening := httptest.NewServer(tally)
	defer listening.Close()
	started := time.Now()
	var all errgroup.Group
	for i := range shards {
		own := filepath.Join(b.TempDir(), "reports")
		run := program(b, "import", file, "--jira", listening.URL, "--yes", "--quiet", "--set", "pat=file:"+secret,
			"--shard", fmt.Sprintf("%d/%d", i+1, shards), "--report-dir", own, "--state", own+".db")
		all.Go(func() error {
			_, err := run()
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return paced{}, err
	}
	took := time.Since(started)
	if n := len(server.Integrations()); n != records {
		return paced{}, fmt.Errorf("the server holds %d integrations, want %d", n, records)
	}
	refused := int(tally.refused.Load())
	return paced{took, int(tally.all.Load()) - refused, refused, records}, nil
}

// tally counts requests, and those that were refused.
type tally struct {
	next         http.Handler
	all, refused atomic.Int64
}

func (t *tally) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t.all.Add(1)
	t.next.ServeHTTP(&listener{w, &t.refused}, r)
}

// listener hears a refusal.
type listener struct {
	http.ResponseWriter
	refused *atomic.Int64
}

func (l *listener) WriteHeader(status int) {
	if status == http.StatusTooManyRequests {
		l.refused.Add(1)
	}
	l.ResponseWriter.WriteHeader(status)
}
