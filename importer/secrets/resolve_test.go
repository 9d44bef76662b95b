package secrets

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/zalando/go-keyring"

	"gijbulk/schema"
)

func place(record int) schema.Place {
	return schema.Place{File: "a.csv", Line: record + 1, Record: record}
}

// referring makes a record whose pat is this reference.
func referring(record int, scheme schema.Scheme, target string) schema.Record {
	r := schema.NewRecord(map[schema.Field]schema.Value{
		schema.FieldType: schema.Text("GITHUB"), schema.FieldPat: schema.Hidden(schema.Refer(scheme, target))})
	r.Place = place(record)
	return r
}

// value is what a record's secret was resolved to, and whether it was.
func value(r schema.Record, f schema.Field) (string, bool) {
	s, _ := r.Get(f).Secret()
	return s.Reveal(), s.Known()
}

func emptyEnv(string) (string, bool) { return "", false }

// fakes answers by the target's name; nothing here touches the surroundings.
func fakes() Resolver {
	return Resolver{
		Env: func(name string) (string, bool) {
			v, ok := map[string]string{"GOOD": "env value\n", "EMPTY": "", "BYTES": "\xff\xfe"}[name]
			return v, ok
		},
		ReadFile: func(path string) ([]byte, error) {
			content, ok := map[string]string{"/unix": "line\n", "/dos": "line\r\n", "/two": "line\n\n", "/none": "li ne",
				"/empty": "", "/newline": "\r\n", "/full": strings.Repeat("x", maxSize), "/large": strings.Repeat("x", maxSize+1),
				"/bytes": "\xff"}[path]
			if !ok {
				return nil, &os.PathError{Op: "open", Path: path, Err: os.ErrNotExist}
			}
			return []byte(content), nil
		},
		Keyring: func(service, user string) (string, error) {
			switch service + " " + user {
			case "https://jira.example.org/x bot":
				return "keyring value", nil
			case "blank bot":
				return "", nil
			case "broken bot":
				return "", keyring.ErrUnsupportedPlatform
			}
			return "", keyring.ErrNotFound
		},
	}
}

// resolve gives the findings of the records apart.
func resolve(r *Resolver, ctx context.Context, records []schema.Record) (resolved []schema.Record, findings []schema.Finding) {
	resolved = r.Resolve(ctx, records)
	for _, record := range resolved {
		findings = append(findings, record.Findings...)
	}
	return resolved, findings
}

func TestResolve(t *testing.T) {
	for _, tt := range []struct {
		scheme  schema.Scheme
		target  string
		want    string
		failure string // a piece of the message, where it fails
	}{
		{schema.SchemeEnv, "GOOD", "env value\n", ""},
		{schema.SchemeEnv, "NONE", "", "the environment variable NONE is not set"},
		{schema.SchemeEnv, "EMPTY", "", "the environment variable EMPTY is empty"},
		{schema.SchemeEnv, "BYTES", "", "not UTF-8"},
		{schema.SchemeFile, "/unix", "line", ""},
		{schema.SchemeFile, "/dos", "line", ""},
		{schema.SchemeFile, "/two", "line\n", ""},
		{schema.SchemeFile, "/none", "li ne", ""},
		{schema.SchemeFile, "/empty", "", "the file /empty is empty"},
		{schema.SchemeFile, "/newline", "", "the file /newline is empty"},
		{schema.SchemeFile, "/full", strings.Repeat("x", maxSize), ""},
		{schema.SchemeFile, "/large", "", "larger than 64 KiB"},
		{schema.SchemeFile, "/bytes", "", "not UTF-8"},
		{schema.SchemeFile, "/missing", "", "the file /missing cannot be read: file does not exist"},
		{schema.SchemeKeyring, "https://jira.example.org/x/bot", "keyring value", ""},
		{schema.SchemeKeyring, "other/bot", "", `the keyring has no entry for service "other" and user "bot"`},
		{schema.SchemeKeyring, "blank/bot", "", "is empty"},
		{schema.SchemeKeyring, "broken/bot", "", "the keyring cannot be used: unsupported platform"},
		{schema.SchemeKeyring, "service/", "", "does not name a service and a user"},
		{schema.SchemeKeyring, "service", "", "does not name a service and a user"},
		{schema.SchemeKeyring, "/user", "", "does not name a service and a user"},
		{schema.SchemeCommand, "pass show x", "", "cmd: references are not allowed to run commands"},
	} {
		t.Run(string(tt.scheme)+":"+tt.target, func(t *testing.T) {
			r := fakes()
			records, findings := resolve(&r, t.Context(), []schema.Record{referring(1, tt.scheme, tt.target)})
			got, known := value(records[0], schema.FieldPat)
			if got != tt.want || known != (tt.failure == "") {
				t.Errorf("got %d bytes, known %v", len(got), known)
			}
			if tt.failure == "" {
				if len(findings) != 0 {
					t.Errorf("unexpected findings %v", findings)
				}
				return
			}
			if len(findings) != 1 || !strings.Contains(findings[0].Message, tt.failure) {
				t.Fatalf("findings %v, want one about %q", findings, tt.failure)
			}
			f := findings[0]
			if f.Place != place(1) || f.Field != "pat" || f.Code != schema.CodeSecretMissing || f.Level != schema.LevelError || f.Advice == "" {
				t.Errorf("finding %+v", f)
			}
		})
	}
}

