package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/sandbox"
)

// TestEarlierCreateOfALaterList: where only the second list makes a record one to be created, the server may
// still be at work on its create by an earlier run, too.
func TestEarlierCreateOfALaterList(t *testing.T) {
	dir, secrets := t.TempDir(), map[string]string{"JIRA_TOKEN": "any", "PAT": "ghp_0123456789"}
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, "m.yaml"), []byte("integrations:\n"+text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		server, err := sandbox.New(sandbox.Options{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, interrupt := context.WithCancel(t.Context())
		lists := 0
		jira := roundTrip(func(r *http.Request) (*http.Response, error) {
			base := server.RoundTripper()
			switch isList := r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/integration"); {
			case r.Method == http.MethodPost && ctx.Err() == nil && len(server.Integrations()) == 1: // the answer is lost, and the server at work
				late := r.Clone(context.WithoutCancel(r.Context()))
				time.AfterFunc(4*time.Second, func() {
					if _, err := base.RoundTrip(late); err != nil {
						t.Error(err)
					}
				})
				interrupt()
				return nil, fmt.Errorf("connection reset")
			case isList && ctx.Err() != nil:
				if lists++; lists == 2 { // another administrator
					remove := r.Clone(r.Context())
					remove.Method, remove.URL.Path = http.MethodDelete, fmt.Sprintf("%s/%d", r.URL.Path, server.Integrations()[0].ID)
					remove.URL.RawQuery = "deleteFiles=false"
					remove.Header.Set("X-Atlassian-Token", "no-check")
					if a, err := base.RoundTrip(remove); err != nil || a.StatusCode != http.StatusOK {
						t.Error(err, a)
					}
				}
			}
			return base.RoundTrip(r)
		})
		command := func(soft context.Context, args ...string) (code int, said string) {
			var out bytes.Buffer
			code = run(soft, soft, append(args, filepath.Join(dir, "m.yaml"), "--yes", "--jira", "https://jira.example.org", "--state", filepath.Join(dir, "gijbulk.db"),
				"--report-dir", filepath.Join(dir, "r"), "--settle", "1s", "--timeout", "10s"), process{stdin: strings.NewReader(""), stdout: &out, stderr: &out, now: time.Now,
				lookupEnv: func(name string) (string, bool) { v, found := secrets[name]; return v, found },
				transport: jira, locks: filepath.Join(dir, "locks"), columns: func() int { return 0 }})
			return code, out.String()
		}
		write("  - {type: GITHUB, displayName: old, pat: env:PAT, global: true}\n")
		if code, said := command(context.WithoutCancel(ctx), "import"); code != exitDone {
			t.Fatalf("exit %d: %s", code, said)
		}
		write("  - {type: GITHUB, displayName: new, pat: env:PAT, global: true}\n")
		if code, said := command(ctx, "import"); code == exitDone {
			t.Fatalf("not interrupted: %s", said)
		}
		write("  - {type: GITHUB, displayName: new, previously: [old], pat: env:PAT, global: true}\n  - {type: GITHUB, displayName: other, pat: env:PAT, global: true}\n")
		code, said := command(t.Context(), "sync")
		time.Sleep(time.Minute) // until the server has ended all work
		if live := server.Integrations(); code != exitDone || len(live) != 2 || live[0].DisplayName != "new" {
			t.Errorf("exit %d, %d are live: %s", code, len(live), said)
		}
	})
}

// roundTrip is a transport of one function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
