package githost_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gijbulk/importer/githost"
	"gijbulk/importer/sandbox/hosts"
	"gijbulk/schema"
)

// world makes the hosts of a YAML text.
func world(t *testing.T, text string) *hosts.Server {
	t.Helper()
	w, err := hosts.ReadWorld(strings.NewReader(strings.ReplaceAll(text, "\t", "  ")))
	if err != nil {
		t.Fatal(err)
	}
	server, err := hosts.New(w)
	if err != nil {
		t.Fatal(err)
	}
	return server
}

// record makes a record on a line of its own: TYPE field=value…
func record(line int, text string) schema.Record {
	words := strings.Fields(text)
	values := map[schema.Field]schema.Value{schema.FieldType: schema.Text(words[0])}
	if words[0] == "repository" {
		values = map[schema.Field]schema.Value{schema.FieldKind: schema.Text(words[0])}
	}
	for _, word := range words[1:] {
		name, value, _ := strings.Cut(word, "=")
		f, _ := schema.FieldTitled(name)
		values[f] = schema.Text(value)
		if f.Hidden() {
			values[f] = schema.Hidden(schema.Refer(schema.SchemeEnv, strings.ToUpper(value)).Resolved(value))
		}
	}
	r := schema.NewRecord(values)
	r.Place = schema.Place{File: "m.yaml", Line: line, Record: line}
	return r
}

func records(lines ...string) []schema.Record {
	var all []schema.Record
	for i, line := range lines {
		all = append(all, record(i+1, line))
	}
	return all
}

// probe asks about records under virtual time, which begins on 2000-01-01.
func probe(t *testing.T, server *hosts.Server, c githost.Config, lines ...string) githost.Report {
	t.Helper()
	c.Base = server.RoundTripper()
	report, err := githost.New(c).Probe(t.Context(), records(lines...))
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// found are the findings as LINE FIELD LEVEL CODE.
func found(r githost.Report) []string {
	all := []string{}
	for _, f := range findings(r) {
		all = append(all, strings.Join(strings.Fields(fmt.Sprintf("%d %s %s %s", f.Place.Line, f.Field, f.Level, f.Code)), " "))
	}
	return all
}

func findings(r githost.Report) (all []schema.Finding) {
	for _, l := range r.Listings {
		all = append(all, l.Findings...)
	}
	return all
}

func logins(server *hosts.Server) (n int) {
	for _, r := range server.Requests() {
		if r.Login {
			n++
		}
	}
	return n
}

const github = `
hosts:
	- name: api.github.com
		kind: github
		credentials:
			- {token: ghp-good, user: octo, scopes: [repo]}
			- {token: ghp-soon, user: octo, scopes: [repo], expires: 2000-01-10}
			- {token: ghp-old, user: octo, expires: 1999-12-31}
			- {token: ghp-weak, user: octo, scopes: [gist]}
			- {token: ghp-half, user: octo, scopes: [repo], hidden: [globex]}
			- {token: ghp-public, user: octo, scopes: [public_repo]}
		organizations: {acme: [api, web], globex: [shop], empty: []}
		many: {huge: 2001}
`

func TestGitHub(t *testing.T) {
	for _, tt := range []struct {
		name, record string
		want         []string
		status       string
		count        int
	}{
		{"good", "GITHUB pat=ghp-good apiPath=/orgs/acme/repos", []string{}, "ok", 2},
		{"the path as the vendor's pages show it", "GITHUB pat=ghp-good apiPath=/api/v3/orgs/acme/repos", []string{}, "ok", 2},
		{"all pages", "GITHUB pat=ghp-good", []string{"1 warning lists-many"}, "lists-many", 2004},
		{"filter", "GITHUB pat=ghp-good apiPath=/orgs/acme/repos apiFilter=[?starts_with(name,'a')]", []string{}, "ok", 1},
		{"filter on null", "GITHUB pat=ghp-good apiPath=/orgs/acme/repos apiFilter=[?contains(description,'a')]", []string{"1 apiFilter error filter-fails"}, "filter-fails", 0},
		{"filter leaves none", "GITHUB pat=ghp-good apiPath=/orgs/acme/repos apiFilter=[?archived]", []string{"1 apiFilter warning lists-nothing"}, "lists-nothing", 0},
		{"filter of another shape", "GITHUB pat=ghp-good apiPath=/orgs/acme/repos apiFilter=[].name", []string{"1 apiFilter warning lists-nothing"}, "lists-nothing", 0},
		{"filter that depends on pages", "GITHUB pat=ghp-good apiPath=/orgs/huge/repos apiFilter=[:1]", []string{"1 apiFilter warning list-partial"}, "list-partial", 1},
		{"empty", "GITHUB pat=ghp-good apiPath=/orgs/empty/repos", []string{"1 warning lists-nothing"}, "lists-nothing", 0},
		{"no such organization", "GITHUB pat=ghp-good apiPath=/orgs/nope/repos", []string{"1 apiPath error path-refused"}, "path-refused", 0},
		{"expires soon", "GITHUB pat=ghp-soon apiPath=/orgs/acme/repos", []string{"1 pat warning credential-expires"}, "ok", 2},
		{"expired", "GITHUB pat=ghp-old apiPath=/orgs/acme/repos", []string{"1 pat error credential-refused"}, "credential-refused", 0},
		{"mistyped", "GITHUB pat=ghp-typo", []string{"1 pat error credential-refused"}, "credential-refused", 0},
		{"scope", "GITHUB pat=ghp-weak", []string{"1 pat error scope-missing"}, "scope-missing", 0},
		{"public only", "GITHUB pat=ghp-public apiPath=/orgs/acme/repos", []string{"1 warning list-partial"}, "list-partial", 1},
		{"single sign-on leaves out", "GITHUB pat=ghp-half apiFilter=[?owner.login=='acme']", []string{"1 warning list-partial"}, "list-partial", 2},
		{"single sign-on refuses", "GITHUB pat=ghp-half apiPath=/orgs/globex/repos", []string{"1 pat error scope-missing"}, "scope-missing", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := probe(t, world(t, github), githost.Config{}, tt.record)
				if d := cmp.Diff(tt.want, found(r)); d != "" {
					t.Errorf("findings: %s\n%v", d, findings(r))
				}
				if got := r.Listings[0]; got.Status != tt.status || len(got.Repositories) != tt.count {
					t.Errorf("%s with %d repositories, want %s with %d", got.Status, len(got.Repositories), tt.status, tt.count)
				}
			})
		})
	}
}

