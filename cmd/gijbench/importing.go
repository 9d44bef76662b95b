package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"gijbulk/importer/sandbox"
)

const addPath = "/rest/gitplugin/1.0/integration"

// importing holds `gijbulk import` against a bare loop of POSTs with the same bodies
// and as many workers, against the same kind of sandbox in this process.
func (b bench) importing() error {
	file, bodies := filepath.Join(b.dir, "import.csv"), filepath.Join(b.dir, "bodies.jsonl")
	if err := writeCSV(file, b.records, benchPat); err != nil {
		return err
	}
	secret := filepath.Join(b.dir, "secret")
	if err := os.WriteFile(secret, []byte("bench-token"), 0o600); err != nil {
		return err
	}
	run := func(state string) func() (pace, error) {
		return func() (pace, error) {
			return b.against(bodies, func(url string) (usage, error) {
				return measure(b.gijbulk, "import", file, "--jira", url, "--yes", "--rate", "0", "--quiet", "--concurrency", fmt.Sprint(b.workers),
					"--set", "pat=file:"+secret, "--report-dir", filepath.Join(b.dir, "reports"), "--state", state)
			})
		}
	}
	slower := func(a, b pace) int { return int(a.perSecond - b.perSecond) }
	ours, bare, err := inTurn(b.rounds, run("none"),
		func() (pace, error) {
			return b.against("", func(url string) (usage, error) { return b.self("http", url, bodies) })
		}, slower)
	if err != nil {
		return err
	}
	b.tell("import of %d records with %d workers: %.0f a second between the first and the last write, %.2f of the bare loop's (%.0f a second); the whole command %.0f a second, %.2f of the bare loop's; peak memory %.0f MB",
		b.records, b.workers, ours.perSecond, ours.perSecond/bare.perSecond, bare.perSecond,
		float64(b.records)/ours.wall.Seconds(), float64(b.records)/ours.wall.Seconds()/bare.perSecond, megabytes(ours.memory))
	states := 0
	kept, without, err := inTurn(b.rounds, func() (pace, error) {
		states++ // each run has a state file of its own: an import would know the ids of the last
		return run(filepath.Join(b.dir, fmt.Sprintf("state%d.db", states)))()
	}, run("none"), slower)
	if err != nil {
		return err
	}
	b.tell("import of %d records with the journal: %.0f a second between the first and the last write, %.2f of the bare loop's, %.2f of what it is without; the whole command %.0f a second, %.2f of the bare loop's",
		b.records, kept.perSecond, kept.perSecond/bare.perSecond, kept.perSecond/without.perSecond,
		float64(b.records)/kept.wall.Seconds(), float64(b.records)/kept.wall.Seconds()/bare.perSecond)
	return nil
}

// pace is how fast writes came in.
type pace struct {
	usage
	perSecond float64 // between the first and the last write
}

// against runs a program against a fresh sandbox and times the writes where they
// arrive. Their bodies are kept in a file where one is named.
func (b bench) against(bodies string, program func(url string) (usage, error)) (pace, error) {
	server, err := sandbox.New(sandbox.Options{IndexTime: time.Hour})
	if err != nil {
		return pace{}, err
	}
	watch := &stopwatch{next: server}
	listening := httptest.NewServer(watch)
	defer listening.Close()
	used, err := program(listening.URL)
	if err != nil {
		return pace{}, err
	}
	if n := len(server.Integrations()); n != b.records {
		return pace{}, fmt.Errorf("the server holds %d integrations, want %d", n, b.records)
	}
	if bodies != "" {
		if err := os.WriteFile(bodies, bytes.Join(watch.bodies, []byte("\n")), 0o600); err != nil {
			return pace{}, err
		}
	}
	return pace{used, float64(b.records) / watch.last.Sub(watch.first).Seconds()}, nil
}

// stopwatch notes when writes come in, and what they hold.
type stopwatch struct {
	next        http.Handler
	mu          sync.Mutex
	first, last time.Time
	bodies      [][]byte
}

func (s *stopwatch) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.mu.Lock()
		s.last = time.Now()
		if s.first.IsZero() {
			s.first = s.last
		}
		s.bodies = append(s.bodies, body)
		s.mu.Unlock()
	}
	s.next.ServeHTTP(w, r)
}

// bareHTTP posts the bodies of a file, and reads the answers, with nothing around it.
func bareHTTP(url, bodies string, workers int) error {
	file, err := os.Open(bodies)
	if err != nil {
		return err
	}
	defer file.Close()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: workers}}
	var pool errgroup.Group
	pool.SetLimit(workers)
	for lines := bufio.NewScanner(file); lines.Scan(); {
		body := bytes.Clone(lines.Bytes())
		pool.Go(func() error { return post(client, url, body) })
	}
	return pool.Wait()
}

func post(client *http.Client, url string, body []byte) error {
	request, err := http.NewRequest(http.MethodPost, url+addPath, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer bench")
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Atlassian-Token", "no-check")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, response.Body)
	if response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %w", response.Status, err)
	}
	return errors.Join(err, response.Body.Close())
}
