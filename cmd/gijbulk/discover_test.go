package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gijbulk/importer/sandbox/hosts"
)

// discoveredWorld has hosts of every kind that discover lists.
const discoveredWorld = `
hosts:
  - name: api.github.com
    kind: github
    pageSize: 2
    credentials: [{token: secret-token, user: octo, scopes: [repo]}]
    organizations: {globex: [shop], acme: [web, api, docs], void: [], octo: [dots]}
  - {name: ghe.example.org, kind: github-server, credentials: [{token: secret-token}], organizations: {acme: [web, api]}}
  - {name: gitlab.com, kind: gitlab, pageSize: 1, credentials: [{token: secret-token, user: ann, scopes: [api]}], organizations: {team: [one], team/sub: [two], other: [x]}}
  - name: app.vssps.visualstudio.com
    kind: azure-profiles
    credentials: &azure [{token: secret-token, user: ada}]
    organizations: &organizations {contoso: [web/web, web/api], fabrikam: [shop/shop]}
  - {name: dev.azure.com, kind: azure, credentials: *azure, organizations: *organizations}
  - {name: tfs.example.org, kind: azure-server, credentials: [{user: svc, password: secret-token}], organizations: {tfs/Main: [a/b], tfs/Old: [c/d]}}
  - {name: gerrit.example.org, kind: gerrit, pageSize: 2, credentials: [{user: svc, password: secret-token}], organizations: {platform: [a, b, c]}}
  - {name: sts.eu-central-1.amazonaws.com, kind: sts, credentials: &aws [{user: svc, password: secret-token, name: jira}]}
  - {name: codecommit.eu-central-1.amazonaws.com, kind: codecommit, credentials: *aws, many: {account: 120}}
  - {name: bb.example.org, kind: bitbucket-server, pageSize: 2, credentials: [{token: secret-token}], organizations: {OPS: [tools, infra, dns], WEB: [site]}}
  - {name: api.bitbucket.org, kind: bitbucket-cloud, pageSize: 1, credentials: [{user: svc, password: secret-token}], organizations: {acme: [web, api], globex: [shop]}}
  - {name: gitea.example.org, kind: gitea, pageSize: 2, credentials: [{token: secret-token}], organizations: {acme: [web, api, docs]}}
`

// saved keeps the pages with repositories that hosts answer.
type saved struct {
	http.Handler
	mu    sync.Mutex
	pages map[string][][]byte // by path
}

var listPath = regexp.MustCompile(`/repos$|/projects/?$|/_apis/git/repositories$|/2\.0/repositories/|/repos/search$`)

func (s *saved) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	out := httptest.NewRecorder()
	s.Handler.ServeHTTP(out, r)
	target := r.Header.Get("X-Amz-Target")
	if listPath.MatchString(r.URL.Path) && out.Code == http.StatusOK || strings.HasSuffix(target, "BatchGetRepositories") && out.Code == http.StatusOK {
		s.mu.Lock()
		s.pages[r.URL.Path] = append(s.pages[r.URL.Path], out.Body.Bytes())
		s.mu.Unlock()
	}
	for name, values := range out.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(out.Code)
	_, _ = w.Write(out.Body.Bytes())
}

