package main

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gijbulk/importer/sandbox"
)

// The canaries have what escapes change, so that a mask that looked at encoded text
// would miss them.
const (
	canaryLiteral = `canary-literal-"1"\<&>`
	canaryEnv     = `canary-env-"2"\<&>`
	canaryFile    = `canary-file-"3"\<&>`
	canaryToken   = `canary-token-4-abc`
)

// canaryParts would be found in any encoding of a canary.
var canaryParts = []string{"canary-literal", "canary-env-", "canary-file-", "canary-token"}

// TestCanaries: secrets that were written out, come from the environment and from a
// file, and the administrator's own, are found nowhere: not in what is printed at the
// most talkative level, not in any report, not in the arguments of the process.
func TestCanaries(t *testing.T) {
	for _, tt := range []struct {
		name, faults string
		args         []string
	}{
		{"all is well", "", nil},
		{"refused", "403=POST /rest/gitplugin/1.0/integration#1-", nil},
		{"lost", "drop-after=#1,500=#2,cut=#3", nil},
		{"dry run", "", []string{"--dry-run"}},
		{"for programs", "", []string{"--output", "json", "--log-format", "json"}},
		{"a broken manifest", "", []string{"--set", "type=NOTHING"}},
		{"left out", "", []string{"--skip-invalid", "--set", "apiPath=wrong"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			faults, err := sandbox.ParseFaults(tt.faults)
			if err != nil {
				t.Fatal(err)
			}
			server, err := sandbox.New(sandbox.Options{Token: canaryToken, Faults: faults})
			if err != nil {
				t.Fatal(err)
			}
			listening := httptest.NewServer(server)
			defer listening.Close()
			writeCanaries(t, dir)
			args := append([]string{"import", filepath.Join(dir, "m.yaml"), "--jira", listening.URL, "--yes", "--rate", "0",
				"--settle", "10ms", "--timeout", "2s", "--log-level", "trace", "--report-dir", filepath.Join(dir, "r"), "--report", "html,junit,markdown,csv,codequality,github=" + filepath.Join(dir, "r", "github.txt")}, tt.args...)
			var stdout, stderr bytes.Buffer
			ctx := t.Context()
			run(ctx, context.WithoutCancel(ctx), args, process{
				stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, now: time.Now,
				lookupEnv: func(name string) (string, bool) {
					v, ok := map[string]string{"JIRA_TOKEN": canaryToken, "CANARY": canaryEnv, "XDG_STATE_HOME": dir}[name]
					return v, ok
				},
			})
			expectNoCanary(t, "standard output", stdout.String())
			expectNoCanary(t, "standard error", stderr.String())
			if stderr.Len() == 0 && stdout.Len() == 0 {
				t.Error("nothing was printed: the test looked at nothing")
			}
			reports := 0
			err = fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
				if err != nil || d.IsDir() || !strings.HasPrefix(name, "r/") {
					return err
				}
				content, err := os.ReadFile(filepath.Join(dir, name))
				expectNoCanary(t, name, string(content))
				reports++
				return err
			})
			if err != nil || reports < 9 {
				t.Errorf("%d reports, error %v", reports, err)
			}
		})
	}
}

func writeCanaries(t *testing.T, dir string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte(canaryFile+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	manifest := fmt.Sprintf(`- {type: GITHUB, displayName: literal, pat: %q}
- {type: GITHUB, displayName: env, pat: "env:CANARY"}
- {type: GITLAB_SERVER, displayName: file, origin: "https://git.example.org", pat: "file:%s/secret"}
`, canaryLiteral, dir)
	if err := os.WriteFile(filepath.Join(dir, "m.yaml"), []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
}

func expectNoCanary(t *testing.T, where, text string) {
	t.Helper()
	for _, part := range canaryParts {
		if i := strings.Index(text, part); i >= 0 {
			t.Errorf("%s shows a secret: …%s…", where, text[max(0, i-60):i])
		}
	}
}

// TestNoSecretInArguments looks at the process as any user of the machine can.
func TestNoSecretInArguments(t *testing.T) {
	if _, err := os.Stat("/proc/self/cmdline"); err != nil {
		t.Logf("this system shows no command lines below /proc: %v", err)
		return
	}
	dir := t.TempDir()
	writeCanaries(t, dir)
	// The child waits in its first request for a server that never answers.
	arrived := make(chan struct{}, 1)
	listening := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-r.Context().Done()
	}))
	defer func() { listening.CloseClientConnections(); listening.Close() }()
	gijbulk, err := exec.LookPath("gijbulk")
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), gijbulk, "import", filepath.Join(dir, "m.yaml"), "--jira", listening.URL, "--yes", "--report-dir", filepath.Join(dir, "reports"))
	child.Env = append(os.Environ(), "JIRA_TOKEN="+canaryToken, "CANARY="+canaryEnv, "XDG_STATE_HOME="+dir)
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- child.Wait() }()
	select {
	case <-arrived:
	case err := <-ended:
		t.Fatalf("the child ended before its first request: %v", err)
	}
	arguments, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", child.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(arguments), "import") {
		t.Errorf("these are not the child's arguments: %q", arguments)
	}
	expectNoCanary(t, "the process list", string(arguments))
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-ended
}
