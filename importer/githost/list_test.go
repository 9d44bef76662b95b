package githost_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/githost"
	"gijbulk/schema"
)

const catalogs = gitlab + `
	- name: api.github.com
		kind: github
		pageSize: 2
		credentials:
			- {token: ghp-good, user: octo, scopes: [repo]}
			- {token: ghp-half, user: octo, scopes: [repo], hidden: [globex]}
			- {token: ghp-public, user: octo, scopes: [public_repo]}
			- {token: ghp-old, user: octo, state: expired}
		organizations: {globex: [shop], acme: [web, api, docs], octo: [dots]}
	- name: people.example.org
		kind: gitlab
		pageSize: 1
		credentials: [{token: glpat-ann, user: ann, scopes: [api]}]
		organizations: {ann: [notes, dots], team: [one]}
	- name: bb.example.org
		kind: bitbucket-server
		pageSize: 2
		credentials: [{token: bb-token, user: svc}, {user: svc, password: bb-pass}]
		organizations: {OPS: [tools, infra, dns], WEB: [site]}
	- name: api.bitbucket.org
		kind: bitbucket-cloud
		pageSize: 1
		credentials:
			- {user: svc@example.org, token: bbc-token, scopes: ["read:user:bitbucket"]}
			- {user: svc, token: bbc-workspace, scopes: []}
		organizations: {acme: [web, api], globex: [shop]}
	- name: gitea.example.org
		kind: gitea
		pageSize: 2
		credentials: [{token: gitea-token, user: gus}]
		organizations: {acme: [web, api, docs], gus: [dots]}
`

// source makes a source of TYPE or KIND, field=value…
func source(text string, names ...string) githost.Source {
	from := githost.Source{Names: names}
	first, _, _ := strings.Cut(text, " ")
	if !schema.Type(first).Valid() {
		from.Kind = githost.Kind(first)
		text = strings.Replace(text, first, "repository", 1)
	}
	from.Record = record(1, text)
	return from
}

// list reads a list whole; it is none where it ends with an error.
func list(t *testing.T, c *githost.Client, from githost.Source) (pages []githost.Page, err error) {
	t.Helper()
	for page, err := range c.List(t.Context(), from) {
		if err != nil {
			return nil, err
		}
		pages = append(pages, page)
	}
	return pages, nil
}

// listed are the names in pages, as each kind of host calls them.
func listed(pages []githost.Page) string {
	var names []string
	for _, p := range pages {
		for _, match := range naming.FindAllSubmatch(p.Text, -1) {
			names = append(names, string(match[1])+string(match[2])+string(match[3]))
		}
	}
	return strings.Join(names, " ")
}

var naming = regexp.MustCompile(`"(?:full_name|path_with_namespace|remoteUrl|repositoryName)":"([^"]*)"|"href":"([^"]*)"|"([^"]*)":\{(?:"_more_projects":true,)?"id":`)

