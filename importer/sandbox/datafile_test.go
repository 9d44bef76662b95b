package sandbox

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestARestartedSandboxShowsTheSame(t *testing.T) {
	path := filepath.Join(t.TempDir(), "50% of? #1.db")
	s, err := New(Options{DataFile: path})
	if err != nil {
		t.Fatal(err)
	}
	mustAdd(t, s, `{"type":"GITHUB","displayName":"a","pat":"p\u0000\"é","projectMappingIds":[10000]}`)
	mustAdd(t, s, `{"type":"GITLAB","displayName":"b","tagsFilter":"v","limitGitData":true}`)
	mustAdd(t, s, `{"type":"GITLAB","displayName":"c"}`)
	send(t, s, "PUT", integrations+"/1", `{"password":"new"}`)
	send(t, s, "PUT", repositories+"/2/disable?disable=true", "")
	send(t, s, "POST", "/rest/gitplugin/2.0/reindex", `{}`)
	send(t, s, "DELETE", integrations+"/3", "")
	want := s.Integrations()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("mode %v, want 0600: the file holds secrets", info.Mode())
		}
	}

	again := start(t, Options{DataFile: path})
	if diff := cmp.Diff(want, again.Integrations()); diff != "" {
		t.Errorf("after the restart (-before +after):\n%s", diff)
	}
	mustAdd(t, again, `{"type":"GITLAB"}`)
	if got := again.Integrations()[2].ID; got != 4 {
		t.Errorf("the next id is %d, want 4: no id is used twice, not even after a delete and a restart", got)
	}
}

func TestTheFileIsPrivateWhileInUse(t *testing.T) {
	if runtime.GOOS == "windows" {
		return // modes mean nothing there
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "s.db")
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	s := start(t, Options{DataFile: path})
	mustAdd(t, s, github)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) < 2 {
		t.Errorf("only %v, want a write-ahead log too", entries)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, want 0600", entry.Name(), info.Mode())
		}
	}
}

func TestAWriteThatCannotBeKeptFails(t *testing.T) {
	s, err := New(Options{DataFile: filepath.Join(t.TempDir(), "s.db")})
	if err != nil {
		t.Fatal(err)
	}
	mustAdd(t, s, github)
	want := s.Integrations()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, call := range [][3]string{
		{"POST", integrations, github},
		{"PUT", integrations + "/1", `{"displayName":"x"}`},
		{"DELETE", integrations + "/1", ""},
		{"POST", "/rest/gitplugin/2.0/reindex", `{}`},
	} {
		if got := send(t, s, call[0], call[1], call[2]); got.status != 500 || strings.Contains(got.body, "canary") {
			t.Errorf("%s %s: %d %s, want 500", call[0], call[1], got.status, got.body)
		}
	}
	if diff := cmp.Diff(want, s.Integrations()); diff != "" {
		t.Errorf("memory is ahead of the file (-want +got):\n%s", diff)
	}
}

func TestUnusableDataFiles(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	sqlite := func(name, statements string) string {
		path := filepath.Join(dir, name)
		db, err := sql.Open("sqlite", path)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec(statements); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := filepath.Join(dir, "good.db")
	s, err := New(Options{DataFile: good})
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		mustAdd(t, s, github)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	ours := fmt.Sprintf(`PRAGMA application_id = %d; PRAGMA user_version = 1; %s; `, applicationID, dataSchema)

	for name, test := range map[string]struct{ path, want string }{
		"text":               {file("text.db", bytes.Repeat([]byte("type,origin\n"), 100)), "is not a sandbox's data file, or damaged; name another file: "},
		"truncated":          {file("truncated.db", content[:len(content)/2]), "damaged"},
		"overwritten inside": {file("noise.db", append(bytes.Clone(content[:4096]), bytes.Repeat([]byte{7}, len(content)-4096)...)), "damaged"},
		"another program's":  {sqlite("foreign.db", `CREATE TABLE t (x)`), "is an SQLite file of another program; name another file"},
		"marked by another":  {sqlite("marked.db", `PRAGMA application_id = 5; CREATE TABLE t (x)`), "is an SQLite file of another program; name another file"},
		"of the future":      {sqlite("future.db", ours+`PRAGMA user_version = 9`), "has layout 9, this version supports up to 2; name another file"},
		"a broken record":    {sqlite("record.db", ours+`INSERT INTO integration VALUES (1, '{"ID":1,"PAT":"canary"')`), "integration 1 is not readable; name another file"},
		"a misplaced record": {sqlite("misplaced.db", ours+`INSERT INTO integration VALUES (1, '{"ID":2}')`), "integration 1 is not readable; name another file"},
		"a directory":        {dir, "unable to open database file"},
		"in no directory":    {filepath.Join(dir, "none", "s.db"), "no such file or directory"},
	} {
		t.Run(name, func(t *testing.T) {
			before, _ := os.ReadFile(test.path)
			s, err := New(Options{DataFile: test.path})
			if err == nil {
				s.Close()
				t.Fatal("no error")
			}
			text := err.Error()
			if !strings.HasPrefix(text, "sandbox: data file") || !strings.Contains(text, test.path) || !strings.Contains(text, test.want) ||
				strings.Contains(text, "canary") || strings.Count(text, "data file "+test.path) > 1 {
				t.Errorf("got  %s\nwant %s", text, test.want)
			}
			if name == "another program's" || name == "text" {
				if after, _ := os.ReadFile(test.path); !bytes.Equal(before, after) {
					t.Error("the file was changed")
				}
			}
		})
	}
}

func TestOneSandboxAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	start(t, Options{DataFile: path})
	if _, err := New(Options{DataFile: path}); err == nil || !strings.Contains(err.Error(), "is in use by another sandbox") {
		t.Errorf("got %v, want that the file is in use", err)
	}
}