func TestRealFilesAndEnvironment(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "token")
	if err := os.WriteFile(path, []byte("from file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GIJBULK_TEST_TOKEN", "from env")
	records, findings := resolve(new(Resolver), t.Context(), []schema.Record{
		referring(1, schema.SchemeFile, path), referring(2, schema.SchemeEnv, "GIJBULK_TEST_TOKEN"),
		referring(3, schema.SchemeFile, dir), referring(4, schema.SchemeFile, filepath.Join(dir, "missing"))})
	for i, want := range []string{"from file", "from env", "", ""} {
		if got, _ := value(records[i], schema.FieldPat); got != want {
			t.Errorf("record %d has %q, want %q", i+1, got, want)
		}
	}
	if len(findings) != 2 || !strings.Contains(findings[0].Message, dir+" cannot be read") || findings[1].Place != place(4) {
		t.Errorf("findings %v", findings)
	}
}

// TestText: what Windows programs write before a text is no part of a secret.
func TestText(t *testing.T) {
	for data, want := range map[string]string{
		"token\r\n": "token", "\xef\xbb\xbftoken\n": "token", "\xff\xfet\x00o\x00k\x00\r\x00\n\x00": "tok",
		"\xfe\xff\x00t\x00o": "to", "to\xfcken": "to\xfcken", " token ": " token ", "": "",
	} {
		if got := Text([]byte(data)); got != want {
			t.Errorf("%q: %q, want %q", data, got, want)
		}
	}
}

// Each reference is looked up once, and fails for every record and field that uses it.
func TestEachReferenceOnce(t *testing.T) {
	var mu sync.Mutex
	counts := map[string]int{}
	r := Resolver{Env: func(name string) (string, bool) {
		mu.Lock()
		defer mu.Unlock()
		counts[name]++
		return "value of " + name, name != "MISSING"
	}}
	var records []schema.Record
	for i := range 30 {
		record := referring(i+1, schema.SchemeEnv, []string{"A", "B", "MISSING"}[i%3])
		records = append(records, record.Set(schema.FieldUsername, schema.Hidden(schema.Refer(schema.SchemeEnv, "A"))).
			Set(schema.FieldPassword, schema.Hidden(schema.Literal("literal", "env:X"))))
	}
	resolved, findings := resolve(&r, t.Context(), records)
	if diff := cmp.Diff(map[string]int{"A": 1, "B": 1, "MISSING": 1}, counts); diff != "" {
		t.Errorf("lookups:\n%s", diff)
	}
	var places []int
	for _, f := range findings {
		places = append(places, f.Place.Record)
	}
	if diff := cmp.Diff([]int{3, 6, 9, 12, 15, 18, 21, 24, 27, 30}, places); diff != "" {
		t.Errorf("findings:\n%s", diff)
	}
	for i, record := range resolved {
		user, _ := value(record, schema.FieldUsername)
		literal, _ := value(record, schema.FieldPassword)
		pat, known := value(record, schema.FieldPat)
		if user != "value of A" || literal != "literal" || known != (i%3 != 2) || i%3 == 1 && pat != "value of B" {
			t.Errorf("record %d: %q, %q, %q", i+1, user, literal, pat)
		}
		if _, known := value(records[i], schema.FieldUsername); known {
			t.Fatal("the caller's record was changed")
		}
	}
}