func TestList(t *testing.T) {
	azureRoot, tfsRoot := "https://dev.azure.com/", "https://tfs.example.org/tfs/Main/"
	for _, tt := range []struct {
		from  string
		names []string
		want  string
		code  schema.Code // of the problem, where there is one
	}{
		{"GITHUB pat=ghp-good", nil, "acme/api acme/docs acme/web globex/shop octo/dots", ""},
		{"GITHUB pat=ghp-good", []string{"globex", "acme"}, "globex/shop acme/api acme/docs acme/web", ""},
		{"GITHUB pat=ghp-good", []string{"octo"}, "octo/dots", ""},
		{"GITHUB pat=ghp-good", []string{"acme", "nope"}, "", schema.CodePathRefused},
		{"GITHUB pat=ghp-half", nil, "", schema.CodeListPartial},
		{"GITHUB pat=ghp-half", []string{"acme"}, "acme/api acme/docs acme/web", ""},
		{"GITHUB pat=ghp-half", []string{"globex"}, "", schema.CodeScopeMissing},
		{"GITHUB pat=ghp-public", nil, "", schema.CodeListPartial},
		{"GITHUB pat=ghp-old", nil, "", schema.CodeCredentialRefused},
		{"GITHUB_SERVER origin=https://ghe.example.org pat=ghe-good", nil, "acme/api", ""},
		{"GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-good", nil, "team/one team/two team/sub/three", ""},
		{"GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-good", []string{"team"}, "team/one team/two team/sub/three", ""},
		{"GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-good", []string{"team/sub"}, "team/sub/three", ""},
		{"GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-good", []string{"nope"}, "", schema.CodePathRefused},
		{"GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-user", nil, "", schema.CodeScopeMissing},
		{"GITLAB_SERVER origin=https://people.example.org pat=glpat-ann", []string{"ann"}, "ann/notes ann/dots", ""},
		{"AZURE pat=az-good", nil, azureRoot + "contoso/web/_git/web " + azureRoot + "contoso/web/_git/api " + azureRoot + "fabrikam/shop/_git/shop", ""},
		{"VSTS pat=az-good", []string{"fabrikam"}, azureRoot + "fabrikam/shop/_git/shop", ""},
		{"AZURE pat=az-half", nil, "", schema.CodeScopeMissing},
		{"AZURE pat=az-half", []string{"contoso"}, azureRoot + "contoso/web/_git/web " + azureRoot + "contoso/web/_git/api", ""},
		{"AZURE pat=az-typo", nil, "", schema.CodeCredentialRefused},
		{"AZURE_DEVOPS origin=https://tfs.example.org/tfs pat=tfs-good", nil, tfsRoot + "a/_git/b", ""},
		{"AZURE_DEVOPS origin=https://tfs.example.org/tfs username=svc password=pw-good", []string{"Main"}, tfsRoot + "a/_git/b", ""},
		{"AZURE_DEVOPS origin=https://tfs.example.org/tfs/Main pat=tfs-good", nil, tfsRoot + "a/_git/b", ""},
		{"AZURE_DEVOPS origin=https://tfs.example.org/tfs pat=tfs-good", []string{"Other"}, "", schema.CodePathRefused},
		{"GERRIT origin=https://gerrit.example.org username=gus password=pw-good", nil, "platform/a platform/b platform/c", ""},
		{"GERRIT origin=https://gerrit.example.org username=gus password=pw-typo", nil, "", schema.CodeCredentialRefused},
		{"AWS awsRegion=eu-central-1 username=AKIAGOOD password=aws-good", nil, "app infra site", ""},
		{"AWS awsRegion=eu-central-1 username=AKIAWEAK password=aws-weak", nil, "", schema.CodeScopeMissing},
		{"bitbucket-server origin=https://bb.example.org pat=bb-token", nil,
			"https://bb.example.org/scm/ops/tools.git https://bb.example.org/scm/ops/infra.git https://bb.example.org/scm/ops/dns.git https://bb.example.org/scm/web/site.git", ""},
		{"bitbucket-server origin=https://bb.example.org username=svc password=bb-pass", []string{"WEB"}, "https://bb.example.org/scm/web/site.git", ""},
		{"bitbucket-server origin=https://bb.example.org pat=bb-token", []string{"NOPE"}, "", schema.CodePathRefused},
		{"bitbucket-server origin=https://bb.example.org pat=bb-typo", nil, "", schema.CodeCredentialRefused},
		{"bitbucket-server origin=https://gitea.example.org pat=gitea-token", nil, "", schema.CodeCredentialRefused},
		{"bitbucket-cloud origin=https://api.bitbucket.org username=svc@example.org password=bbc-token", nil,
			"acme/web https://svc@example.org@bitbucket.org/acme/web.git acme/api https://svc@example.org@bitbucket.org/acme/api.git globex/shop https://svc@example.org@bitbucket.org/globex/shop.git", ""},
		{"bitbucket-cloud origin=https://api.bitbucket.org pat=bbc-workspace", []string{"globex"}, "globex/shop https://svc@bitbucket.org/globex/shop.git", ""},
		{"bitbucket-cloud origin=https://api.bitbucket.org pat=bbc-workspace", nil, "", schema.CodeScopeMissing},
		{"bitbucket-cloud origin=https://api.bitbucket.org pat=bbc-typo", []string{"acme"}, "", schema.CodeCredentialRefused},
		{"gitea origin=https://gitea.example.org pat=gitea-token", nil, "acme/web acme/api acme/docs gus/dots", ""},
		{"gitea origin=https://gitea.example.org pat=gitea-token", []string{"acme"}, "acme/web acme/api acme/docs", ""},
		{"gitea origin=https://gitea.example.org pat=gitea-token", []string{"gus"}, "gus/dots", ""},
		{"gitea origin=https://gitea.example.org pat=gitea-token", []string{"nope"}, "", schema.CodePathRefused},
		{"gitea origin=https://gitea.example.org pat=gitea-typo", nil, "", schema.CodeCredentialRefused},
		{"FILESPACE origin=/srv/git/*", nil, "", schema.CodeUnreachable},
		{"GITLAB_SERVER_LEGACY origin=https://gitlab.example.org username=u password=p", nil, "", schema.CodeUnreachable},
	} {
		t.Run(tt.from+" "+strings.Join(tt.names, " "), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pages, err := list(t, githost.New(githost.Config{Base: world(t, catalogs).RoundTripper()}), source(tt.from, tt.names...))
				if got := listed(pages); got != tt.want {
					t.Errorf("lists %q, want %q", got, tt.want)
				}
				var problem *githost.Problem
				if errors.As(err, &problem); (err != nil) != (tt.code != "") || problem != nil && problem.Code != tt.code {
					t.Errorf("%+v, want %q: %v", problem, tt.code, err)
				}
			})
		})
	}
}

