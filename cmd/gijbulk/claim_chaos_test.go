package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gijbulk/importer/journal/postgrestest"
	"gijbulk/importer/sandbox"
	"gijbulk/reports"
	"gijbulk/schema"
)

// TestClaimChaos shares a fleet among three processes without a common folder, kills one of them again
// and again, and starts it again. In the end each Jira has each record once, the report says so, and none was
// worked on by two processes at once. `make chaos` has more Jiras and kills more often (GIJBULK_CHAOS_KILLS).
func TestClaimChaos(t *testing.T) {
	kills, targets := 5, 4
	if os.Getenv("GIJBULK_CHAOS_KILLS") != "" {
		kills, targets = 20, 12
	}
	c := newClaimChaos(t, targets)
	random := rand.New(rand.NewPCG(5, 16))
	died := 0
	for ; died < kills; died++ {
		if !c.killAfter(t, random.IntN(2*targets*recordsOfClaim/kills), c.processes[random.IntN(len(c.processes))]) {
			break // the fleet has ended
		}
	}
	if died < kills/2 {
		t.Errorf("only %d of %d kills hit a running process", died, kills)
	}
	place := ""
	for _, p := range c.processes {
		if err := <-p.ended; err != nil {
			t.Fatalf("%s: %v\n%s", p.name, err, p.said.String())
		}
		found := regexp.MustCompile(`(?m)^report: [^:]*:(.*)$`).FindStringSubmatch(p.said.String())
		if found == nil || place != "" && place != found[1] {
			t.Fatalf("%s: not the report %s\n%s", p.name, place, p.said.String())
		}
		place = found[1]
	}
	c.expectEachOnce(t, place)
	for _, s := range c.servers {
		s.expectOneAtATime(t)
	}
}

const recordsOfClaim = 12

type claimChaos struct {
	t          *testing.T
	config     string
	state      string
	servers    []*watchedServer
	processes  []*claimProcess
	mu         sync.Mutex
	terminated map[string]bool // processes, by token
}

// claimProcess is one of the processes, in its folder; its token says to the servers which it is.
type claimProcess struct {
	name   string
	starts int
	cmd    *exec.Cmd
	said   *bytes.Buffer
	ended  chan error
}

func (p *claimProcess) token() string { return fmt.Sprint(p.name, ".", p.starts) }

func newClaimChaos(t *testing.T, targets int) *claimChaos {
	database := postgrestest.Start(t)
	c := &claimChaos{t: t, state: database.URL(database.NewSchema()), config: filepath.Join(t.TempDir(), "gijbulk.yaml"), terminated: make(map[string]bool)}
	var text, table strings.Builder
	text.WriteString("targets:\n")
	for i := range targets {
		s := c.serve(t, fmt.Sprint("jira-", i+1), i)
		fmt.Fprintf(&text, "  %s: {url: %s, token: env:PROCESS, manifests: all.csv}\n", s.name, s.url)
	}
	table.WriteString("type,displayName,pat\n")
	for i := range recordsOfClaim {
		fmt.Fprintf(&table, "GITHUB,organization %d,env:PAT\n", i)
	}
	for path, content := range map[string]string{c.config: text.String(), filepath.Join(filepath.Dir(c.config), "all.csv"): table.String()} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"first", "second", "third"} {
		p := &claimProcess{name: name}
		c.processes = append(c.processes, p)
		c.start(p)
		t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	}
	return c
}

func (c *claimChaos) start(p *claimProcess) {
	c.t.Helper()
	gijbulk, err := exec.LookPath("gijbulk")
	if err != nil {
		c.t.Fatal(err)
	}
	folder := filepath.Join(filepath.Dir(c.config), p.name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		c.t.Fatal(err)
	}
	p.starts++
	p.said, p.ended = new(bytes.Buffer), make(chan error, 1)
	p.cmd = exec.Command(gijbulk, "import", "--target", "all", "--claim", "tonight", "--targets-at-once", "2", "--config", c.config, "--state", c.state, "--yes",
		"--rate", "0", "--settle", "30ms", "--timeout", "1s", "--retries", "9", "--concurrency", "2", "--report-dir", "reports")
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = folder, p.said, p.said
	p.cmd.Env = append(os.Environ(), "PROCESS="+p.token(), "PAT=a-secret-value", "XDG_STATE_HOME="+folder)
	if err := p.cmd.Start(); err != nil {
		c.t.Fatal(err)
	}
	go func(cmd *exec.Cmd, ended chan error) { ended <- cmd.Wait() }(p.cmd, p.ended)
}

