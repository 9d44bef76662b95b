package planner

import (
	"fmt"
	"testing"

	"gijbulk/schema"
)

// plain is a wanted repository, and livePlain one that is on the server.
func plain(line int, origin string, pairs ...any) schema.Record {
	return record(line, append([]any{"kind", "repository", "origin", origin}, pairs...)...)
}

func livePlain(id int64, origin string, pairs ...any) schema.Record {
	r := plain(0, origin, pairs...)
	r.Place, r.ID = schema.Place{}, id
	return r
}

func TestDiffOfBothKinds(t *testing.T) {
	const jira = "https://jira.example.org"
	have := []schema.Record{
		live(1, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "Acme"),
		live(2, "type", "FILESPACE", "origin", "/srv/git/tools.git", "displayName", "tools"),
		livePlain(3, "/srv/git/tools.git", "displayName", "tools", "mainBranch", "main"),
		livePlain(4, "https://git.example.org/a.git", "displayName", "a", "tagsFilter", "v.*"),
		livePlain(5, "https://git.example.org/twice.git", "displayName", "one"),
		livePlain(6, "https://git.example.org/twice.git", "displayName", "two"),
	}
	acme := record(2, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "Acme")
	have[3].InitDate = 1000
	known := plain(2, "https://new.example.org/b.git")
	sync := Options{Target: jira, Update: true, Sent: memory{}, Known: map[schema.Key]schema.Known{known.Key(): {ID: 4, InitDate: 1000}}}
	prune := sync
	prune.Prune = true
	for _, tt := range []struct {
		name string
		want []schema.Record
		o    Options
		said string
	}{
		{"an origin is enough", []schema.Record{plain(2, "https://GIT.example.org:443/a.git/")}, sync, "unchanged 4"},
		{"whatever it is called", []schema.Record{plain(2, "https://git.example.org/a.git", "displayName", "b")}, sync, "update 4 displayName"},
		{"one of each kind at one place", []schema.Record{
			plain(2, "/srv/git/tools.git", "mainBranch", "trunk"),
			record(3, "type", "FILESPACE", "origin", "/srv/git/tools.git", "displayName", "tools")}, sync, "update 3 mainBranch, unchanged 2"},
		{"another path", []schema.Record{plain(2, "https://git.example.org/b.git")}, sync, "create 0"},
		{"there twice", []schema.Record{plain(2, "https://git.example.org/twice.git", "displayName", "one")}, sync, "conflict 0"},
		{"moved", []schema.Record{plain(2, "https://new.example.org/a.git", "previously", []string{"https://git.example.org/a.git"})}, sync, "update 4 origin"},
		{"an earlier name says nothing", []schema.Record{plain(2, "https://new.example.org/a.git", "previously", []string{"a"})}, sync, "create 0"},
		{"no origin", []schema.Record{plain(2, "")}, sync, "create 0"},
		{"by id", []schema.Record{plain(2, "https://new.example.org/a.git", "displayName", "a", "id", 4, "target", jira)}, sync, "update 4 origin"},
		{"by the id of the other kind", []schema.Record{plain(2, "https://new.example.org/a.git", "id", 1, "target", jira)}, sync, "create 0"},
		{"known from here", []schema.Record{known}, sync, "update 4 origin"},
		{"shown for another repository, so blank here", []schema.Record{plain(2, "/srv/git/tools.git", "tagsFilter", "r.*")}, sync, "update 3 tagsFilter"},
		{"shown for no integration, so never shown", []schema.Record{acme.Set(schema.FieldTagsFilter, schema.Text("r.*"))}, sync, "update 1 tagsFilter?"},
		{"prune repositories", []schema.Record{plain(2, "/srv/git/tools.git")}, prune, "unchanged 3, delete 4, delete 5, delete 6"},
		{"prune no repositories without any", []schema.Record{acme}, prune, "unchanged 1"},
		{"prune each kind of which there is one", []schema.Record{
			record(3, "type", "FILESPACE", "origin", "/srv/git/x", "displayName", "x"),
			plain(2, "https://git.example.org/a.git")}, prune, "create 0, unchanged 4, delete 2, delete 3, delete 5, delete 6"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan, _ := Diff(tt.want, have, tt.o)
			if got := said(plan); got != tt.said {
				t.Errorf("got %s, want %s", got, tt.said)
			}
		})
	}
}

