package main

import (
	"bufio"
	"bytes"
	"cmp"
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
	bodies := filepath.Join(b.dir, "bodies.jsonl")
	run, err := b.imports(bodies)
	if err != nil {
		return err
	}
	measured, err := allInTurn(importRounds*b.rounds, run("none"),
		func() (pace, error) {
			return b.against("", func(url string) (usage, error) { return b.self("http", url, bodies) })
		}, run(""))
	if err != nil {
		return err
	}
	ours, bare, kept := paces(measured[0]), paces(measured[1]), paces(measured[2])
	b.tell("import of %d records with %d workers: %.0f a second between the first and the last write, %.2f of the bare loop's (%.0f a second); the whole command %.0f a second, %.2f of the bare loop's; peak memory %.0f MB",
		b.records, b.workers, ours.median(pace.writes), ours.over(bare, pace.writes), bare.median(pace.writes),
		ours.median(pace.whole), ours.over(bare, pace.whole), ours.median(func(p pace) float64 { return megabytes(p.memory) }))
	b.tell("import of %d records with the journal: %.0f a second between the first and the last write, %.2f of the bare loop's, %.2f of what it is without; the whole command %.0f a second, %.2f of the bare loop's",
		b.records, kept.median(pace.writes), kept.over(bare, pace.writes), kept.over(ours, pace.writes),
		kept.median(pace.whole), kept.over(bare, pace.whole))
	return nil
}

// importRounds is how many rounds of this part there are for each of the others: the
// program and the sandbox share the machine, and their pace swings by a tenth from one run
// to the next.
const importRounds = 3

// paces are those of one program, a round each.
type paces []pace

func (p paces) median(of func(pace) float64) float64 {
	var values []float64
	for _, v := range p {
		values = append(values, of(v))
	}
	return median(values, cmp.Compare[float64])
}

// over is the median of what these are of another program's writes a second, each in its
// round: from one round to the next the machine may have become faster or slower.
func (p paces) over(base paces, of func(pace) float64) float64 {
	var ratios []float64
	for i, v := range p {
		ratios = append(ratios, of(v)/base[i].writes())
	}
	return median(ratios, cmp.Compare[float64])
}

// imports is an import that is ready to be run, with a state file or, in the place of its
// name, "none"; "" is a new one each time: an import would know the ids of the last. What it
// sends is kept in a file where one is named.
func (b bench) imports(bodies string) (run func(state string) func() (pace, error), err error) {
	file, secret := filepath.Join(b.dir, "import.csv"), filepath.Join(b.dir, "secret")
	if err := errors.Join(writeCSV(file, b.records, benchPat), os.WriteFile(secret, []byte("bench-token"), 0o600)); err != nil {
		return nil, err
	}
	states := 0
	return func(state string) func() (pace, error) {
		return func() (pace, error) {
			state := state
			if state == "" {
				states++
				state = filepath.Join(b.dir, fmt.Sprintf("state%d-%d.db", b.records, states))
			}
			return b.against(bodies, func(url string) (usage, error) {
				return measure(b.gijbulk, "import", file, "--jira", url, "--yes", "--rate", "0", "--quiet", "--concurrency", fmt.Sprint(b.workers),
					"--set", "pat=file:"+secret, "--report-dir", filepath.Join(b.dir, "reports"), "--state", state)
			})
		}
	}, nil
}

// pace is how fast records came in.
type pace struct {
	usage
	records int
	writing time.Duration // from the first to the last
}

func (p pace) writes() float64 { return float64(p.records) / p.writing.Seconds() } // a second
func (p pace) whole() float64  { return float64(p.records) / p.wall.Seconds() }    // a second of the whole command

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
	return pace{used, b.records, watch.last.Sub(watch.first)}, nil
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
