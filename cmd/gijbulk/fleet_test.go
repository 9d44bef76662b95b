package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gijbulk/importer/sandbox"
	"gijbulk/reports"
)

// fleetOfSandboxes runs a command line on a configuration with three targets, which one sandbox answers.
func fleetOfSandboxes(t *testing.T, ctx context.Context, line string, adjust func(*process)) (code int, stdout, stderr string) {
	t.Helper()
	server, err := sandbox.New(sandbox.Options{Token: "the-right-token"})
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	var targets strings.Builder
	for _, name := range []string{"first", "second", "third"} {
		targets.WriteString("  " + name + ": {url: https://" + name + ".example.org, token: env:TOKEN, manifests: all.csv}\n")
	}
	for name, text := range map[string]string{"gijbulk.yaml": "targets:\n" + targets.String(), "all.csv": "type,displayName,pat\nGITHUB,Acme,env:TOKEN\n"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out, said bytes.Buffer
	p := process{stdin: strings.NewReader(""), stdout: &out, stderr: &said, now: time.Now, transport: server.RoundTripper(), locks: filepath.Join(t.TempDir(), "locks"),
		columns: func() int { return 60 },
		lookupEnv: func(name string) (string, bool) {
			token, set := map[string]string{"TOKEN": "the-right-token"}[name]
			return token, set
		}}
	if adjust != nil {
		adjust(&p)
	}
	code = run(ctx, context.WithoutCancel(ctx), strings.Fields(line+" --config gijbulk.yaml"), p)
	return code, out.String(), said.String()
}

// TestFleetAtATerminal: a person gets a line that says how far it is, and a table; no log of each target.
func TestFleetAtATerminal(t *testing.T) {
	code, stdout, stderr := fleetOfSandboxes(t, t.Context(), "audit --target all --state none", func(p *process) { p.stderrIsTerminal = true })
	if code != exitDrift || strings.Contains(stderr, "INF") || strings.Contains(stderr, "first:") {
		t.Errorf("exit code %d, and on standard error\n%s", code, stderr)
	}
	for _, want := range []string{"0/3", "TARGET  RESULT\n", "second  drift   1 integration to create\n"} {
		if !strings.Contains(stderr, want) {
			t.Errorf("%q is not in\n%s", want, stderr)
		}
	}
	if strings.Count(stdout, ":\n+ create") != 3 {
		t.Errorf("the plans are\n%s", stdout)
	}
}

// TestFleetIsInterrupted: a target that has not been started is not started any more, and the report
// is there.
func TestFleetIsInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(interrupted{syscall.SIGTERM})
	code, _, stderr := fleetOfSandboxes(t, ctx, "sync --target first,third --yes --state none --report-dir r", nil)
	if code != exitTerminated || strings.Contains(stderr, "manifest checked") || strings.Count(stderr, "  terminated  stopped by a signal (terminated)") != 2 {
		t.Errorf("exit code %d, and on standard error\n%s", code, stderr)
	}
	if _, err := os.Stat("r/report.json"); err != nil {
		t.Error(err)
	}
}

// toHost is a transport that does something before each request to one host.
type toHost struct {
	http.RoundTripper
	host   string
	before func()
}

func (h toHost) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Host == h.host {
		h.before()
	}
	return h.RoundTripper.RoundTrip(r)
}

// TestFleetSurvivesAPanic: it is the failure of one target.
func TestFleetSurvivesAPanic(t *testing.T) {
	code, _, stderr := fleetOfSandboxes(t, t.Context(), "audit --target all --state none --report-dir r --log-level debug", func(p *process) {
		p.transport = toHost{p.transport, "second.example.org", func() { panic("out of the-right-token") }}
	})
	if code != exitError || !strings.Contains(stderr, "second: gijbulk: error: internal error: out of [secret]\n") || !strings.Contains(stderr, "runtime/debug.Stack") || strings.Contains(stderr, "the-right-token") {
		t.Errorf("exit code %d, and on standard error\n%s", code, stderr)
	}
	fleet := readFleet(t, "r/report.json")
	for i, want := range []int{exitDrift, exitError, exitDrift} {
		if got := fleet.Targets[i]; got.Exit != want {
			t.Errorf("%+v", got)
		}
	}
}