func TestGuardJudgesEachKind(t *testing.T) {
	limit := func(s string) schema.Limit {
		l, err := schema.ParseLimit(s)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	plan := func(integrations, repositories int) (p schema.Plan) {
		for range integrations {
			p.Actions = append(p.Actions, schema.Action{Op: schema.OpDelete, Have: live(1, "type", "GITHUB")})
		}
		for range repositories {
			p.Actions = append(p.Actions, schema.Action{Op: schema.OpDelete, Have: livePlain(2, "/srv/a.git")})
		}
		return p
	}
	counts := func(integrations, repositories int) map[schema.Kind]int {
		return map[schema.Kind]int{schema.KindIntegration: integrations, schema.KindRepository: repositories}
	}
	share, number := SafetyLimits{limit("10%"), limit("30%")}, SafetyLimits{limit("3"), limit("0")}
	for _, tt := range []struct {
		name string
		plan schema.Plan
		live map[schema.Kind]int
		r    SafetyLimits
		want string
	}{
		{"a share of each", plan(10, 2), counts(100, 20), share, ""},
		{"a small set beside a large one", plan(0, 3), counts(100, 20), share,
			"the plan would delete 3 of 20 live repositories (15%); the limit is 10%"},
		{"few beside many", plan(1, 2), counts(100, 5), share,
			"the plan would delete 2 of 5 live repositories (40%); the limit is 1 where fewer than 10 are live"},
		{"many beside few", plan(11, 1), counts(100, 5), share,
			"the plan would delete 11 of 100 live integrations (11%); the limit is 10%"},
		{"a number", plan(1, 2), counts(100, 5), number, ""},
		{"a number of both", plan(2, 2), counts(100, 5), number,
			"the plan would delete 4 of 105 live integrations and repositories (3.8%); the limit is 3"},
	} {
		err := Guard(tt.plan, tt.live, tt.r)
		if got := fmt.Sprint(err); tt.want == "" && err != nil || tt.want != "" && got != tt.want {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestEraseSource(t *testing.T) {
	for _, tt := range []struct {
		name  string
		have  schema.Record
		files bool
		want  int
	}{
		{"a clone of a host's", live(1, "type", "GITHUB"), true, 0},
		{"a tracked folder", live(1, "type", "FILESPACE", "origin", "/srv/git"), true, 1},
		{"a tracked folder, its files stay", live(1, "type", "FILESPACE", "origin", "/srv/git"), false, 0},
		{"a repository's clone", livePlain(1, "https://git.example.org/a.git", "absoluteRoot", false), true, 0},
		{"an absolute root", livePlain(1, "https://git.example.org/a.git", "absoluteRoot", true), true, 1},
		{"an absolute root, its files stay", livePlain(1, "https://git.example.org/a.git", "absoluteRoot", true), false, 0},
		{"nobody knows", livePlain(1, "https://git.example.org/a.git"), true, 1},
	} {
		plan := schema.Plan{Actions: []schema.Action{{Op: schema.OpDelete, Have: tt.have, Files: tt.files}}}
		if got := len(EraseSource(plan)); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestInvertRepositories(t *testing.T) {
	const origin = "https://git.example.org/a.git"
	want := plain(2, origin, "mainBranch", "main")
	there := livePlain(9, origin, "mainBranch", "main", "absoluteRoot", false, "realRoot", "9_a", "displayName", "a")
	absolute := there.Set(schema.FieldAbsoluteRoot, schema.Bool(true)).Set(schema.FieldRealRoot, schema.Text("/srv/a.git"))
	created := result(schema.Action{Op: schema.OpCreate, Want: want}, schema.Outcome{Status: schema.StatusCreated, ID: 9})
	updated := result(schema.Action{Op: schema.OpUpdate, Want: want, Have: there,
		Changes: []schema.Change{{Field: schema.FieldOrigin, From: schema.Text("https://git.example.org/old.git"), To: schema.Text(origin + "/")}}}, schema.Outcome{Status: schema.StatusUpdated, ID: 9, Attempts: 1})
	deleted := func(r schema.Record) schema.Result {
		return result(schema.Action{Op: schema.OpDelete, Have: r}, schema.Outcome{Status: schema.StatusDeleted, ID: 9})
	}
	for _, tt := range []struct {
		name     string
		outcome  schema.Result
		live     []schema.Record
		said     string
		realRoot string
	}{
		{"created", created, []schema.Record{there}, "delete 9", ""},
		{"created, and the id is an integration's", created, []schema.Record{live(9, "type", "GITHUB", "origin", origin)}, "unchanged 0", ""},
		{"moved", updated, []schema.Record{there}, "update 9 origin", ""},
		{"moved, and again since", updated, []schema.Record{there.Set(schema.FieldOrigin, schema.Text("https://x.example/b.git"))}, "conflict 9", ""},
		{"deleted", deleted(there), nil, "create 0", ""},
		{"deleted, where it lay by somebody's will", deleted(absolute), nil, "create 0", "/srv/a.git"},
		{"deleted, there again", deleted(there), []schema.Record{livePlain(12, origin)}, "conflict 0", ""},
		{"deleted, an integration at its place", deleted(there), []schema.Record{live(12, "type", "FILESPACE", "origin", origin)}, "create 0", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan, _ := Invert([]schema.Result{tt.outcome}, tt.live)
			if got := said(plan); got != tt.said {
				t.Fatalf("got %q, want %q", got, tt.said)
			}
			a := plan.Actions[0]
			if got := a.Want.Get(schema.FieldRealRoot).Text(); got != tt.realRoot || a.Subject().Kind() != schema.KindRepository {
				t.Errorf("a %s with realRoot %q, want %q", a.Subject().Kind(), got, tt.realRoot)
			}
		})
	}
}

// creates makes a plan of creates with these names.
func creates(names ...string) schema.Plan {
	var want []schema.Record
	for i, n := range names {
		want = append(want, record(i+2, "type", "GITHUB", "origin", "https://api.github.com", "displayName", n))
	}
	plan, _ := Diff(want, nil, Options{})
	return plan
}
