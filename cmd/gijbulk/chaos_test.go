package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"gijbulk/importer/sandbox"
	"gijbulk/reports"
	"gijbulk/schema"
)

// TestChaos imports records of both kinds into a server on a bad day, and kills the process again and
// again at seeded moments; each time the run is resumed. At the end the server holds
// each record exactly once, and the report says so for each. A process is killed only once the server has
// got more writes, so that each resume has to make progress. `make chaos` kills it more often
// (GIJBULK_CHAOS_KILLS).
func TestChaos(t *testing.T) {
	kills, records := 10, 300
	if s := os.Getenv("GIJBULK_CHAOS_KILLS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		kills, records = n, 1000
	}
	c := newChaos(t, records)
	random := rand.New(rand.NewPCG(7, 11))
	args := []string{"import", c.manifest, "--yes"}
	died := 0
	for ; died < kills; died++ {
		if !c.killAfter(t, args, random.IntN(2*records/kills)) {
			break // it was done before it could be killed
		}
		// What died before it was kept has sent nothing, and begins anew.
		if c.kept(t) {
			args = []string{"resume", "last"}
		}
	}
	if died < kills/2 {
		t.Errorf("only %d of %d kills hit a running process", died, kills)
	}
	if args[0] == "import" && died > 0 {
		t.Fatal("no run was kept")
	}
	if out, err := c.command(t, "resume", "last").CombinedOutput(); err != nil {
		t.Fatalf("the last resume: %v\n%s", err, out)
	}
	c.expectEachOnce(t, records)
}

type chaos struct {
	dir, manifest, url string
	server             *sandbox.Server
}

func newChaos(t *testing.T, records int) *chaos {
	t.Helper()
	faults, err := sandbox.ParseFaults("seed=5,latency=2ms,drop-after=3%,drop-before=3%,503=3%,cut=1%")
	if err != nil {
		t.Fatal(err)
	}
	server, err := sandbox.New(sandbox.Options{Faults: faults, IndexTime: time.Hour, Tracked: 2})
	if err != nil {
		t.Fatal(err)
	}
	listening := httptest.NewServer(server)
	t.Cleanup(func() { listening.CloseClientConnections(); listening.Close() })
	c := &chaos{dir: t.TempDir(), url: listening.URL, server: server}
	c.manifest = filepath.Join(c.dir, "m.csv")
	var table strings.Builder
	table.WriteString("kind,type,displayName,origin,pat\n")
	for i := range records {
		if i%3 == 0 {
			fmt.Fprintf(&table, "repository,,repository %d,https://git.example.org/%[1]d.git,env:PAT\n", i)
		} else {
			fmt.Fprintf(&table, ",GITHUB,organisation %d,,env:PAT\n", i)
		}
	}
	if err := os.WriteFile(c.manifest, []byte(table.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

// command makes the real program in a process of its own.
func (c *chaos) command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	gijbulk, err := exec.LookPath("gijbulk")
	if err != nil {
		t.Fatal(err)
	}
	args = append(args, "--jira", c.url, "--rate", "0", "--settle", "30ms", "--timeout", "1s", "--concurrency", "8", "--retries", "9",
		"--state", filepath.Join(c.dir, "state.db"), "--report-dir", filepath.Join(c.dir, "reports"))
	cmd := exec.CommandContext(t.Context(), gijbulk, args...)
	cmd.Env = append(os.Environ(), "JIRA_TOKEN=t", "PAT=a-secret-value", "XDG_STATE_HOME="+c.dir)
	return cmd
}

// killAfter runs a command and kills it when the server has got this many more writes.
// It reports whether there was still something to kill.
func (c *chaos) killAfter(t *testing.T, args []string, writes int) bool {
	t.Helper()
	cmd := c.command(t, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	before := c.server.Counts().Writes
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	late := time.After(5 * time.Minute)
	for {
		select {
		case <-late:
			_ = cmd.Process.Kill()
			t.Fatalf("%v: after 5 minutes the server has not got %d more writes\n%s", args, writes, out.String())
		case err := <-ended:
			if err != nil {
				t.Fatalf("%v ended with %v\n%s", args, err, out.String())
			}
			return false
		case <-tick.C:
			if c.server.Counts().Writes-before < writes {
				continue
			}
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			<-ended
			return true
		}
	}
}

// kept reports whether the state file has a run.
func (c *chaos) kept(t *testing.T) bool {
	t.Helper()
	gijbulk, err := exec.LookPath("gijbulk")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), gijbulk, "runs", "--output", "json", "--state", filepath.Join(c.dir, "state.db")).Output()
	if err != nil {
		t.Fatal(err)
	}
	return len(out) > 0
}

func (c *chaos) expectEachOnce(t *testing.T, records int) {
	t.Helper()
	ids := make(map[string][]int64)
	live := contentsOf(c.server)
	for _, in := range live.integrations {
		ids[in.DisplayName] = append(ids[in.DisplayName], in.ID)
	}
	for _, re := range live.plain {
		ids[re.DisplayName] = append(ids[re.DisplayName], re.ID)
	}
	saved, err := reports.ReadFile(filepath.Join(c.dir, "reports"))
	if err != nil {
		t.Fatal(err)
	}
	report := saved.Report
	if !report.Run.Complete || len(report.Records) != records {
		t.Errorf("complete %v, %d records", report.Run.Complete, len(report.Records))
	}
	for _, r := range report.Records {
		live := ids[r.DisplayName]
		if len(live) != 1 || r.Status != schema.StatusCreated || r.ID != live[0] {
			line, _ := json.Marshal(r)
			t.Errorf("on the server %v, in the report %s", live, line)
		}
	}
}