const gitlab = `
hosts:
	- name: gitlab.example.org
		kind: gitlab
		pageSize: 1
		credentials:
			- {token: glpat-good, user: tanuki, scopes: [read_api, read_repository], expires: 2000-12-31}
			- {token: glpat-soon, user: tanuki, scopes: [api], expires: 2000-01-02}
			- {token: glpat-user, user: tanuki, scopes: [read_user]}
			- {token: glpat-list, user: tanuki, scopes: [read_api]}
			- {token: glpat-gone, user: tanuki, scopes: [api], state: revoked}
			- {token: glpat-ever, user: tanuki, scopes: [api]}
			- {token: glpat-none, user: tanuki, scopes: []}
		organizations: {team: [one, two], team/sub: [three]}
	- name: ghe.example.org
		kind: github-server
		credentials: [{token: ghe-good, user: octo}]
		organizations: {acme: [api]}
	- name: git.example.org
		kind: git
		credentials: [{user: svc, password: pw-good}]
		organizations: {scm/ops: [tools]}
	- name: app.vssps.visualstudio.com
		kind: azure-profiles
		credentials: &azure
			- {token: az-good, user: ada, scopes: [vso.profile, vso.code], sees: [contoso, fabrikam]}
			- {token: az-half, user: bob, hidden: [fabrikam]}
			- {token: az-code, user: cid, scopes: [vso.profile]}
			- {token: az-profile, user: dan, scopes: [vso.code]}
			- {token: az-one, user: eve, only: contoso}
			- {token: az-old, user: fay, state: expired}
		organizations: &azureOrgs {contoso: [web/web, web/api], fabrikam: [shop/shop]}
	- {name: dev.azure.com, kind: azure, credentials: *azure, organizations: *azureOrgs}
	- name: tfs.example.org
		kind: azure-server
		credentials: [{user: svc, password: pw-good}, {token: tfs-good, user: svc}]
		organizations: {tfs/Main: [a/b]}
	- {name: ntlm.example.org, kind: azure-server, ntlm: true}
	- name: gerrit.example.org
		kind: gerrit
		pageSize: 2
		credentials: [{user: gus, password: pw-good}]
		organizations: {platform: [a, b, c]}
	- name: sts.eu-central-1.amazonaws.com
		kind: sts
		credentials: &aws
			- {user: AKIAGOOD, password: aws-good, name: jira}
			- {user: AKIAWEAK, password: aws-weak, name: weak, scopes: [codecommit:GitPull]}
	- name: codecommit.eu-central-1.amazonaws.com
		kind: codecommit
		credentials: *aws
		pageSize: 2
		throttle: true
		organizations: {account: [app, infra, site]}
	- {name: public.example.org, kind: git, organizations: {a: [b]}}
`

