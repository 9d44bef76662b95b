package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/sandbox"
)

// behaviorStep is a command of a test of the sandbox's behaviors, with what it has to end in and to say.
type behaviorStep struct {
	command string
	exit    int
	says    string
	live    int // records on the server afterwards, each name once
}

// behaviorCases have what lasts longer than a test may: commands are run in this process under virtual time. Each ends
// with every record there once, with nothing of another administrator's changed, and after so many writes in all.
var behaviorCases = []struct {
	name, faults string
	writes       int
	took         time.Duration // by the first command, at most
	steps        []behaviorStep
}{
	{"slow work is not sent again", "slow-after-cut:4s=#3,slow-after-cut:3s=#5,502-slow:4s=#7", 12, 10 * time.Second, []behaviorStep{
		{"import", 0, "12 created", 12},
		{"audit", 0, "12 unchanged", 12},
	}},
	{"much slow work", "seed=7,slow-after-cut:4s=40%", 12, 15 * time.Second, []behaviorStep{
		{"import", 0, "12 created", 12},
		{"import", 0, "12 unchanged", 12},
	}},
	{"lists lag for a while", "list-lag=6s", 12, 15 * time.Second, []behaviorStep{
		{"import", 0, "12 created", 12},
		{"audit", 0, "12 unchanged", 12},
	}},
	{"lists lag for long", "list-lag=10m", 12, time.Minute, []behaviorStep{
		{"import", 5, "a cache or another node of the cluster is behind", 12},
		{"audit", 5, "a cache or another node of the cluster is behind", 12},
		{"import", 5, "a cache or another node of the cluster is behind", 12},
		{"wait 10m", 0, "", 12},
		{"import", 0, "12 unchanged", 12},
	}},
	{"half of the lists lag", "seed=1,list-lag:10m=50%", 12, 30 * time.Second, []behaviorStep{
		{"import", 0, "12 created", 12},
		{"import", 0, "12 unchanged", 12},
		{"sync --prune", 0, "12 unchanged", 12},
	}},
	{"lists are cached", "list-cache=10s", 12, 30 * time.Second, []behaviorStep{
		{"import", 0, "12 created", 12},
		{"import", 0, "12 unchanged", 12},
	}},
	{"a list is empty at the end of a run, and at the start of the next", "list-empty=#3,list-empty=#5", 12, 10 * time.Second, []behaviorStep{
		{"import", 0, "12 created", 12},
		{"import", 0, "12 unchanged", 12},
		{"audit", 0, "12 unchanged", 12},
	}},
	{"the server is restored between two runs", "restore:4=GET /rest/api/2/myself#2,other-admin:add=GET /rest/api/2/myself#3-5", 12 + 4 + 4, 10 * time.Second, []behaviorStep{
		{"import", 0, "12 created", 12},
		{"audit", 2, "4 to create, 0 to update, 0 to delete, 8 unchanged", 8},
		{"audit", 2, "this Jira has assigned the recorded id of 1 record to another", 9},
		{"sync", 0, "4 created, 8 unchanged", 14},
		{"sync", 0, "12 unchanged", 15},
		{"undo last", 0, "4 deleted", 11},
	}},
	{"the server is restored to its start, and its ids go to others", "restore:99=GET /rest/api/2/myself#2,other-admin:add=GET /rest/api/2/myself#2-5", 12 + 12, time.Minute, []behaviorStep{
		{"import", 0, "12 created", 12},
		{"audit", 2, "12 to create", 0},
		{"audit", 2, "12 to create", 1},
		{"sync --prune", 7, "would delete 2 of 2", 2},
		{"sync", 0, "12 created", 15},
	}},
	{"the server is restored during a run", "restore:6=#10,other-admin:add=#11", 12 + 6, 10 * time.Second, []behaviorStep{
		{"import", 3, "6 created, 6 failed", 7},
		{"import", 0, "6 created, 6 unchanged", 13},
	}},
	{"another administrator adds", "other-admin:add=#3-9", 12 + 12, 10 * time.Second, []behaviorStep{
		{"import", 0, "12 created", 19},
		{"undo last", 0, "12 deleted", 7},
	}},
	{"another administrator renames", "other-admin:rename=#5", 12 + 11, 10 * time.Second, []behaviorStep{
		{"import", 3, "11 created, 1 failed", 12},
		{"undo last", 3, "11 deleted, 1 conflict", 1},
	}},
	{"another administrator renames before an undo, whose first list is older", "other-admin:rename=GET /rest/api/2/myself#2,list-cache:1h=#4", 12 + 11, 10 * time.Second, []behaviorStep{
		{"import", 0, "12 created", 12},
		{"undo last", 3, "11 deleted, 1 conflict", 1},
	}},
	{"another administrator deletes", "other-admin:delete=#5", 12 + 1, 10 * time.Second, []behaviorStep{
		{"import", 3, "11 created, 1 failed", 11},
		{"import", 0, "1 created, 11 unchanged", 12},
	}},
}

