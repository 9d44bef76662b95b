package githost_test

import (
	"fmt"
	"strings"
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
			r := probe(t, server, githost.Config{}, tt.record)
			if d := cmp.Diff(tt.want, found(r)); d != "" {
				t.Errorf("%s %s: %s", tt.day, tt.record, d)
			}
			for _, f := range findings(r) {
				if !strings.Contains(f.Message, " stop working in ") {
					t.Errorf("the message is %q", f.Message)
				}
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

// TestUsersOfBitbucket: whose token it is, Bitbucket Data Center says with the repository.
func TestUsersOfBitbucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := probe(t, world(t, `
hosts:
	- {name: bb.example.org, kind: bitbucket-server, credentials: [{token: bb-token, user: "svc jira"}], organizations: {OPS: [tools]}}
`), githost.Config{}, "repository origin=https://bb.example.org/scm/ops/tools.git pat=bb-token")
		if len(r.Credentials) != 1 || r.Credentials[0].User != "svc jira" || r.Listings[0].Status != githost.StatusOK {
			t.Errorf("%+v, %v", r, findings(r))
		}
	})
}