func TestOtherHosts(t *testing.T) {
	for _, tt := range []struct {
		name, record string
		want         []string
		names        string
	}{
		{"GitLab, all pages", "GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-good", []string{}, "team/one team/two team/sub/three"},
		{"GitLab, a group", "GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-good apiPath=/groups/team/projects", []string{}, "team/one team/two"},
		{"GitLab, an escaped group", "GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-good apiPath=/api/v4/groups/team%2Fsub/projects", []string{}, "team/sub/three"},
		{"GitLab, subgroups", "GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-good apiPath=/groups/team/projects?include_subgroups=true", []string{}, "team/one team/two team/sub/three"},
		{"GitLab, no such group", "GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-good apiPath=/groups/nope/projects", []string{"1 apiPath error path-refused"}, ""},
		{"GitLab, expires soon", "GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-soon", []string{"1 pat warning credential-expires"}, "team/one team/two team/sub/three"},
		{"GitLab, cannot list", "GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-user", []string{"1 pat error scope-missing"}, ""},
		{"GitLab, no scope", "GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-none", []string{"1 pat error scope-missing"}, ""},
		{"GitLab, cannot clone", "GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-list", []string{"1 pat error scope-missing"}, ""},
		{"GitLab, revoked", "GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-gone", []string{"1 pat error credential-refused"}, ""},
		{"GitHub Enterprise Server", "GITHUB_SERVER origin=https://ghe.example.org pat=ghe-good apiPath=/orgs/acme/repos", []string{}, "acme/api"},
		{"Azure", "AZURE pat=az-good", []string{}, "contoso/web/_git/web contoso/web/_git/api fabrikam/shop/_git/shop"},
		{"Azure, a filter", "VSTS pat=az-good apiFilter={value:value[?project.name=='shop']}", []string{}, "fabrikam/shop/_git/shop"},
		{"Azure, a filter of another shape", "AZURE pat=az-good apiFilter=value[?name=='shop']", []string{"1 apiFilter warning lists-nothing"}, ""},
		{"Azure, an organization is closed", "AZURE pat=az-half", []string{"1 warning list-partial"}, "contoso/web/_git/web contoso/web/_git/api"},
		{"Azure, cannot read code", "AZURE pat=az-code", []string{"1 pat error scope-missing"}, ""},
		{"Azure, cannot read the profile", "AZURE pat=az-profile", []string{"1 pat error scope-missing"}, ""},
		{"Azure, one organization only", "AZURE pat=az-one", []string{"1 pat error credential-refused"}, ""},
		{"Azure, expired", "AZURE pat=az-old", []string{"1 pat error credential-refused"}, ""},
		{"Azure, a page to sign in", "AZURE pat=az-typo", []string{"1 pat error credential-refused"}, ""},
		{"Azure DevOps Server", "AZURE_DEVOPS origin=https://tfs.example.org/tfs tfsCollection=Main username=svc password=pw-good", []string{}, "tfs/Main/a/_git/b"},
		{"Azure DevOps Server, a collection in the origin", "AZURE_DEVOPS origin=https://tfs.example.org/tfs/Main pat=tfs-good", []string{}, "tfs/Main/a/_git/b"},
		{"TFS, a token", "TFS_SERVER origin=https://tfs.example.org/tfs tfsCollection=Main username=all pat=tfs-good", []string{}, "tfs/Main/a/_git/b"},
		{"TFS, no such collection", "TFS_SERVER origin=https://tfs.example.org/tfs tfsCollection=Other username=svc password=pw-good", []string{"1 tfsCollection error path-refused"}, ""},
		{"TFS, refused", "TFS_SERVER origin=https://tfs.example.org/tfs tfsCollection=Main username=svc password=pw-typo", []string{"1 password error credential-refused"}, ""},
		{"TFS, NTLM", "TFS_SERVER origin=https://ntlm.example.org/tfs tfsCollection=Main username=svc password=pw-good", []string{"1 origin warning unreachable"}, ""},
		{"Gerrit, all pages", "GERRIT origin=https://gerrit.example.org username=gus password=pw-good", []string{}, "platform/a platform/b platform/c"},
		{"Gerrit, a filter", "GERRIT origin=https://gerrit.example.org username=gus password=pw-good apiFilter=[?ends_with(name,'c')]", []string{}, "platform/c"},
		{"Gerrit, refused", "GERRIT origin=https://gerrit.example.org username=gus password=pw-typo", []string{"1 password error credential-refused"}, ""},
		{"CodeCommit, all pages, throttled", "AWS awsRegion=eu-central-1 username=AKIAGOOD password=aws-good", []string{}, "app infra site"},
		{"CodeCommit, a filter", "AWS awsRegion=eu-central-1 username=AKIAGOOD password=aws-good apiFilter={repositories:repositories[?repositoryName=='site']}", []string{}, "site"},
		{"CodeCommit, a wrong secret", "AWS awsRegion=eu-central-1 username=AKIAGOOD password=aws-typo", []string{"1 password error credential-refused"}, ""},
		{"CodeCommit, an unknown key", "AWS awsRegion=eu-central-1 username=AKIATYPO password=aws-good", []string{"1 password error credential-refused"}, ""},
		{"CodeCommit, not allowed", "AWS awsRegion=eu-central-1 username=AKIAWEAK password=aws-weak", []string{"1 password error scope-missing"}, ""},
		{"a host of another type", "GITHUB_SERVER origin=https://gitlab.example.org pat=glpat-good apiPath=/orgs/acme/repos", []string{"1 origin error path-refused"}, ""},
		{"GitLab, API v3", "GITLAB_SERVER_LEGACY origin=https://gitlab.example.org username=u password=pw-good", []string{}, ""},
		{"plain", "repository origin=https://git.example.org/scm/ops/tools.git username=svc password=pw-good", []string{}, "scm/ops/tools"},
		{"plain, refused", "repository origin=https://git.example.org/scm/ops/tools.git username=svc password=pw-typo", []string{"1 password error credential-refused"}, ""},
		{"plain, missing", "repository origin=https://git.example.org/scm/ops/nope.git username=svc password=pw-good", []string{"1 origin error path-refused"}, ""},
		{"plain, public", "repository origin=https://public.example.org/a/b.git", []string{}, "a/b"},
		{"plain, by ssh", "repository origin=git@git.example.org:scm/ops/tools.git", []string{}, ""},
		{"a folder", "FILESPACE origin=/srv/git/*", []string{}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := probe(t, world(t, gitlab), githost.Config{}, tt.record)
				if d := cmp.Diff(tt.want, found(r)); d != "" {
					t.Errorf("findings: %s\n%v", d, findings(r))
				}
				var names []string
				for _, re := range r.Listings[0].Repositories {
					names = append(names, re.Name)
				}
				if got := strings.Join(names, " "); got != tt.names {
					t.Errorf("lists %q, want %q", got, tt.names)
				}
			})
		})
	}
}

