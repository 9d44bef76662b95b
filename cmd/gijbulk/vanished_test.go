package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gijbulk/importer/sandbox"
	"gijbulk/reports"
	"gijbulk/schema"
)

// TestVanishedState: a run whose state file is removed sends nothing more, and reports all that it has sent.
func TestVanishedState(t *testing.T) {
	const records = 100
	dir := t.TempDir()
	server, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var creates atomic.Int64
	listening := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && creates.Add(1) == 3 {
			if err := os.RemoveAll(filepath.Join(dir, "gijbulk")); err != nil {
				t.Error(err)
			}
		}
		server.ServeHTTP(w, r)
	}))
	defer listening.Close()
	manifest := "type,origin,displayName,global,pat\n"
	for i := range records {
		manifest += fmt.Sprintf("GITHUB,https://api.github.com,n%d,true,env:PAT\n", i)
	}
	if err := os.WriteFile(filepath.Join(dir, "m.csv"), []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	args := []string{"import", filepath.Join(dir, "m.csv"), "--jira", listening.URL, "--yes", "--rate", "0", "--concurrency", "1", "--settle", "10ms", "--report-dir", filepath.Join(dir, "r")}
	exit := run(t.Context(), context.WithoutCancel(t.Context()), args, process{stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, now: time.Now,
		lookupEnv: func(name string) (string, bool) {
			v, ok := map[string]string{"JIRA_TOKEN": "any-token", "PAT": "another-token", "XDG_STATE_HOME": dir}[name]
			return v, ok
		}})
	if exit != exitError || !strings.Contains(stderr.String(), "gijbulk.db: record intents: the file is no longer there") {
		t.Errorf("exit %d: %s", exit, stderr.String())
	}
	if !strings.Contains(stderr.String(), "next: run the same command again") {
		t.Errorf("there is nothing to resume: %s", stderr.String())
	}
	saved, err := reports.ReadFile(filepath.Join(dir, "r"))
	if err != nil {
		t.Fatal(err)
	}
	count := make(map[schema.Status]int)
	for _, r := range saved.Report.Records {
		count[r.Status]++
	}
	if there := len(server.Integrations()); there == records || count[schema.StatusCreated] != there || count[schema.StatusUnprocessed] != records-there {
		t.Errorf("the server holds %d integrations, and the report says %v", there, count)
	}
}
