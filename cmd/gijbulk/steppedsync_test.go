package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
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

// steppedSync is a sync with its state in PostgreSQL whose messages are counted, so that it can be interrupted at
// each of them.
type steppedSync struct {
	t        *testing.T
	dir      string
	jira     *sandbox.Server
	url      string
	database *postgrestest.Server
	name     string // of the schema
	proxy    *postgrestest.Proxy

	mu     sync.Mutex
	cmd    *exec.Cmd
	ended  chan struct{}      // closed when the process has
	steps  int                // that it has come to
	at     int                // the step at which it is struck; 0: none
	strike func(*steppedSync) // interrupts it
	down   bool               // the database is
}

// The sync creates two records, updates one, sends another a new secret, and leaves one as it is.
const (
	beforeStepped = `kind,type,displayName,origin,pat,sendCommitEmails,global
,GITHUB,same,,env:PAT,,true
,GITHUB,updated,,env:PAT,true,true
repository,,rotated,https://git.example.org/rotated.git,env:OLD,,true
`
	wantedStepped = `kind,type,displayName,origin,pat,sendCommitEmails,global
,GITHUB,same,,env:PAT,,true
,GITHUB,updated,,env:PAT,false,true
repository,,rotated,https://git.example.org/rotated.git,env:PAT,,true
,GITHUB,created,,env:PAT,,true
repository,,added,https://git.example.org/added.git,env:PAT,,true
`
	oldSecret, newSecret = "an-old-secret", "a-new-secret"
)

func newSteppedSync(t *testing.T, database *postgrestest.Server) (*steppedSync, error) {
	jira, err := sandbox.New(sandbox.Options{IndexTime: time.Hour})
	if err != nil {
		return nil, err
	}
	s := &steppedSync{t: t, dir: t.TempDir(), jira: jira, database: database, name: database.NewSchema(), proxy: database.NewProxy()}
	s.proxy.Watch(s.step)
	listening := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.step()
		jira.ServeHTTP(w, r.WithContext(context.WithoutCancel(r.Context()))) // it has arrived
	}))
	t.Cleanup(func() { listening.CloseClientConnections(); listening.Close() })
	s.url = listening.URL
	return s, errors.Join(os.WriteFile(s.path("before.csv"), []byte(beforeStepped), 0o600), os.WriteFile(s.path("wanted.csv"), []byte(wantedStepped), 0o600))
}

func (s *steppedSync) path(name string) string { return filepath.Join(s.dir, name) }

// step counts a message before it is passed on.
func (s *steppedSync) step() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.steps++; s.steps == s.at {
		s.strike(s)
	}
}

func (s *steppedSync) killProcess() {
	_ = s.cmd.Process.Kill()
	<-s.ended
	s.proxy.Cut() // or what it has sent last would arrive
}

func (s *steppedSync) cutConnections() { s.proxy.Cut() }

func (s *steppedSync) killDatabase() {
	s.database.Kill()
	s.down = true
	s.proxy.Cut()
}

// interruptAt interrupts the sync at a step, continues it, and gives the number of steps that it had. The error is
// what is wrong then.
func (s *steppedSync) interruptAt(step int, strike func(*steppedSync)) (steps int, err error) {
	if err := s.do("before", "import", s.path("before.csv")); err != nil {
		return 0, err
	}
	if steps, err = s.runUntil(step, strike); err != nil {
		return 0, err
	}
	runs, err := s.runs()
	switch {
	case err != nil:
	case runs[0].Command == "sync":
		err = s.do("reports", "resume", "last")
	default: // it was not recorded
		err = s.do("reports", "sync", s.path("wanted.csv"))
	}
	if err == nil {
		err = s.checkEnd()
	}
	return steps, err
}

// runUntil runs the sync in a process of its own until that ends or is killed.
func (s *steppedSync) runUntil(step int, strike func(*steppedSync)) (steps int, err error) {
	var said bytes.Buffer
	if err := s.start(&said, step, strike); err != nil {
		return 0, err
	}
	_ = s.cmd.Wait()
	close(s.ended)
	s.mu.Lock()
	steps, s.at = s.steps, 0
	s.mu.Unlock()
	if s.down {
		s.database.Resume()
	}
	switch code := s.cmd.ProcessState.ExitCode(); {
	case code < 0, code == exitDone, code == exitTemporary: // it was killed, had done all, or see do
		return steps, nil
	case code != exitError || !strings.Contains(said.String(), "no connection to the database"):
		return steps, fmt.Errorf("exit code %d:\n%s", code, said.String())
	}
	return steps, s.checkInterrupted()
}

func (s *steppedSync) start(said io.Writer, step int, strike func(*steppedSync)) error {
	gijbulk, err := exec.LookPath("gijbulk")
	if err != nil {
		return err
	}
	s.mu.Lock() // its first step waits
	defer s.mu.Unlock()
	s.steps, s.at, s.strike, s.ended = 0, step, strike, make(chan struct{})
	s.cmd = exec.CommandContext(s.t.Context(), gijbulk, "sync", s.path("wanted.csv"))
	s.cmd.Stdout, s.cmd.Stderr, s.cmd.Env = said, said, os.Environ()
	for name, value := range s.environment(s.proxy.URL(s.name), "reports") {
		s.cmd.Env = append(s.cmd.Env, name+"="+value)
	}
	return s.cmd.Start()
}