// TestOneLogin: each credential is checked once, each list is requested once, and nothing is sent
// with a refused one.
func TestOneLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := world(t, github)
		r := probe(t, server, githost.Config{}, "GITHUB pat=ghp-good apiPath=/orgs/acme/repos", "GITHUB pat=ghp-good apiPath=/orgs/globex/repos",
			"GITHUB pat=ghp-good apiPath=/orgs/acme/repos apiFilter=[?name=='web']", "GITHUB pat=ghp-typo", "GITHUB pat=ghp-typo apiPath=/orgs/acme/repos")
		if n, all := logins(server), len(server.Requests()); n != 2 || all != 4 {
			t.Errorf("%d logins and %d requests, want 2 and 4: %v", n, all, server.Requests())
		}
		want := []string{"3 warning lists-twice", "4 pat error credential-refused", "5 pat error credential-refused"}
		if d := cmp.Diff(want, found(r)); d != "" {
			t.Error(d)
		}
		if len(r.Credentials) != 2 || r.Credentials[0].User != "octo" || len(r.Credentials[0].Records) != 3 || r.Credentials[1].Status != "credential-refused" {
			t.Errorf("credentials: %+v", r.Credentials)
		}
	})
}

// TestOneHostOfTwoKinds: an integration and a plain repository of one host may share a token.
func TestOneHostOfTwoKinds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := probe(t, world(t, `
hosts:
	- {name: gitlab.example.org, kind: gitlab, credentials: [{token: glpat-good, user: u, scopes: [api]}], organizations: {team: [one]}}
`), githost.Config{}, "GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-good", "repository origin=https://gitlab.example.org/team/one.git pat=glpat-good")
		if len(r.Credentials) != 2 || r.Listings[0].Status != githost.StatusOK || r.Listings[1].Status != "path-refused" { // the simulated GitLab does not know git's protocol
			t.Errorf("%+v", r)
		}
	})
}

