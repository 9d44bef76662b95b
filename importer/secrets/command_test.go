package secrets

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"gijbulk/schema"
)

// resolveCommand gives the value of a command line, or the message of its finding.
func resolveCommand(t *testing.T, r Resolver, line string) (value string, finding string) {
	t.Helper()
	r.AllowCommands = true
	records, findings := resolve(&r, t.Context(), []schema.Record{referring(1, schema.SchemeCommand, line)})
	s, _ := records[0].Get(schema.FieldPat).Secret()
	if s.Known() == (len(findings) > 0) {
		t.Fatalf("known %v beside %v", s.Known(), findings)
	}
	if len(findings) > 0 {
		return "", findings[0].Message
	}
	return s.Reveal(), ""
}

func TestCommand(t *testing.T) {
	t.Setenv("GIJBULK_TEST_INHERITED", "inherited")
	for name, tt := range map[string]struct{ line, want string }{
		"words arrive as they are": {run(t, "print", "a b", "", `c"d\e$F`, "é'"), `a b||c"d\e$F|é'`},
		"the environment":          {run(t, "env", "GIJBULK_TEST_INHERITED"), "inherited"},
		"no standard input":        {run(t, "stdin"), "0 EOF"},
		"one newline is cut":       {run(t, "print", "x\n\r\n"), "x\n"},
		"the output may be 64 KiB": {run(t, "print", strings.Repeat("x", maxSize)), strings.Repeat("x", maxSize)},
		"a daemon is left behind":  {run(t, "leave"), "left-value"},
	} {
		t.Run(name, func(t *testing.T) {
			got, finding := resolveCommand(t, Resolver{}, tt.line)
			if got != tt.want || finding != "" {
				t.Errorf("got %.40q and %q, want %.40q", got, finding, tt.want)
			}
		})
	}
}

func TestCommandFails(t *testing.T) {
	const canary = "c4n4ry-value"
	long := strings.Repeat("long ", 100)
	for name, tt := range map[string]struct {
		line   string
		want   []string
		absent string
	}{
		"exit status and last line": {run(t, "fail", "", "first\nlast: no\x1b such entry\n\n"), []string{"exit status 3", "): last: no  such entry"}, "first"},
		"standard output is hidden": {run(t, "fail", canary+"\n", "+ echo "+canary), []string{"exit status 3", "echo [secret]"}, canary},
		"a long line is cut":        {run(t, "fail", "", long), []string{"long long", "…"}, long[:210]},
		"a very long one is left":   {run(t, "fail", canary, strings.Repeat("y", 3*tailSize)), []string{"exit status 3"}, "yyy"},
		"nothing":                   {run(t, "print"), []string{"wrote nothing"}, ""},
		"a newline alone":           {run(t, "print", "\n"), []string{"wrote nothing"}, ""},
		"too much":                  {run(t, "flood"), []string{"more than 64 KiB"}, "broken pipe"},
		"not there":                 {"gijbulk-no-such-command x", []string{`"gijbulk-no-such-command" cannot be run: executable file not found`}, ""},
		"no such file":              {"/no/such/command x", []string{"cannot be run: no such file"}, "fork"},
		"a directory":               {"/ x", []string{"cannot be run"}, ""},
		"an open quote":             {"pass 'x", []string{"a quote is not closed"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, finding := resolveCommand(t, Resolver{}, tt.line)
			if got != "" || tt.absent != "" && strings.Contains(finding, tt.absent) || strings.Contains(finding, canary) {
				t.Errorf("got %d bytes and %.300q", len(got), finding)
			}
			for _, want := range tt.want {
				if !strings.Contains(finding, want) {
					t.Errorf("%.300q lacks %q", finding, want)
				}
			}
		})
	}
}

func TestCommandThatHangsIsKilled(t *testing.T) {
	_, finding := resolveCommand(t, Resolver{Timeout: 50 * time.Millisecond}, run(t, "hang"))
	if !strings.Contains(finding, "did not end within 50ms") {
		t.Errorf("finding %q", finding)
	}
}

func TestCommandIsKilledWithTheContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r := Resolver{AllowCommands: true}
	_, findings := resolve(&r, ctx, []schema.Record{referring(1, schema.SchemeCommand, run(t, "hang"))})
	if len(findings) != 1 || !strings.Contains(findings[0].Message, "interrupted") {
		t.Errorf("findings %v", findings)
	}
}

// Whatever is done with the result, the value is not among what can be printed.
func TestCanaryIsNowhere(t *testing.T) {
	const canary = "c4n4ry-value"
	t.Setenv("GIJBULK_TEST_CANARY", canary)
	r := fakes()
	r.AllowCommands = true
	r.Env = func(string) (string, bool) { return canary, true }
	r.ReadFile = func(string) ([]byte, error) { return []byte(canary + strings.Repeat("x", maxSize)), nil }
	r.Keyring = func(string, string) (string, error) { return canary + "\xff", nil }
	records, findings := resolve(&r, t.Context(), []schema.Record{
		referring(1, schema.SchemeEnv, "A"), referring(2, schema.SchemeFile, "/x"), referring(3, schema.SchemeKeyring, "s/u"),
		referring(4, schema.SchemeCommand, run(t, "env", "GIJBULK_TEST_CANARY")),
	})
	if len(findings) != 2 {
		t.Errorf("%d findings", len(findings))
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if shown := fmt.Sprintf(verb, records) + fmt.Sprintf(verb, findings); strings.Contains(shown, canary) {
			t.Errorf("the value shows with %s", verb)
		}
	}
}