// files writes the pages, list by list, to a folder.
func (s *saved) files(t *testing.T) (names []string) {
	t.Helper()
	var paths []string
	for path := range s.pages {
		paths = append(paths, path)
	}
	slices.Sort(paths)
	folder := t.TempDir()
	for _, path := range paths {
		for _, page := range s.pages[path] {
			name := filepath.Join(folder, fmt.Sprintf("%d.json", len(names)))
			if err := os.WriteFile(name, page, 0o600); err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
	}
	return names
}

// ran runs a command line whose credential is in the environment.
func ran(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, err bytes.Buffer
	ctx := t.Context()
	code = run(ctx, context.WithoutCancel(ctx), args, process{stdin: strings.NewReader(""), stdout: &out, stderr: &err, now: time.Now,
		lookupEnv: func(name string) (string, bool) {
			value, ok := map[string]string{"TOKEN": "secret-token"}[name]
			return value, ok
		}})
	if strings.Contains(out.String()+err.String(), "secret-token") {
		t.Errorf("%v shows the credential:\n%s%s", args, &out, &err)
	}
	return out.String(), err.String(), code
}

// TestDiscoverAndConvertAgree: a manifest of what a host lists is, byte for byte, that of its saved
// answers. Only the comments differ, which say where a record comes from.
func TestDiscoverAndConvertAgree(t *testing.T) {
	world, err := hosts.ReadWorld(strings.NewReader(discoveredWorld))
	if err != nil {
		t.Fatal(err)
	}
	comments := regexp.MustCompile(`(?m)^ *# .*\n`)
	for _, tt := range []struct {
		from, tool string
		records    int
	}{
		{"GITHUB", "github", 3},
		{"GITHUB acme globex octo void", "github", 3},
		{"GITHUB_SERVER --origin https://ghe.example.org", "github", 1},
		{"GITLAB", "gitlab", 2},
		{"GITLAB team --as repositories", "gitlab", 2},
		{"AZURE", "azure", 2},
		{"VSTS contoso", "azure", 1},
		{"AZURE_DEVOPS --origin https://tfs.example.org/tfs --username svc", "azure", 2},
		{"GERRIT --origin https://gerrit.example.org --username svc", "gerrit", 1},
		{"AWS eu-central-1 --username svc", "codecommit", 1},
		{"bitbucket-server --origin https://bb.example.org", "bitbucket-server", 4},
		{"bitbucket-server OPS --origin https://bb.example.org --format csv", "bitbucket-server", 3},
		{"bitbucket-cloud --username svc", "bitbucket-cloud", 3},
		{"gitea --origin https://gitea.example.org", "gitea", 3},
		{"gitea acme --origin https://gitea.example.org", "gitea", 3},
	} {
		t.Run(tt.from, func(t *testing.T) {
			server, err := hosts.New(world)
			if err != nil {
				t.Fatal(err)
			}
			keeper := &saved{Handler: server, pages: make(map[string][][]byte)}
			listener := httptest.NewUnstartedServer(keeper)
			listener.Config.ErrorLog = log.New(os.Stderr, "", 0)
			listener.Start()
			defer listener.Close()
			discover := append(append([]string{"discover"}, strings.Fields(tt.from)...), "--credential", "env:TOKEN")
			for _, name := range server.Names() {
				discover = append(discover, "--host-map", name+"="+listener.URL+"/"+name)
			}
			live, said, code := ran(t, discover...)
			if code != exitDone || !strings.Contains(said, fmt.Sprintf("%d record", tt.records)) {
				t.Fatalf("exit code %d:\n%s", code, said)
			}
			again, _, _ := ran(t, discover...)
			if again != live {
				t.Errorf("the second time:\n%s\nthe first:\n%s", again, live)
			}
			for path, pages := range keeper.pages {
				keeper.pages[path] = pages[:len(pages)/2] // of the first time
			}
			convert := append([]string{"convert", "--from", tt.tool, "--credential", "env:TOKEN"}, keeper.files(t)...)
			words := strings.Fields(tt.from)
			for i, word := range words {
				if slices.Contains([]string{"--username", "--as", "--format"}, word) {
					convert = append(convert, word, words[i+1])
				}
			}
			if tt.tool == "gerrit" {
				convert = append(convert, "--base-url", "https://gerrit.example.org")
			}
			if strings.Contains(tt.from, "void") { // convert refuses an empty file
				convert = slices.DeleteFunc(convert, func(arg string) bool { text, _ := os.ReadFile(arg); return string(text) == "[]\n" })
			}
			fromFiles, said, code := ran(t, convert...)
			if code != exitDone {
				t.Fatalf("exit code %d:\n%s", code, said)
			}
			want, got := comments.ReplaceAllString(fromFiles, ""), comments.ReplaceAllString(live, "")
			if strings.Contains(tt.from, "csv") { // its column of sources is the last
				want, got = withoutLastColumn(want), withoutLastColumn(got)
			}
			if want != got {
				t.Errorf("convert makes\n%s\ndiscover makes\n%s", want, got)
			}
		})
	}
}

func withoutLastColumn(table string) string {
	return regexp.MustCompile(`(?m),[^,\n]*$`).ReplaceAllString(table, "")
}