// TestDeadlines: what hosts have announced is reported from half a year before.
func TestDeadlines(t *testing.T) {
	for _, tt := range []struct {
		day, record string
		want        []string
	}{
		{"2026-05-01", "AZURE pat=az-good", []string{}},
		{"2026-07-01", "AZURE pat=az-good", []string{"1 pat warning host-deadline"}},
		{"2027-01-01", "VSTS pat=az-good", []string{"1 pat warning host-deadline"}},
		{"2026-07-01", "GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-ever", []string{}},
		{"2026-07-01", "repository origin=https://bitbucket.org/a/b.git username=ann password=pw-good", []string{"1 password warning host-deadline"}},
		{"2026-07-01", "repository origin=https://bitbucket.org/a/b.git username=ann@example.org password=pw-good", []string{}},
		{"2026-07-01", "repository origin=https://bitbucket.org/a/b.git pat=bb-token", []string{}},
	} {
		synctest.Test(t, func(t *testing.T) {
			day, err := time.Parse(time.DateOnly, tt.day)
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Until(day))
			server := world(t, gitlab+`
	- {name: bitbucket.org, kind: git, credentials: [{user: ann, password: pw-good}, {user: ann@example.org, password: pw-good}, {token: bb-token}], organizations: {a: [b]}}
`)
			if d := cmp.Diff(tt.want, found(probe(t, server, githost.Config{}, tt.record))); d != "" {
				t.Errorf("%s %s: %s", tt.day, tt.record, d)
			}
		})
	}
}

// TestPlainRepositoriesShareARefusal: a refused credential is sent once to a host, however many
// repositories use it.
func TestPlainRepositoriesShareARefusal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := world(t, gitlab)
		r := probe(t, server, githost.Config{}, "repository origin=https://git.example.org/scm/ops/tools.git username=svc password=pw-typo",
			"repository origin=https://git.example.org/scm/ops/more.git username=svc password=pw-typo")
		if want := []string{"1 password error credential-refused", "2 password error credential-refused"}; !cmp.Equal(want, found(r)) || len(server.Requests()) != 1 {
			t.Errorf("%v after %d requests", found(r), len(server.Requests()))
		}
	})
}