func TestBehaviors(t *testing.T) {
	for _, tt := range behaviorCases {
		t.Run(tt.name, func(t *testing.T) {
			b := newBehaving(t, 12)
			synctest.Test(t, func(t *testing.T) {
				b.start(t, "latency=20ms,"+tt.faults)
				for i, step := range tt.steps {
					began := time.Now()
					b.step(t, step)
					if took := time.Since(began); i == 0 && took > tt.took {
						t.Errorf("%s took %v, want at most %v", step.command, took, tt.took)
					}
				}
				if counts := b.server.Counts(); counts.Writes != tt.writes || counts.OtherAdmin != 0 {
					t.Errorf("%d writes, %d of them to what another administrator made; want %d and none", counts.Writes, counts.OtherAdmin, tt.writes)
				}
			})
		})
	}
}

// TestHundredsOnABadDay: 600 records are each created once within half a minute, though every eighth
// request goes wrong.
func TestHundredsOnABadDay(t *testing.T) {
	b := newBehaving(t, 600)
	synctest.Test(t, func(t *testing.T) {
		b.start(t, "seed=3,latency=20ms,drop-after=3%,drop-before=3%,503=3%,cut=2%,504=2%")
		began := time.Now()
		b.step(t, behaviorStep{"import --concurrency 8 --rate 0", 0, "600 created", 600})
		if took := time.Since(began); took > 30*time.Second {
			t.Errorf("it took %v", took)
		}
		b.step(t, behaviorStep{"audit", 0, "600 unchanged", 600})
	})
}

// TestACopyOfAnotherAdministratorIsAConflict: two records of one identity are told, and neither is deleted.
func TestACopyOfAnotherAdministratorIsAConflict(t *testing.T) {
	b := newBehaving(t, 12)
	synctest.Test(t, func(t *testing.T) {
		b.start(t, "latency=20ms,other-admin:copy=#5")
		copied := func() string { return b.server.AdminActions()[0].Record.DisplayName }
		for _, command := range []string{"import", "audit", "sync --prune"} {
			if exit, out := b.run(t, command); exit == 0 || !strings.Contains(out, "11 created, 1 conflict") && !strings.Contains(out, "11 unchanged, 1 ") || !strings.Contains(out, copied()) {
				t.Errorf("%s: exit %d:\n%s", command, exit, out)
			}
		}
		if n := len(b.server.Integrations()); n != 13 || b.server.Counts().OtherAdmin != 0 {
			t.Errorf("%d records, %+v; want 13, and the copy left alone", n, b.server.Counts())
		}
	})
}

// behaving is a folder with a manifest and a state file, and a server.
type behaving struct {
	dir    string
	server *sandbox.Server
}

func newBehaving(t *testing.T, records int) *behaving {
	t.Helper()
	b := &behaving{dir: t.TempDir()}
	manifest := "integrations:\n"
	for i := range records {
		manifest += fmt.Sprintf("  - {type: GITHUB, displayName: record %d, pat: env:PAT, global: true}\n", i)
	}
	if err := os.WriteFile(filepath.Join(b.dir, "m.yaml"), []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *behaving) start(t *testing.T, faults string) {
	t.Helper()
	f, err := sandbox.ParseFaults(faults)
	if err != nil {
		t.Fatal(err)
	}
	if b.server, err = sandbox.New(sandbox.Options{Faults: f}); err != nil {
		t.Fatal(err)
	}
}

func (b *behaving) step(t *testing.T, step behaviorStep) {
	t.Helper()
	if wait, ok := strings.CutPrefix(step.command, "wait "); ok {
		d, err := time.ParseDuration(wait)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(d)
		return
	}
	exit, out := b.run(t, step.command)
	if exit != step.exit || !strings.Contains(out, step.says) {
		t.Errorf("%s: exit %d, want %d and %q:\n%s", step.command, exit, step.exit, step.says, out)
	}
	live, names := b.server.Integrations(), map[string]bool{}
	for _, in := range live {
		names[in.DisplayName] = true
	}
	if len(live) != step.live || len(names) != step.live {
		t.Errorf("after %s: %d records of %d names are on the server, want %d", step.command, len(live), len(names), step.live)
	}
}

// run runs a command on the manifest; undo takes none.
func (b *behaving) run(t *testing.T, command string) (exit int, out string) {
	args := strings.Fields(command)
	manifest, plan := filepath.Join(b.dir, "m.yaml"), filepath.Join(b.dir, "plan.json")
	switch args[0] {
	case "undo", "resume":
	case "plan":
		args = append(args, manifest, "--out", plan)
	case "apply":
		args = append(args, plan)
	default:
		args = append(args, manifest)
	}
	args = append(args, "--jira", "https://jira.example.org", "--state", filepath.Join(b.dir, "gijbulk.db"), "--timeout", "5s", "--max-wait", "1m",
		"--report-dir", filepath.Join(b.dir, "report"))
	if args[0] != "audit" && args[0] != "plan" {
		args = append(args, "--settle", "1s", "--yes")
	}
	return b.execute(t, args...)
}

// execute runs a command as it is written.
func (b *behaving) execute(t *testing.T, args ...string) (exit int, out string) {
	var said bytes.Buffer
	environment := map[string]string{"JIRA_TOKEN": "any", "PAT": "ghp_0123456789"}
	exit = run(t.Context(), context.WithoutCancel(t.Context()), args, process{
		stdin: strings.NewReader(""), stdout: &said, stderr: &said, now: time.Now, transport: b.server.RoundTripper(), locks: filepath.Join(b.dir, "locks"),
		lookupEnv: func(name string) (string, bool) { v, found := environment[name]; return v, found },
	})
	return exit, said.String()
}