func TestLenientWarns(t *testing.T) {
	r := Resolver{Lenient: true, Env: emptyEnv}
	_, findings := resolve(&r, t.Context(), []schema.Record{
		referring(1, schema.SchemeEnv, "A"), referring(2, schema.SchemeCommand, "pass x")})
	if len(findings) != 2 {
		t.Fatalf("findings %v", findings)
	}
	for _, f := range findings {
		if f.Level != schema.LevelWarning {
			t.Errorf("%v is no warning", f)
		}
	}
}

// A keyring where no desktop runs hangs: it costs one time limit, however many ask it.
func TestKeyringThatNeverAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		forever := make(chan struct{})
		defer close(forever)
		asked := make(chan struct{}, 1000)
		r := Resolver{Env: emptyEnv, Keyring: func(string, string) (string, error) {
			asked <- struct{}{}
			<-forever
			return "", nil
		}}
		var records []schema.Record
		for i := range 100 {
			records = append(records, referring(i+1, schema.SchemeKeyring, fmt.Sprintf("s%d/u", i)))
		}
		start := time.Now()
		_, findings := resolve(&r, t.Context(), records)
		if took := time.Since(start); took != defaultTimeout {
			t.Errorf("took %s", took)
		}
		if len(asked) > concurrency {
			t.Errorf("asked %d times", len(asked))
		}
		if len(findings) != 100 {
			t.Fatalf("%d findings", len(findings))
		}
		for _, f := range findings {
			if f.Message != "the keyring did not answer within 30s" {
				t.Fatal(f.Message)
			}
		}
	})
}

func TestFileThatNeverOpens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		forever := make(chan struct{})
		defer close(forever)
		r := Resolver{Timeout: time.Minute, ReadFile: func(string) ([]byte, error) { <-forever; return nil, nil }}
		_, findings := resolve(&r, t.Context(), []schema.Record{referring(1, schema.SchemeFile, "/pipe")})
		if len(findings) != 1 || findings[0].Message != "the file /pipe could not be read within 1m0s" {
			t.Errorf("findings %v", findings)
		}
	})
}

func TestInterrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		forever := make(chan struct{})
		defer close(forever)
		r := Resolver{Env: func(string) (string, bool) { t.Error("asked after the end"); return "", false },
			Keyring: func(string, string) (string, error) { <-forever; return "", nil }}
		time.AfterFunc(time.Second, cancel)
		records := []schema.Record{}
		for i := range concurrency {
			records = append(records, referring(i+1, schema.SchemeKeyring, fmt.Sprintf("s%d/u", i)))
		}
		records = append(records, referring(99, schema.SchemeEnv, "LATE"))
		start := time.Now()
		_, findings := resolve(&r, ctx, records)
		if took := time.Since(start); took != time.Second {
			t.Errorf("took %s", took)
		}
		if len(findings) != len(records) {
			t.Fatalf("findings %v", findings)
		}
		for _, f := range findings {
			if !strings.Contains(f.Message, "interrupted") {
				t.Errorf("%v", f)
			}
		}
	})
}

func TestValue(t *testing.T) {
	r := Resolver{Env: func(name string) (string, bool) { return "s3cret-value", name == "SET" }}
	value, err := r.Value(t.Context(), schema.Refer(schema.SchemeEnv, "SET"))
	if value != "s3cret-value" || err != nil {
		t.Errorf("got %q and %v", value, err)
	}
	_, err = r.Value(t.Context(), schema.Refer(schema.SchemeCommand, "pass show jira"))
	var unresolved *Unresolved
	if !errors.As(err, &unresolved) || unresolved.Option != schema.OptionAllowCommands || unresolved.Advice == "" {
		t.Errorf("a command that is not allowed: %#v", err)
	}
}