// TestNoCredentialLeavesItsHost: neither a redirect nor a next page takes one to another host, nor
// to plain http.
func TestNoCredentialLeavesItsHost(t *testing.T) {
	other := `
hosts:
	- {name: evil.example.org, kind: gitlab}
	- {name: gitlab.example.org, kind: gitlab, redirect: %s}
	- {name: ghe.example.org, kind: github-server, redirect: %[1]s}
	- {name: git.example.org, kind: git, redirect: %[1]s}
`
	for _, to := range []string{"https://evil.example.org", "http://gitlab.example.org"} {
		synctest.Test(t, func(t *testing.T) {
			server := world(t, fmt.Sprintf(other, to))
			r := probe(t, server, githost.Config{}, "GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-secret",
				"GITHUB_SERVER origin=https://ghe.example.org pat=ghe-secret", "repository origin=https://git.example.org/a/b.git username=svc password=pw-secret")
			if d := cmp.Diff([]string{"1 origin error path-refused", "2 origin error path-refused", "3 origin error path-refused"}, found(r)); d != "" {
				t.Error(d)
			}
			for _, request := range server.Requests() {
				if request.Status != http.StatusFound {
					t.Errorf("%+v followed the redirect to %s", request, to)
				}
			}
		})
	}
	var paths []string
	next := roundTripper(func(r *http.Request) *http.Response {
		paths = append(paths, r.URL.String())
		w := httptest.NewRecorder()
		w.Header().Set("Link", `<https://evil.example.org/page2>; rel="next"`)
		_, _ = w.WriteString(map[bool]string{true: `{"username":"x"}`, false: `[]`}[strings.HasSuffix(r.URL.Path, "/user")])
		return w.Result()
	})
	r, err := githost.New(githost.Config{Base: next}).Probe(t.Context(), records("GITHUB pat=ghp-secret apiPath=/orgs/acme/repos"))
	if err != nil || !cmp.Equal([]string{"1 error path-refused"}, found(r)) || len(paths) != 2 {
		t.Errorf("%v, %v, %v", err, found(r), paths)
	}
}

type roundTripper func(*http.Request) *http.Response

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	response := f(r)
	response.Request = r
	return response, nil
}