// environment is that of a command, with all its options.
func (s *steppedSync) environment(state, reports string) map[string]string {
	return map[string]string{
		"JIRA_URL": s.url, "JIRA_TOKEN": "t", "OLD": oldSecret, "PAT": newSecret, "XDG_STATE_HOME": s.dir,
		"GIJBULK_STATE": state, "GIJBULK_REPORT_DIR": s.path(reports), "GIJBULK_YES": "true", "GIJBULK_RATE": "0", "GIJBULK_CONCURRENCY": "1",
		"GIJBULK_SETTLE": "30ms", "GIJBULK_TIMEOUT": "2s", "GIJBULK_RETRIES": "9", "GIJBULK_LOCK_TIMEOUT": "5m",
	}
}

// do runs a command in this process, and again where the machine is so busy that Jira seems not to answer.
func (s *steppedSync) do(reports string, args ...string) error {
	for try := 1; ; try++ {
		code, _, said := s.run(reports, args...)
		if code == exitDone {
			return nil
		}
		if code != exitTemporary || try == 20 {
			return fmt.Errorf("gijbulk %v: exit code %d:\n%s", args, code, said)
		}
	}
}

func (s *steppedSync) run(reports string, args ...string) (code int, stdout, stderr string) {
	var out, said bytes.Buffer
	environment := s.environment(s.database.URL(s.name), reports)
	code = run(s.t.Context(), s.t.Context(), args, process{stdin: strings.NewReader(""), stdout: &out, stderr: &said, now: time.Now, columns: func() int { return 80 },
		lookupEnv: func(name string) (string, bool) { value, set := environment[name]; return value, set }})
	return code, out.String(), said.String()
}

// recordedRun is a run of the state.
type recordedRun struct{ Command, State string }

// runs are those of the state, newest first.
func (s *steppedSync) runs() (runs []recordedRun, err error) {
	code, stdout, stderr := s.run("", "runs", "--output", "json")
	if code != exitDone {
		return nil, fmt.Errorf("gijbulk runs: exit code %d:\n%s", code, stderr)
	}
	for line := range strings.Lines(stdout) {
		var run recordedRun
		if err := json.Unmarshal([]byte(line), &run); err != nil {
			return nil, err
		}
		runs = append(runs, run)
	}
	return runs, nil
}

// checkInterrupted compares the report of a process that lost its database with the server: what it does not know it
// says, and the rest is so.
func (s *steppedSync) checkInterrupted() error {
	saved, err := reports.ReadFile(s.path("reports"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return err
	}
	live := s.live()
	for _, r := range saved.Report.Records {
		wrong := false
		switch done := len(live[r.DisplayName]) == 1 && live[r.DisplayName][0].wanted; r.Status {
		case schema.StatusCreated, schema.StatusUpdated, schema.StatusUnchanged:
			wrong = !done
		case schema.StatusUnprocessed:
			wrong = done && r.DisplayName != "same"
		default:
			wrong = r.Status != schema.StatusUnknown
		}
		if wrong {
			return fmt.Errorf("the process that was interrupted says that %q is %s, and on the server is %+v", r.DisplayName, r.Status, live[r.DisplayName])
		}
	}
	return nil
}

// checkEnd checks that the sync has ended as if it had not been interrupted, and that the state knows it.
func (s *steppedSync) checkEnd() error {
	statuses := map[string]schema.Status{"same": schema.StatusUnchanged, "updated": schema.StatusUpdated, "rotated": schema.StatusUpdated,
		"created": schema.StatusCreated, "added": schema.StatusCreated}
	if err := s.checkReport("reports", statuses); err != nil {
		return err
	}
	writes := s.jira.Counts().Writes
	if err := s.do("again", "sync", s.path("wanted.csv")); err != nil {
		return err
	}
	if n := s.jira.Counts().Writes - writes; n != 0 {
		return fmt.Errorf("another sync sends %d writes", n)
	}
	for name := range statuses {
		statuses[name] = schema.StatusUnchanged
	}
	if err := s.checkReport("again", statuses); err != nil {
		return err
	}
	runs, err := s.runs()
	if slices.ContainsFunc(runs, func(r recordedRun) bool { return r.State != "finished" }) {
		return fmt.Errorf("the runs are %v", runs)
	}
	return err
}

// checkReport compares a report with what is expected and with the server, where each record is once and as wanted.
func (s *steppedSync) checkReport(folder string, statuses map[string]schema.Status) error {
	saved, err := reports.ReadFile(s.path(folder))
	if err != nil {
		return err
	}
	live := s.live()
	if report := saved.Report; !report.Run.Complete || len(report.Records) != len(statuses) || len(live) != len(statuses) {
		return fmt.Errorf("%s: complete %v, %d records, and %d on the server", folder, report.Run.Complete, len(report.Records), len(live))
	}
	for _, r := range saved.Report.Records {
		if found := live[r.DisplayName]; len(found) != 1 || found[0] != (liveStepped{r.ID, true}) || r.Status != statuses[r.DisplayName] {
			return fmt.Errorf("%s: %q is %s with id %d, and on the server is %+v", folder, r.DisplayName, r.Status, r.ID, found)
		}
	}
	return nil
}

// liveStepped is a record on the server.
type liveStepped struct {
	id     int64
	wanted bool // it is as the sync wants it
}

// live is what is on the server, by name.
func (s *steppedSync) live() map[string][]liveStepped {
	live, now := make(map[string][]liveStepped), contentsOf(s.jira)
	for _, in := range now.integrations {
		wanted := in.PAT == newSecret && (in.DisplayName != "updated" || !in.SendCommitEmails)
		live[in.DisplayName] = append(live[in.DisplayName], liveStepped{in.ID, wanted})
	}
	for _, re := range now.plain {
		live[re.DisplayName] = append(live[re.DisplayName], liveStepped{re.ID, re.PAT == newSecret})
	}
	return live
}
