package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"gijbulk/importer/sandbox"
)

// TestSandboxAnswersOnlyForItsHost: a page of the web that gives its own name this machine's
// address must not read what the sandbox holds.
func TestSandboxAnswersOnlyForItsHost(t *testing.T) {
	for _, tt := range []struct {
		addr, listen string
		answers      map[string]bool // by the URL of a request
	}{
		{"127.0.0.1:8090", "127.0.0.1:8090", map[string]bool{
			"http://127.0.0.1:8090/": true, "http://localhost:8090/": true, "http://[::1]:8090/": true,
			"http://evil.example:8090/": false, "http://evil.example:8090/rest/api/2/myself": false}},
		{":0", "127.0.0.1:0", map[string]bool{"http://localhost/": true, "http://evil.example/": false}},
		{"ci-7:8090", "ci-7:8090", map[string]bool{"http://CI-7:8090/": true, "http://evil.example:8090/": false}},
		{"0.0.0.0:8090", "0.0.0.0:8090", map[string]bool{
			"http://192.0.2.1:8090/": true, "http://sandbox:8090/rest/api/2/myself": true, "http://evil.example:8090/": false}},
	} {
		listen, host := listenAddress(tt.addr)
		if listen != tt.listen {
			t.Errorf("--addr %s listens on %s, want %s", tt.addr, listen, tt.listen)
		}
		handler := onlyFor(host, http.NotFoundHandler())
		for url, want := range tt.answers {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, httptest.NewRequest("GET", url, nil))
			if got := w.Code == http.StatusNotFound; got != want {
				t.Errorf("--addr %s answers %s: %v, want %v", tt.addr, url, got, want)
			}
		}
	}
}

// TestSandboxScansItsHosts: the server of gijbulk sandbox --hosts has in an integration what its host lists.
func TestSandboxScansItsHosts(t *testing.T) {
	b := newBehaving(t, 0)
	b.write(t, "hosts.yaml", `hosts: [{name: api.github.com, kind: github, credentials: [{token: ghp_0123456789, user: octo, scopes: [repo]}], organizations: {acme: [api, web], globex: [shop]}}]`)
	b.write(t, "m.yaml", `
- {type: GITHUB, displayName: Acme, pat: env:PAT, apiPath: /orgs/acme/repos, apiFilter: "[?name=='web']", global: true}
- {type: GITHUB, displayName: Acne, pat: env:PAT, apiPath: /orgs/acne/repos, global: true}`)
	synctest.Test(t, func(t *testing.T) {
		server, _, err := (&app{process: process{lookupEnv: func(string) (string, bool) { return "", false }}}).newSandbox(sandboxOptions{hosts: filepath.Join(b.dir, "hosts.yaml"), listing: "none", indexTime: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		b.server = server
		b.expect(t, "import --wait-indexed", 3, "1 created, 1 failed", `"Acne": it was created with id `, "but its first indexing failed: Indexing Acne: 404 Not Found\n")
		if all := server.Repositories(); len(all) != 1 || all[0].Origin != "https://github.com/acme/web.git" {
			t.Errorf("nested are %+v", all)
		}
	})
}

// TestSandboxHelpExplainsFaults: each name that --faults takes is in the help, which fits a terminal.
func TestSandboxHelpExplainsFaults(t *testing.T) {
	words := strings.FieldsFunc(faultsHelp, func(r rune) bool { return strings.ContainsRune(" ,=:\n", r) })
	for _, name := range sandbox.FaultNames() {
		if !slices.Contains(words, name) {
			t.Errorf("the help does not explain %s", name)
		}
	}
	for line := range strings.Lines(faultsHelp) {
		if n := utf8.RuneCountInString(line); n > 81 {
			t.Errorf("%d characters: %s", n-1, line)
		}
	}
}