// killAfter kills a process when the servers have got this many more writes, and starts it again. It reports
// whether there was still something to kill.
func (c *claimChaos) killAfter(t *testing.T, writes int, p *claimProcess) bool {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	late := time.After(10 * time.Minute)
	for wanted := c.writes() + writes; c.writes() < wanted; {
		select {
		case <-late:
			t.Fatalf("after 10 minutes the servers have not got %d more writes; %s says\n%s", writes, p.name, p.said.String())
		case err := <-p.ended:
			p.ended <- err
			return false
		case <-tick.C:
		}
	}
	c.mu.Lock()
	c.terminated[p.token()] = true
	c.mu.Unlock()
	_ = p.cmd.Process.Kill()
	<-p.ended
	c.start(p)
	return true
}

func (c *claimChaos) writes() (n int) {
	for _, s := range c.servers {
		n += s.Counts().Writes
	}
	return n
}

// watchedServer notes which process has sent the writes that it got.
type watchedServer struct {
	*sandbox.Server
	name, url string

	mu     sync.Mutex
	writes []string // tokens
}

func (c *claimChaos) serve(t *testing.T, name string, seed int) *watchedServer {
	faults, err := sandbox.ParseFaults(fmt.Sprintf("seed=%d,latency=5ms,drop-after=3%%,503=3%%", seed))
	if err != nil {
		t.Fatal(err)
	}
	server, err := sandbox.New(sandbox.Options{Faults: faults, IndexTime: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	s := &watchedServer{Server: server, name: name}
	listening := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			c.note(s, strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		}
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(func() { listening.CloseClientConnections(); listening.Close() })
	s.url = listening.URL
	c.servers = append(c.servers, s)
	return s
}

// note leaves out what a process sent before it was killed, and arrives after that.
func (c *claimChaos) note(s *watchedServer, token string) {
	c.mu.Lock()
	late := c.terminated[token]
	c.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !late {
		s.writes = append(s.writes, token)
	}
}

// expectOneAtATime: whoever has written does not write again once another process has.
func (s *watchedServer) expectOneAtATime(t *testing.T) {
	t.Helper()
	turns := slices.Compact(slices.Clone(s.writes))
	if sorted := slices.Compact(slices.Sorted(slices.Values(turns))); len(sorted) != len(turns) || len(turns) == 0 {
		t.Errorf("%s was written to by %v", s.name, turns)
	}
}

func (c *claimChaos) expectEachOnce(t *testing.T, place string) {
	t.Helper()
	fleet := readFleet(t, place)
	if len(fleet.Targets) != len(c.servers) || fleet.Fleet.Exit != exitDone || fleet.Fleet.Ended.IsZero() || fleet.Fleet.Claim != "tonight" {
		t.Errorf("%+v", fleet)
	}
	for i, s := range c.servers {
		ids := make(map[string][]int64)
		for _, in := range s.Integrations() {
			ids[in.DisplayName] = append(ids[in.DisplayName], in.ID)
		}
		info := fleet.Targets[i]
		saved, err := reports.ReadFile(filepath.Join(filepath.Dir(place), info.Report))
		if err != nil {
			t.Fatal(err)
		}
		if info.Name != s.name || info.Counts[schema.StatusCreated] != recordsOfClaim || saved.Report.Run.ID != info.Run || !saved.Report.Run.Complete || len(saved.Report.Records) != recordsOfClaim {
			t.Errorf("%s: %+v, and its report has %d records of run %s", s.name, info, len(saved.Report.Records), saved.Report.Run.ID)
		}
		for _, r := range saved.Report.Records {
			if live := ids[r.DisplayName]; len(live) != 1 || r.Status != schema.StatusCreated || r.ID != live[0] {
				t.Errorf("%s: on the server %v, in the report %+v", s.name, live, r)
			}
		}
	}
}