// TestListsAreNeverAPart: a list that breaks off, that lacks what its host counts, or that has
// another form is none.
func TestListsAreNeverAPart(t *testing.T) {
	repository := `{"full_name":"acme/web","path_with_namespace":"acme/web"}`
	for name, tt := range map[string]struct {
		from   string
		answer func(w http.ResponseWriter, r *http.Request)
	}{
		"the second page fails": {"GITHUB pat=good", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("page") == "2" {
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			w.Header().Set("Link", `<https://api.github.com/user/repos?page=2>; rel="next"`)
			_, _ = fmt.Fprint(w, "["+repository+"]")
		}},
		"the second page is cut": {"GITHUB pat=good", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Get("page") == "2" {
				_, _ = fmt.Fprint(w, "["+repository)
				return
			}
			w.Header().Set("Link", `<https://api.github.com/user/repos?page=2>; rel="next"`)
			_, _ = fmt.Fprint(w, "["+repository+"]")
		}},
		"the next page is elsewhere": {"GITHUB pat=good", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Link", `<https://elsewhere.example.org/user/repos?page=2>; rel="next"`)
			_, _ = fmt.Fprint(w, "["+repository+"]")
		}},
		"an object": {"GITHUB pat=good", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, repository) }},
		"GitLab counts more": {"GITLAB pat=good", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Total", "2")
			_, _ = fmt.Fprint(w, "["+repository+"]")
		}},
		"Gitea counts more": {"gitea origin=https://gitea.example.org pat=good", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Total-Count", "2")
			_, _ = fmt.Fprint(w, `{"ok":true,"data":[`+repository+`]}`)
		}},
		"Bitbucket's next page has no start": {"bitbucket-server origin=https://bb.example.org pat=good", func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprint(w, `{"isLastPage":false,"values":[`+repository+`]}`)
		}},
		"no page of Bitbucket":       {"bitbucket-server origin=https://bb.example.org pat=good", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, `{}`) }},
		"no page of Bitbucket Cloud": {"bitbucket-cloud origin=https://api.bitbucket.org pat=good", func(w http.ResponseWriter, r *http.Request) { _, _ = fmt.Fprint(w, `{}`) }},
		"no page of Gitea":           {"gitea origin=https://gitea.example.org pat=good", func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprint(w, `{}`) }},
		"CodeCommit describes fewer": {"AWS awsRegion=eu-central-1 username=u password=good", func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "ListRepositories") {
				_, _ = fmt.Fprint(w, `{"repositories":[{"repositoryName":"a"},{"repositoryName":"b"}]}`)
				return
			}
			_, _ = fmt.Fprint(w, `{"repositories":[{"repositoryName":"a"}],"repositoriesNotFound":[]}`)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				base := roundTripper(func(r *http.Request) *http.Response {
					w := httptest.NewRecorder()
					switch {
					case r.URL.Host == "elsewhere.example.org":
						t.Errorf("%s was asked", r.URL)
					case strings.HasPrefix(r.URL.Host, "sts."):
						_, _ = w.WriteString(`<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`)
					case strings.HasSuffix(r.URL.Path, "/user"):
						_, _ = w.WriteString(`{}`)
					case strings.HasSuffix(r.URL.Path, "/user/workspaces"):
						_, _ = w.WriteString(`{"values":[{"workspace":{"slug":"acme"}}]}`)
					case strings.HasSuffix(r.URL.Path, "/self"):
						w.WriteHeader(http.StatusNotFound)
					default:
						tt.answer(w, r)
					}
					return w.Result()
				})
				pages, err := list(t, githost.New(githost.Config{Base: base}), source(tt.from))
				var problem *githost.Problem
				if pages != nil || !errors.As(err, &problem) {
					t.Errorf("%d pages, error %v", len(pages), err)
				}
			})
		})
	}
}