// TestRateLimit: a host that says when it takes requests again gets none before.
func TestRateLimit(t *testing.T) {
	for _, kind := range []string{"github-server", "gitlab"} {
		synctest.Test(t, func(t *testing.T) {
			server := world(t, `
hosts:
	- name: host.example.org
		kind: `+kind+`
		limit: {requests: 3, interval: 90s}
		credentials: [{token: good, user: u, scopes: [repo, api]}]
		organizations: {acme: [a, b, c, d, e, f]}
		pageSize: 1
`)
			var mu sync.Mutex
			var waits []time.Time
			start := time.Now()
			typ := map[string]string{"github-server": "GITHUB_SERVER", "gitlab": "GITLAB_SERVER"}[kind]
			c := githost.Config{OnWait: func(host string, until time.Time) {
				mu.Lock()
				defer mu.Unlock()
				if host != "host.example.org" {
					t.Errorf("waits for %s", host)
				}
				waits = append(waits, until)
			}}
			r := probe(t, server, c, typ+" origin=https://host.example.org pat=good")
			if n := len(r.Listings[0].Repositories); n != 6 || len(findings(r)) > 0 {
				t.Errorf("%d repositories, %v", n, findings(r))
			}
			if len(waits) != 2 || waits[0].Sub(start) != 90*time.Second || time.Since(start) != 180*time.Second {
				t.Errorf("waited for %v, %s in all", waits, time.Since(start))
			}
			for _, request := range server.Requests() {
				if request.Status != http.StatusOK {
					t.Errorf("%+v was sent while the host took none", request)
				}
			}
			r = probe(t, server, githost.Config{MaxWait: time.Minute}, typ+" origin=https://host.example.org pat=good")
			if d := cmp.Diff([]string{"1 origin warning unreachable"}, found(r)); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestRefusedByTheLimit: a 429 without a time, and one with a time, are waited for.
func TestRefusedByTheLimit(t *testing.T) {
	for _, header := range []string{"", "7"} {
		synctest.Test(t, func(t *testing.T) {
			asked := 0
			base := roundTripper(func(r *http.Request) *http.Response {
				asked++
				w := httptest.NewRecorder()
				switch {
				case asked == 1:
					w.Header().Set("Retry-After", header)
					w.WriteHeader(http.StatusTooManyRequests)
				case strings.HasSuffix(r.URL.Path, "/user"):
					_, _ = w.WriteString(`{"login":"x"}`)
				default:
					_, _ = w.WriteString(`[{"clone_url":"https://github.com/a/b.git"}]`)
				}
				return w.Result()
			})
			start := time.Now()
			r, err := githost.New(githost.Config{Base: base}).Probe(t.Context(), records("GITHUB pat=ghp-good"))
			if err != nil || len(findings(r)) > 0 || asked != 3 {
				t.Errorf("%v, %v after %d requests", err, findings(r), asked)
			}
			if took := time.Since(start); header == "7" && took != 7*time.Second || header == "" && took != time.Minute {
				t.Errorf("took %s", took)
			}
		})
	}
}

// TestHostThatHangs: the time limit ends it, once for all of its credentials.
func TestHostThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := world(t, "hosts: [{name: gitlab.example.org, kind: gitlab, hang: true}]")
		start := time.Now()
		r := probe(t, server, githost.Config{Timeout: 5 * time.Second}, "GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-one")
		if took := time.Since(start); took != 5*time.Second || !cmp.Equal([]string{"1 origin warning unreachable"}, found(r)) {
			t.Errorf("%v after %s", found(r), took)
		}
		if text := findings(r)[0].Message; !strings.Contains(text, "no answer within 5s") {
			t.Error(text)
		}
	})
}

// TestListsWithoutEnd: a host that always names a next page is given up.
func TestListsWithoutEnd(t *testing.T) {
	base := roundTripper(func(r *http.Request) *http.Response {
		w := httptest.NewRecorder()
		w.Header().Set("Link", `<https://api.github.com/user/repos?page=2>; rel="next"`)
		_, _ = w.WriteString(map[bool]string{true: `{"login":"x"}`, false: `[]`}[strings.HasSuffix(r.URL.Path, "/user")])
		return w.Result()
	})
	r, err := githost.New(githost.Config{Base: base}).Probe(t.Context(), records("GITHUB pat=ghp-good"))
	if err != nil || len(findings(r)) != 1 || !strings.Contains(findings(r)[0].Message, "does not end after 2000 pages") {
		t.Errorf("%v, %v", err, findings(r))
	}
}

// TestIncompleteAnswers: one whose count is another than its repositories is no list.
func TestIncompleteAnswers(t *testing.T) {
	base := roundTripper(func(r *http.Request) *http.Response {
		w := httptest.NewRecorder()
		_, _ = w.WriteString(map[bool]string{true: `{}`, false: `{"count":2,"value":[{"name":"a"}]}`}[strings.HasSuffix(r.URL.Path, "/connectionData")])
		return w.Result()
	})
	r, err := githost.New(githost.Config{Base: base}).Probe(t.Context(), records("AZURE_DEVOPS origin=https://tfs.example.org/tfs/Main pat=tfs-good"))
	if err != nil || !cmp.Equal([]string{"1 origin error path-refused"}, found(r)) || r.Listings[0].Repositories != nil {
		t.Errorf("%v, %v", err, findings(r))
	}
}

// TestNeverAPart: a list that breaks off is no list.
func TestNeverAPart(t *testing.T) {
	for name, second := range map[string]func(*httptest.ResponseRecorder){
		"500":     func(w *httptest.ResponseRecorder) { w.WriteHeader(500) },
		"cut":     func(w *httptest.ResponseRecorder) { _, _ = w.WriteString(`[{"clone_url":"https://github.com/a/c`) },
		"refused": func(w *httptest.ResponseRecorder) { w.WriteHeader(403) },
	} {
		synctest.Test(t, func(t *testing.T) {
			base := roundTripper(func(r *http.Request) *http.Response {
				w := httptest.NewRecorder()
				switch {
				case strings.HasSuffix(r.URL.Path, "/user"):
					_, _ = w.WriteString(`{"login":"x"}`)
				case r.URL.Query().Get("page") == "2":
					second(w)
				default:
					w.Header().Set("Link", `<https://api.github.com/user/repos?page=2>; rel="next"`)
					_, _ = w.WriteString(`[{"clone_url":"https://github.com/a/b.git"}]`)
				}
				return w.Result()
			})
			r, err := githost.New(githost.Config{Base: base}).Probe(t.Context(), records("GITHUB pat=ghp-good"))
			if err != nil || len(findings(r)) != 1 || r.Listings[0].Status == githost.StatusOK || r.Listings[0].Repositories != nil {
				t.Errorf("%s: %v, %v, %+v", name, err, findings(r), r.Listings[0])
			}
		})
	}
}

func TestTooLargeAnAnswer(t *testing.T) {
	base := roundTripper(func(*http.Request) *http.Response {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: endless{}}
	})
	r, err := githost.New(githost.Config{Base: base}).Probe(t.Context(), records("GITHUB pat=ghp-good"))
	if err != nil || len(findings(r)) != 1 || !strings.Contains(findings(r)[0].Message, "larger than 64 MiB") {
		t.Errorf("%v, %v", err, findings(r))
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
func (endless) Close() error               { return nil }

// TestHostMap: requests go to the mapped URL, next pages too, and messages name the host itself.
func TestHostMap(t *testing.T) {
	server := httptest.NewServer(world(t, github))
	defer server.Close()
	to, err := url.Parse(server.URL + "/api.github.com")
	if err != nil {
		t.Fatal(err)
	}
	client := githost.New(githost.Config{HostMap: map[string]*url.URL{"api.github.com": to}})
	defer client.Close()
	r, err := client.Probe(t.Context(), records("GITHUB pat=ghp-good", "GITHUB pat=ghp-typo"))
	if err != nil || len(r.Listings[0].Repositories) != 2004 {
		t.Fatalf("%v, %v", err, findings(r))
	}
	if text := findings(r)[1].Message; !strings.Contains(text, "api.github.com refuses the credential: Bad credentials") {
		t.Error(text)
	}
}

// TestCertificates: they are verified, except where the record says otherwise.
func TestCertificates(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(map[bool]string{true: `{"login":"x"}`, false: `[{"clone_url":"https://github.com/a/b.git"}]`}[strings.HasSuffix(r.URL.Path, "/user")]))
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer server.Close()
	all := records("GITHUB_SERVER pat=ghp-good origin="+server.URL, "GITHUB_SERVER pat=ghp-good origin="+server.URL)
	all[0] = all[0].Set(schema.FieldDisableSslVerification, schema.Bool(true))
	client := githost.New(githost.Config{})
	defer client.Close()
	for i, want := range []string{githost.StatusOK, string(schema.CodeUnreachable)} {
		r, err := client.Probe(t.Context(), all[i:i+1])
		if err != nil || r.Listings[0].Status != want {
			t.Errorf("record %d: %v, %s, want %s: %v", i+1, err, r.Listings[0].Status, want, findings(r))
		}
	}
}

// TestSecretsAreHidden: what a host says back is masked.
func TestSecretsAreHidden(t *testing.T) {
	base := roundTripper(func(r *http.Request) *http.Response {
		w := httptest.NewRecorder()
		w.WriteHeader(401)
		_, _ = w.WriteString(`{"message":"no such token: ` + strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ") + `"}`)
		return w.Result()
	})
	all := records("GITHUB pat=ghp-secret-value")
	mask := schema.NewMask(all[0].Masked())
	r, err := githost.New(githost.Config{Base: base, Mask: mask.HideSaid}).Probe(t.Context(), all)
	if err != nil || strings.Contains(fmt.Sprintf("%+v", r), "ghp-secret-value") || !strings.Contains(findings(r)[0].Message, "[secret]") {
		t.Errorf("%v, %+v", err, r)
	}
}

// TestUnknownSecrets: a record whose secret has no value, or that has errors, is not asked about.
func TestUnknownSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := world(t, github)
		all := records("GITHUB", "GITHUB pat=ghp-good")
		all[0] = all[0].Set(schema.FieldPat, schema.Hidden(schema.Refer(schema.SchemeEnv, "NONE")))
		all[1] = all[1].WithFindings(schema.CodeBadAPIPath.Newf(all[1].Place, "apiPath", "bad"))
		r, err := githost.New(githost.Config{Base: server.RoundTripper()}).Probe(t.Context(), all)
		if err != nil || len(server.Requests()) > 0 || r.Listings[0].Status != githost.StatusNotChecked || r.Listings[1].Status != githost.StatusNotChecked {
			t.Errorf("%v, %v, %+v", err, server.Requests(), r)
		}
	})
}

func TestProbeEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := world(t, "hosts: [{name: gitlab.example.org, kind: gitlab, hang: true}]")
		ctx, cancel := context.WithCancelCause(t.Context())
		stop := errors.New("stop")
		time.AfterFunc(time.Second, func() { cancel(stop) })
		_, err := githost.New(githost.Config{Base: server.RoundTripper()}).Probe(ctx, records("GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-one"))
		if !errors.Is(err, stop) {
			t.Error(err)
		}
	})
}
