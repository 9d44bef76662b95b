package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/sandbox"
)

// lateJira is a server that ends one request only after the command that sent it was interrupted.
type lateJira struct {
	*sandbox.Server
	late   string // the method of that request, until it comes
	onList func(*http.Request)

	boots     int // how often the machine was started
	dir       string
	interrupt context.CancelFunc
}

const stillAtWork = 4 * time.Second

func newLateJira(t *testing.T) *lateJira {
	server, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return &lateJira{Server: server, dir: t.TempDir()}
}

// RoundTrip loses the answer to the late request.
func (j *lateJira) RoundTrip(r *http.Request) (*http.Response, error) {
	switch isList := r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/integration"); {
	case r.Method == j.late:
		j.late = ""
		late := r.Clone(context.WithoutCancel(r.Context()))
		time.AfterFunc(stillAtWork, func() { _, _ = j.RoundTripper().RoundTrip(late) })
		j.interrupt()
		return nil, errors.New("connection reset")
	case isList && j.onList != nil:
		j.onList(r)
	}
	return j.RoundTripper().RoundTrip(r)
}

// bring runs a command on a manifest, and returns what it printed. It is interrupted where late is a method.
func (j *lateJira) bring(t *testing.T, exit int, late, manifest string, args ...string) string {
	t.Helper()
	if manifest != "" {
		path := filepath.Join(j.dir, "m.yaml")
		if err := os.WriteFile(path, []byte("integrations:\n"+manifest), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	var ctx context.Context
	ctx, j.interrupt = context.WithCancel(t.Context())
	defer j.interrupt()
	j.late = late
	var out bytes.Buffer
	secrets := map[string]string{"JIRA_TOKEN": "any", "PAT": "ghp_0123456789"}
	code := run(ctx, ctx, append(args, "--yes", "--jira", "https://jira.example.org", "--state", filepath.Join(j.dir, "gijbulk.db"),
		"--report-dir", filepath.Join(j.dir, "r"), "--settle", "1s", "--timeout", "10s"), process{stdin: strings.NewReader(""), stdout: &out, stderr: &out, now: time.Now,
		lookupEnv: func(name string) (string, bool) { v, found := secrets[name]; return v, found },
		boot:      func() (string, time.Duration) { return fmt.Sprint(j.boots), time.Hour },
		transport: j, locks: filepath.Join(j.dir, "locks"), columns: func() int { return 0 }})
	if code != exit {
		t.Fatalf("%q: exit %d, not %d: %s", args, code, exit, out.String())
	}
	return out.String()
}

// TestEarlierCreateOfALaterList: where only the second list makes a record one to be created, the server may
// still be at work on its create by an earlier run, too.
func TestEarlierCreateOfALaterList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		jira, lists := newLateJira(t), 0
		jira.bring(t, exitDone, "", "  - {type: GITHUB, displayName: old, pat: env:PAT, global: true}\n", "import")
		jira.bring(t, exitInterrupted, http.MethodPost, "  - {type: GITHUB, displayName: new, pat: env:PAT, global: true}\n", "import")
		jira.onList = func(r *http.Request) {
			if lists++; lists == 2 { // another administrator
				remove := r.Clone(r.Context())
				remove.Method, remove.URL.Path = http.MethodDelete, fmt.Sprintf("%s/%d", r.URL.Path, jira.Integrations()[0].ID)
				remove.URL.RawQuery = "deleteFiles=false"
				remove.Header.Set("X-Atlassian-Token", "no-check")
				if a, err := jira.RoundTripper().RoundTrip(remove); err != nil || a.StatusCode != http.StatusOK {
					t.Error(err, a)
				}
			}
		}
		said := jira.bring(t, exitDone, "", "  - {type: GITHUB, displayName: new, previously: [old], pat: env:PAT, global: true}\n  - {type: GITHUB, displayName: other, pat: env:PAT, global: true}\n", "sync")
		time.Sleep(time.Minute) // until the server has ended all work
		if live := jira.Integrations(); len(live) != 2 || live[0].DisplayName != "new" {
			t.Errorf("%d are live: %s", len(live), said)
		}
	})
}

// TestEarlierChange: what an earlier run has sent, and the server is still at work on, neither overwrites
// what a later one sends, nor comes after the latter has found that there is nothing to do.
func TestEarlierChange(t *testing.T) {
	const as = "  - {type: GITHUB, displayName: a, pat: env:PAT, global: true, sendCommitEmails: %t}\n"
	for _, c := range []struct {
		name, late, second string
		then               []string // a command, with the manifest of the first one
	}{
		{"update, updated again", http.MethodPut, fmt.Sprintf(as, true), []string{"sync"}},
		{"update, undone", http.MethodPut, fmt.Sprintf(as, true), []string{"undo", "last"}},
		{"deletion, and wanted again", http.MethodDelete, "  - {type: GITHUB, displayName: b, pat: env:PAT, global: true}\n", []string{"sync"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				jira, first := newLateJira(t), fmt.Sprintf(as, false)
				jira.bring(t, exitDone, "", first, "sync")
				jira.bring(t, exitInterrupted, c.late, c.second, "sync", "--prune", "--force")
				if c.then[0] == "undo" {
					first = ""
				}
				said := jira.bring(t, exitDone, "", first, c.then...)
				time.Sleep(time.Minute) // until the server has ended all work
				live := jira.Integrations()
				i := slices.IndexFunc(live, func(r sandbox.Integration) bool { return r.DisplayName == "a" })
				if i < 0 || live[i].SendCommitEmails {
					t.Errorf("%+v are live: %s", live, said)
				}
			})
		})
	}
}

// TestWaitsOnce: after another start of the machine nothing shows how long ago a request has left. One later
// run waits for it, not each.
func TestWaitsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const as = "  - {type: GITHUB, displayName: a, pat: env:PAT, global: true, sendCommitEmails: %t}\n"
		jira := newLateJira(t)
		jira.bring(t, exitDone, "", fmt.Sprintf(as, false), "sync")
		jira.bring(t, exitInterrupted, http.MethodPut, fmt.Sprintf(as, true), "sync")
		time.Sleep(time.Hour)
		var took []time.Duration
		for range 2 {
			jira.boots++
			began := time.Now()
			jira.bring(t, exitDone, "", fmt.Sprintf(as, true), "sync")
			took = append(took, time.Since(began).Round(time.Second))
		}
		if took[0] != 16*time.Second || took[1] != 0 { // --timeout, --settle, and how late a request may leave
			t.Errorf("the runs took %v", took)
		}
	})
}