// TestListsStayOnTheirHost: a redirect takes no credential to another host.
func TestListsStayOnTheirHost(t *testing.T) {
	for _, from := range []string{"GITHUB_SERVER origin=https://host.example.org pat=good", "GITLAB_SERVER origin=https://host.example.org pat=good",
		"AZURE_DEVOPS origin=https://host.example.org/tfs pat=good", "GERRIT origin=https://host.example.org username=u password=good",
		"bitbucket-server origin=https://host.example.org pat=good", "bitbucket-cloud origin=https://host.example.org pat=good", "gitea origin=https://host.example.org pat=good"} {
		for _, to := range []string{"https://evil.example.org", "http://host.example.org"} {
			synctest.Test(t, func(t *testing.T) {
				server := world(t, "hosts: [{name: host.example.org, kind: git, redirect: '"+to+"'}, {name: evil.example.org, kind: gitlab}]")
				_, err := list(t, githost.New(githost.Config{Base: server.RoundTripper()}), source(from))
				if err == nil || !strings.Contains(err.Error(), "the credential is not sent there") {
					t.Errorf("%s: %v", from, err)
				}
				for _, r := range server.Requests() {
					if r.Status != http.StatusFound {
						t.Errorf("%s: %+v followed the redirect", from, r)
					}
				}
			})
		}
	}
}

// TestListWaitsForTheRateLimit: while a host takes no requests, it gets none.
func TestListWaitsForTheRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := world(t, `
hosts:
	- name: api.github.com
		kind: github
		limit: {requests: 3, interval: 90s}
		credentials: [{token: good, user: u, scopes: [repo]}]
		organizations: {a: [x], b: [x], c: [x], d: [x]}
`)
		waited, start := 0, time.Now()
		client := githost.New(githost.Config{Base: server.RoundTripper(), OnWait: func(string, time.Time) { waited++ }})
		pages, err := list(t, client, source("GITHUB pat=good", "a", "b", "c", "d"))
		if listed(pages) != "a/x b/x c/x d/x" || err != nil || waited == 0 || time.Since(start) != 90*time.Second {
			t.Errorf("%s: waited %d times, %s in all: %v", listed(pages), waited, time.Since(start), err)
		}
		if _, err = list(t, githost.New(githost.Config{Base: server.RoundTripper(), MaxWait: time.Minute}), source("GITHUB pat=good", "a", "b", "c", "d")); err == nil || !strings.Contains(err.Error(), "is rate-limited until") {
			t.Errorf("with little patience: %v", err)
		}
	})
}

// TestListReadsLittleAhead: who takes no more pages has few requests made in vain, and none later.
func TestListReadsLittleAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := world(t, `
hosts:
	- name: api.github.com
		kind: github
		credentials: [{token: good, user: u, scopes: [repo]}]
		organizations: {a: [x], b: [x], c: [x], d: [x], e: [x], f: [x], g: [x], h: [x], i: [x], j: [x]}
`)
		client := githost.New(githost.Config{Base: server.RoundTripper()})
		for page, err := range client.List(t.Context(), source("GITHUB pat=good", strings.Split("abcdefghij", "")...)) {
			if got := listed([]githost.Page{page}); got != "a/x" || err != nil {
				t.Errorf("%s: %v", got, err)
			}
			break
		}
		synctest.Wait()
		if asked := len(server.Requests()); asked < 2 || asked > 7 {
			t.Errorf("%d requests", asked)
		}
	})
}

// TestAllProjectsOfGitLab: they are paged by id, since no number of a page reaches beyond 50,000 of
// them; a list that has another order is not.
func TestAllProjectsOfGitLab(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := world(t, `
hosts:
	- name: gitlab.example.org
		kind: gitlab
		credentials: [{token: glpat-good, user: u, scopes: [api]}]
		many: {team: 201}
`)
		r := probe(t, server, githost.Config{}, "GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-good", "GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-good apiPath=/projects?order_by=name")
		var byID, byNumber int
		for _, request := range server.Requests() {
			byID += strings.Count(request.Path, "id_after=")
			byNumber += strings.Count(request.Path, "&page=")
		}
		if len(r.Listings[0].Repositories) != 201 || len(r.Listings[1].Repositories) != 201 || byID != 2 || byNumber != 2 {
			t.Errorf("%d and %d repositories; %d pages by id and %d by number", len(r.Listings[0].Repositories), len(r.Listings[1].Repositories), byID, byNumber)
		}
	})
}
