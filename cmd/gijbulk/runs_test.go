package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/journal"
	"gijbulk/importer/sandbox"
)

// TestRunsThatWait: a run that waits for the lock of another one is neither running nor interrupted.
func TestRunsThatWait(t *testing.T) {
	dir := t.TempDir()
	locks, err := journal.OpenLocks(filepath.Join(dir, "locks"))
	if err != nil {
		t.Fatal(err)
	}
	manifest, state := filepath.Join(dir, "m.csv"), filepath.Join(dir, "state", "gijbulk.db")
	if err := os.WriteFile(manifest, []byte("type,displayName,pat\nGITHUB,Acme,env:JIRA_TOKEN\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	server, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	command := func(ctx context.Context, args ...string) (code int, stdout string) {
		var out, messages bytes.Buffer
		code = run(ctx, ctx, append(args, "--state", state), process{stdin: strings.NewReader(""), stdout: &out, stderr: &messages, now: time.Now,
			lookupEnv: func(name string) (string, bool) {
				return map[string]string{"GOGC": "set", "JIRA_TOKEN": "t"}[name], name == "GOGC" || name == "JIRA_TOKEN"
			},
			transport: server.RoundTripper(), locks: filepath.Join(dir, "locks"), columns: func() int { return 0 }})
		return code, out.String() + messages.String()
	}
	synctest.Test(t, func(t *testing.T) {
		const jira = "http://jira.example"
		release, err := locks.Lock(t.Context(), jira, 0, 1, journal.Holder{Run: "another"}, 0)
		if err != nil {
			t.Fatal(err)
		}
		done := make(chan int)
		go func() {
			code, _ := command(t.Context(), "import", manifest, "--yes", "--jira", jira, "--lock-timeout", "1h", "--report-dir", filepath.Join(dir, "reports"))
			done <- code
		}()
		time.Sleep(time.Minute) // the time is virtual
		if code, text := command(t.Context(), "runs"); code != exitDone || !strings.Contains(text, " waiting ") || strings.Contains(text, "interrupted") {
			t.Errorf("exit %d: %s", code, text)
		}
		if _, text := command(t.Context(), "runs", "--output", "json"); !strings.Contains(text, `"state":"running"`) || !strings.Contains(text, `"waiting":true`) {
			t.Errorf("for programs: %s", text)
		}
		var said bytes.Buffer
		code := run(t.Context(), t.Context(), []string{"state", "copy", state, filepath.Join(dir, "copy.db")}, process{stdin: strings.NewReader(""), stdout: &said, stderr: &said, now: time.Now,
			lookupEnv: func(string) (string, bool) { return "", false }, locks: filepath.Join(dir, "locks"), columns: func() int { return 0 }})
		if code != exitLocked || !strings.Contains(said.String(), "nothing was copied") {
			t.Errorf("copied meanwhile: exit %d: %s", code, said.String())
		}
		if code, text := command(t.Context(), "resume", "last"); code != exitLocked || !strings.Contains(text, "which is waiting for its turn") {
			t.Errorf("resumed meanwhile: exit %d: %s", code, text)
		}
		if err := release(); err != nil {
			t.Error(err)
		}
		if code := <-done; code != exitDone {
			t.Errorf("exit %d", code)
		}
		if code, text := command(t.Context(), "runs"); code != exitDone || !strings.Contains(text, " finished ") {
			t.Errorf("exit %d: %s", code, text)
		}
	})
}
