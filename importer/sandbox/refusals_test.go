package sandbox

import (
	"net/http"
	"strings"
	"testing"
)

func TestAddIsRefusedByTheApp(t *testing.T) {
	s := start(t, Options{})
	for body, want := range map[string]string{
		`{"origin":"https://x"}`:                                         `"error":"Field 'type' is required"`,
		`{"type":"BITBUCKET","origin":"https://x"}`:                      `"error":"Unknown integration type: BITBUCKET","advice":"Please use one of: GITHUB, `,
		`{"type":"github"}`:                                              `"error":"Unknown integration type: github"`,
		`{"type":"GITHUB_SERVER"}`:                                       `"error":"Field 'origin' is required for type GITHUB_SERVER"`,
		`{"type":"GITLAB_SERVER","origin":""}`:                           `"error":"Field 'origin' is required for type GITLAB_SERVER"`,
		`{"type":"GITLAB_SERVER_LEGACY","origin":" "}`:                   `"error":"Field 'origin' is required for type GITLAB_SERVER_LEGACY"`,
		`{"type":"AZURE_DEVOPS"}`:                                        `"error":"Field 'origin' is required for type AZURE_DEVOPS"`,
		`{"type":"TFS_SERVER"}`:                                          `"error":"Field 'origin' is required for type TFS_SERVER"`,
		`{"type":"GERRIT"}`:                                              `"error":"Field 'origin' is required for type GERRIT"`,
		`{"type":"FILESPACE","folderDepth":1}`:                           `"error":"Field 'origin' is required for type FILESPACE"`,
		`{"type":"FILESPACE","origin":"/x"}`:                             `"error":"Field 'folderDepth' is required for type FILESPACE","advice":"Please enter a value from 1 to 5."`,
		`{"type":"FILESPACE","origin":"/x","folderDepth":6}`:             `"error":"Field 'folderDepth' is required for type FILESPACE"`,
		`{"type":"GITHUB","folderDepth":1}`:                              `"error":"Field 'folderDepth' is not supported for type GITHUB"`,
		`{"type":"AWS"}`:                                                 `"error":"Field 'awsRegion' is required for type AWS","advice":"Please use one of: us-east-1, `,
		`{"type":"AWS","awsRegion":"ap-outh-1"}`:                         `"error":"Field 'awsRegion' is required for type AWS"`,
		`{"type":"GITHUB","awsRegion":"eu-west-1"}`:                      `"error":"Field 'awsRegion' is not supported for type GITHUB"`,
		`{"type":"GITHUB","global":false,"projectMappingIds":[10000,9]}`: `"error":"Project with id=9 does not exist"`,
	} {
		got := send(t, s, "POST", integrations, body)
		if got.status != 200 || !strings.HasPrefix(got.body, `{"success":false,`) || !strings.Contains(got.body, want) || !strings.Contains(got.body, `"advice":"P`) {
			t.Errorf("%s: %d %s, want %s", body, got.status, got.body, want)
		}
	}
	if got := s.Integrations(); len(got) != 0 {
		t.Errorf("refused, and yet stored: %v", got)
	}
	mustAdd(t, s, `{"type":"GITHUB","global":true,"projectMappingIds":[9]}`) // ignored where global
}

func TestEveryTypeAndRegionCanBeAdded(t *testing.T) {
	s := start(t, Options{})
	for _, name := range typeNames {
		extra := map[string]string{"FILESPACE": `,"folderDepth":5`, "AWS": `,"awsRegion":"sa-east-1"`}[name]
		mustAdd(t, s, `{"type":"`+name+`","origin":"https://git.example.org"`+extra+`}`)
	}
	for _, region := range awsRegions {
		mustAdd(t, s, `{"type":"AWS","awsRegion":"`+region+`"}`)
	}
	if got := len(s.Integrations()); got != 12+26 {
		t.Errorf("%d integrations, want twelve types and 26 regions", got)
	}
}

func TestTheFrameworkRejects(t *testing.T) {
	s := start(t, Options{})
	mustAdd(t, s, github)
	without := func(header string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Del(header) }
	}
	asForm := func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") }
	for name, test := range map[string]struct {
		method, path, body string
		edit               func(*http.Request)
		status             int
	}{
		"malformed":             {"POST", integrations, `{"type":`, nil, 400},
		"empty body":            {"POST", integrations, ``, nil, 400},
		"no object":             {"POST", integrations, `[]`, nil, 400},
		"null":                  {"POST", integrations, `null`, nil, 400},
		"two values":            {"POST", integrations, `{} {}`, nil, 400},
		"boolean as a string":   {"POST", integrations, `{"type":"GITHUB","disabled":"true"}`, nil, 400},
		"integer as a string":   {"POST", integrations, `{"type":"GITHUB","maxMinsToCommitEmail":"5"}`, nil, 400},
		"fraction":              {"PUT", integrations + "/1", `{"maxMinsToCommitEmail":1.5}`, nil, 400},
		"string as a number":    {"PUT", integrations + "/1", `{"displayName":5}`, nil, 400},
		"ids as a string":       {"POST", integrations, `{"type":"GITHUB","projectMappingIds":"10000"}`, nil, 400},
		"ids of strings":        {"POST", integrations, `{"type":"GITHUB","projectMappingIds":["10000"]}`, nil, 400},
		"repoId as a string":    {"POST", "/rest/gitplugin/2.0/reindex", `{"repoId":"1"}`, nil, 400},
		"id that is no number":  {"GET", integrations + "/x", ``, nil, 404},
		"index status of no id": {"GET", "/rest/gitplugin/1.0/index.json", ``, nil, 404},
		"unknown path":          {"GET", "/rest/gitplugin/3.0/integration", ``, nil, 404},
		"outside of the API":    {"GET", "/browse/ACME-1", ``, nil, 404},
		"wrong method":          {"PATCH", integrations, `{}`, nil, 405},
		"delete without an id":  {"DELETE", integrations, ``, nil, 405},
		"too large":             {"POST", integrations, strings.Repeat(" ", maxBody+1), nil, 413},
		"wrong content type":    {"POST", integrations, github, asForm, 415},
		"no content type":       {"PUT", integrations + "/1", `{}`, without("Content-Type"), 415},
		"add without XSRF":      {"POST", integrations, github, without("X-Atlassian-Token"), 403},
		"update without XSRF":   {"PUT", integrations + "/1", `{}`, without("X-Atlassian-Token"), 403},
		"delete without XSRF":   {"DELETE", integrations + "/1", ``, without("X-Atlassian-Token"), 403},
		"disable without XSRF":  {"PUT", repositories + "/1/disable?disable=true", ``, without("X-Atlassian-Token"), 403},
		"reindex without XSRF":  {"POST", "/rest/gitplugin/2.0/reindex", `{"repoId":1}`, without("X-Atlassian-Token"), 403},
	} {
		t.Run(name, func(t *testing.T) {
			edits := []func(*http.Request){}
			if test.edit != nil {
				edits = append(edits, test.edit)
			}
			got := send(t, s, test.method, test.path, test.body, edits...)
			if got.status != test.status {
				t.Errorf("status %d, want %d: %s", got.status, test.status, got.body)
			}
			if kind := got.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/") {
				t.Errorf("content type %q, want text or HTML", kind)
			}
			if test.status == 403 && !strings.Contains(got.body, "XSRF check failed") {
				t.Errorf("body %q, want the XSRF check's", got.body)
			}
		})
	}
	if got := s.Integrations(); len(got) != 1 || got[0].Disabled || got[0].DisplayName != "Acme" {
		t.Error("a rejected call changed something")
	}
}
