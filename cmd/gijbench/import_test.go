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
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"gijbulk/importer/journal/postgrestest"
	"gijbulk/importer/sandbox"
)

const addPath = "/rest/gitplugin/1.0/integration"

// BenchmarkImport compares `gijbulk import`, without a journal and with one, with a bare loop of
// POSTs with the same bodies and as many workers, against the same kind of sandbox in this
// process. Between the first and the last write, and as a whole command.
func BenchmarkImport(b *testing.B) {
	const workers = 16
	for _, records := range []int{1_000, 20_000} {
		b.Run(fmt.Sprint(records, " records with ", workers, " workers"), func(b *testing.B) {
			file := writeInput(b, "import.csv", func(name string) error { return writeCSV(name, records) })
			secret := writeInput(b, "secret", func(name string) error { return os.WriteFile(name, []byte("bench-token"), 0o600) })
			bodies := filepath.Join(b.TempDir(), "bodies.jsonl")
			ours := func(state string) func() (pace, error) {
				return importing(b, importOf{records, workers, file, secret, bodies}, func(dir string) string { return strings.ReplaceAll(state, "DIR", dir) })
			}
			bare := func() (pace, error) {
				return against(records, "", func(url string) (usage, error) { return baseline("http", url, bodies, fmt.Sprint(workers))() })
			}
			measured := inTurn(b, ours("none"), bare, ours("DIR/state.db"))
			for i, name := range map[int]string{0: "", 2: "-with-the-journal"} {
				b.ReportMetric(median(measured[i], pace.writes), "writes/s"+name)
				b.ReportMetric(ratio(measured[i], measured[1], pace.writes, pace.writes), "of-the-bare-loop"+name)
				b.ReportMetric(ratio(measured[i], measured[1], pace.whole, pace.writes), "of-the-bare-loop-as-a-whole-command"+name)
			}
			b.ReportMetric(median(measured[0], pace.MB), "MB-at-most")
		})
	}
}

// BenchmarkPostgres compares `gijbulk import` with its state in PostgreSQL, on this machine, with one
// whose state is a file.
func BenchmarkPostgres(b *testing.B) {
	const records, workers = 20_000, 16
	b.Run(fmt.Sprint("import of ", records, " records with ", workers, " workers"), func(b *testing.B) {
		server := postgrestest.Start(b, "-c fsync=on")
		all := importOf{records, workers, writeInput(b, "import.csv", func(name string) error { return writeCSV(name, records) }),
			writeInput(b, "secret", func(name string) error { return os.WriteFile(name, []byte("bench-token"), 0o600) }), ""}
		measured := inTurn(b, importing(b, all, func(string) string { return server.URL(server.NewSchema()) }),
			importing(b, all, func(dir string) string { return filepath.Join(dir, "state.db") }))
		b.ReportMetric(median(measured[0], pace.writes), "writes/s")
		b.ReportMetric(ratio(measured[0], measured[1], pace.writes, pace.writes), "of-SQLite")
		b.ReportMetric(ratio(measured[0], measured[1], pace.whole, pace.whole), "of-SQLite-as-a-whole-command")
	})
}

// importOf is what an import is measured with.
type importOf struct {
	records, workers     int
	file, secret, bodies string // bodies is where those of its requests go; "": nowhere
}

// importing measures an import each time with another state: it would know the ids of the last.
func importing(b *testing.B, o importOf, state func(dir string) string) func() (pace, error) {
	return func() (pace, error) {
		return against(o.records, o.bodies, func(url string) (usage, error) {
			dir := b.TempDir()
			return program(b, "import", o.file, "--jira", url, "--yes", "--rate", "0", "--quiet", "--concurrency", fmt.Sprint(o.workers),
				"--set", "pat=file:"+o.secret, "--report-dir", filepath.Join(dir, "reports"), "--state", state(dir))()
		})
	}
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
func against(records int, bodies string, program func(url string) (usage, error)) (pace, error) {
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
	if n := len(server.Integrations()); n != records {
		return pace{}, fmt.Errorf("the server holds %d integrations, want %d", n, records)
	}
	if bodies != "" {
		if err := os.WriteFile(bodies, bytes.Join(watch.bodies, []byte("\n")), 0o600); err != nil {
			return pace{}, err
		}
	}
	return pace{used, records, watch.last.Sub(watch.first)}, nil
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
func bareHTTP(args []string) error {
	url, bodies := args[0], args[1]
	workers, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
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