// TestFleetLinksToItsOwnReports: what an earlier command has left in the folder of a target is not its report,
// and a page elsewhere leads to the targets' too.
func TestFleetLinksToItsOwnReports(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	line := "sync --target first,second --yes --state none --report-dir " + dir + " --report html --report html=" + filepath.Join(elsewhere, "fleet.html")
	for _, tt := range []struct {
		wrong string // the target that cannot be reached
		links int
	}{{"", 2}, {"second.example.org", 1}} {
		fleetOfSandboxes(t, t.Context(), line, func(p *process) {
			p.transport = toHost{p.transport, tt.wrong, func() { panic("out of order") }}
		})
		page, err := os.ReadFile(filepath.Join(elsewhere, "fleet.html"))
		if err != nil {
			t.Fatal(err)
		}
		links := regexp.MustCompile(`href="([^"]*/report.html)"`).FindAllStringSubmatch(string(page), -1)
		if len(links) != tt.links {
			t.Errorf("the page links to %q", links)
		}
		for _, link := range links {
			if _, err := os.Stat(filepath.Join(elsewhere, link[1])); err != nil {
				t.Error(err)
			}
		}
		for _, target := range readFleet(t, filepath.Join(dir, "report.json")).Targets {
			if failed := target.URL == "https://"+tt.wrong; failed == (target.Report != "") {
				t.Errorf("%+v", target)
			}
		}
	}
}

// TestFleetReportsAsTargetsEnd: a fleet that is killed leaves the results of the targets that have ended.
func TestFleetReportsAsTargetsEnd(t *testing.T) {
	var during []reports.Fleet
	fleetOfSandboxes(t, t.Context(), "sync --target all --targets-at-once 1 --yes --state none --report-dir r", func(p *process) {
		for _, host := range []string{"first.example.org", "third.example.org"} {
			p.transport = toHost{p.transport, host, sync.OnceFunc(func() { during = append(during, readFleet(t, "r/report.json")) })}
		}
	})
	if len(during) != 2 || len(during[0].Targets) != 0 || len(during[1].Targets) != 2 || during[1].Targets[1].Name != "second" || during[1].Targets[1].Run == "" || !during[1].Fleet.Ended.IsZero() {
		t.Errorf("before the first and the third target the report was %+v", during)
	}
	if fleet := readFleet(t, "r/report.json"); len(fleet.Targets) != 3 || fleet.Fleet.Ended.IsZero() {
		t.Errorf("in the end the report is %+v", fleet)
	}
}

// TestFleetWithoutReports: where the report cannot be written, nothing is sent.
func TestFleetWithoutReports(t *testing.T) {
	code, _, stderr := fleetOfSandboxes(t, t.Context(), "sync --target all --yes --state none --report-dir all.csv", func(p *process) {
		p.transport = nil
	})
	if code != exitError || !strings.Contains(stderr, "hint: choose another folder (--report-dir)") || strings.Contains(stderr, "first:") {
		t.Errorf("exit code %d, and on standard error\n%s", code, stderr)
	}
}

func readFleet(t *testing.T, path string) (fleet reports.Fleet) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(data, &fleet)
	}
	if err != nil {
		t.Fatal(err)
	}
	return fleet
}

func TestWorstExit(t *testing.T) {
	for _, tt := range []struct {
		codes []int
		want  int
	}{
		{nil, exitDone},
		{[]int{exitDone, exitDrift, exitDone}, exitDrift},
		{[]int{exitTemporary, exitFailed, exitLimit}, exitFailed},
		{[]int{exitFailed, exitInterrupted}, exitInterrupted},
		{[]int{exitUsage, exitManifest, exitLocked, exitTarget, exitCredentials}, exitCredentials},
		{[]int{exitCredentials, exitError}, exitError},
	} {
		if got := worstExit(tt.codes); got != tt.want {
			t.Errorf("the worst of %v is %d", tt.codes, got)
		}
	}
	for code := range 256 {
		if worst := worstExit([]int{code}); worst != exitDone && resultOf(code) == "" {
			t.Errorf("nothing is said about exit code %d", code)
		}
	}
}

func TestLabelledLines(t *testing.T) {
	var out bytes.Buffer
	l := &labelledLines{out: &out, key: "target", label: "eu"}
	for _, piece := range []string{"a li", "ne\n{\"a\":1}\n{}\n", "{broken\n\nno end"} {
		if n, err := io.WriteString(l, piece); n != len(piece) || err != nil {
			t.Fatal(n, err)
		}
	}
	if want := "eu: a line\n{\"target\":\"eu\",\"a\":1}\n{\"target\":\"eu\"}\neu: {broken\neu: \n"; out.String() != want {
		t.Errorf("the lines are %q", out.String())
	}
}
