package hosts_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gijbulk/importer/sandbox/hosts"
)

func TestReadWorld(t *testing.T) {
	for text, want := range map[string]string{
		"hosts: [{name: a, kind: github}]":                                            "",
		"hosts: [{kind: github}]":                                                     "host 1 has no name",
		"hosts: [{name: a, kind: github}, {name: a, kind: git}]":                      "host a is there twice",
		"hosts: [{name: a, kind: svn}]":                                               `kind "svn" is none of`,
		"hosts: [{name: a, kind: git, tokens: []}]":                                   "field tokens not found",
		"hosts: [{name: a, kind: git, pageSize: -1}]":                                 "a number is negative",
		"hosts: [{name: a, kind: git, credentials: [{token: t, expires: tomorrow}]}]": "is not a day such as",
		"hosts: [{name: a, kind: git, credentials: [{token: t, state: lost}]}]":       "neither expired nor revoked",
		"": "cannot be read",
	} {
		_, err := hosts.ReadWorld(strings.NewReader(text))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// TestHostsByName: a host is reached by the Host header or by the path, and links lead back the
// same way.
func TestHostsByName(t *testing.T) {
	w, err := hosts.ReadWorld(strings.NewReader("hosts: [{name: gitlab.example.org, kind: gitlab, pageSize: 1, credentials: [{token: t, scopes: [api]}], organizations: {g: [a, b]}}]"))
	if err != nil {
		t.Fatal(err)
	}
	server, err := hosts.New(w)
	if err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{
		"http://gitlab.example.org/api/v4/projects":                "http://gitlab.example.org/api/v4/projects?page=2",
		"http://127.0.0.1:8090/gitlab.example.org/api/v4/projects": "http://127.0.0.1:8090/gitlab.example.org/api/v4/projects?page=2",
		"http://127.0.0.1:8090/rest/api/2/myself":                  "",
	} {
		r := httptest.NewRequest(http.MethodGet, url, nil)
		r.Header.Set("Private-Token", "t")
		out := httptest.NewRecorder()
		server.Or(http.NotFoundHandler()).ServeHTTP(out, r)
		if link := out.Header().Get("Link"); want == "" && out.Code != http.StatusNotFound || want != "" && !strings.Contains(link, "<"+want+">") {
			t.Errorf("%s: %d, link %q", url, out.Code, link)
		}
	}
	if all := server.Requests(); len(all) != 2 || all[0].Credential == "" || all[0].Status != http.StatusOK {
		t.Errorf("%+v", all)
	}
}
