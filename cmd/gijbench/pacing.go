package main

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"gijbulk/importer/sandbox"
)

// fifty is a bucket of 50 tokens that is filled each second.
var fifty = sandbox.RateLimit{Limit: 50, FillRate: 50, Interval: time.Second}

// pacing holds imports against the least time in which a token bucket lets so many
// requests in: for real, with one process and with four shards, and then, where that would
// take minutes, in virtual time by the test beside this file.
func (b bench) pacing() error {
	return errors.Join(b.paced(1), b.paced(4), b.virtually())
}

// paced imports 490 records for real.
func (b bench) paced(shards int) error {
	const records = 490
	file, secret := filepath.Join(b.dir, "paced.csv"), filepath.Join(b.dir, "secret")
	if err := errors.Join(writeCSV(file, records, "file:"+secret), os.WriteFile(secret, []byte("bench-token"), 0o600)); err != nil {
		return err
	}
	server, err := sandbox.New(sandbox.Options{IndexTime: time.Hour, RateLimit: fifty})
	if err != nil {
		return err
	}
	tally := &tally{next: server}
	listening := httptest.NewServer(tally)
	defer listening.Close()
	started := time.Now()
	var all errgroup.Group
	for i := range shards {
		all.Go(func() error {
			own := filepath.Join(b.dir, fmt.Sprintf("paced%d-%d", i+1, shards))
			_, err := measure(b.gijbulk, "import", file, "--jira", listening.URL, "--yes", "--quiet",
				"--shard", fmt.Sprintf("%d/%d", i+1, shards), "--report-dir", own, "--state", own+".db")
			return err
		})
	}
	if err := all.Wait(); err != nil {
		return err
	}
	took := time.Since(started)
	if n := len(server.Integrations()); n != records {
		return fmt.Errorf("the server holds %d integrations, want %d", n, records)
	}
	refused := int(tally.refused.Load())
	b.tell("%s", pacingFigure(fmt.Sprintf("%d records, %d at once, for real", records, shards), took, idealTime(int(tally.all.Load())-refused, fifty, fifty, 0), refused, records))
	return nil
}

// virtually shows the figures of the test.
func (b bench) virtually() error {
	out, err := exec.Command("go", "test", "-count=1", "-v", "-run", "^TestPacing$", "gijbulk/cmd/gijbench").CombinedOutput()
	if err != nil {
		return fmt.Errorf("go test: %w\n%s", err, out)
	}
	for line := range bytes.Lines(out) {
		if _, figure, ok := bytes.Cut(line, []byte(pacingMark)); ok {
			b.tell("%s%s", pacingMark, bytes.TrimSpace(figure))
		}
	}
	return nil
}

const pacingMark = "import against a bucket of 50 a second, "

func pacingFigure(what string, took time.Duration, ideal float64, refused, records int) string {
	return fmt.Sprintf("%s%s: %.2f s, %.2f times the ideal (%.0f s); %d refused, %.2f%% of the records",
		pacingMark, what, took.Seconds(), took.Seconds()/ideal, ideal, refused, 100*float64(refused)/float64(records))
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
