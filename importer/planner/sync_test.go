package planner

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"gijbulk/schema"
)

// memory is a Memory of texts.
type memory map[schema.Field]string

func (m memory) Compare(_ int64, f schema.Field, v schema.Value) (same, judged bool) {
	if s, hidden := v.Secret(); hidden {
		return s.Reveal() == m[f], s.Known()
	}
	return v.String() == m[f], true
}

func (m memory) Why(_ int64, f schema.Field) schema.Resend {
	if m[f] == "" {
		return schema.ResendUnrecorded
	}
	return schema.ResendChanged
}

func withPat(r schema.Record, value string) schema.Record {
	return r.Set(schema.FieldPat, schema.Hidden(schema.Refer(schema.SchemeEnv, "P").Resolved(value)))
}

// said writes a plan's operations with what they change.
func said(plan schema.Plan) string {
	var words []string
	for _, a := range plan.Actions {
		word := fmt.Sprintf("%s %d", a.Op, a.Have.ID)
		for _, c := range a.Changes {
			word += " " + c.Field.String()
			if c.Unseen {
				word += "?"
			}
		}
		words = append(words, word)
	}
	return strings.Join(words, ", ")
}

func TestDiffForSync(t *testing.T) {
	have := []schema.Record{
		live(1, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "A", "disabled", false, "apiPath", "/a"),
		live(2, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "B", "disabled", false),
		live(3, "type", "GITLAB", "origin", "https://gitlab.com", "displayName", "C"),
	}
	a := record(2, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "A")
	b := record(3, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "B")
	sync := Options{Update: true, Sent: memory{schema.FieldPat: "old-secret", schema.FieldLimitGitData: "true"}}
	resend, prune := sync, sync
	resend.Resend, prune.Prune = true, true
	unresolved := a.Set(schema.FieldPat, schema.Hidden(schema.Refer(schema.SchemeEnv, "P")))
	for _, tt := range []struct {
		name string
		want []schema.Record
		o    Options
		said string
	}{
		{"one field", []schema.Record{a.Set(schema.FieldDisabled, schema.Bool(true))}, sync, "update 1 disabled"},
		{"nothing", []schema.Record{withPat(a, "old-secret")}, sync, "unchanged 1"},
		{"a new secret", []schema.Record{withPat(a, "new-secret")}, sync, "update 1 pat?"},
		{"the same secret again", []schema.Record{withPat(a, "old-secret")}, resend, "update 1 pat?"},
		{"a secret never sent from here", []schema.Record{withPat(a, "x")}, Options{Update: true}, "update 1 pat?"},
		{"a secret that is not at hand", []schema.Record{unresolved}, sync, "unchanged 1"},
		{"import leaves it", []schema.Record{withPat(a, "new-secret").Set(schema.FieldDisabled, schema.Bool(true))}, Options{}, "exists 1 disabled"},
		{"never shown, sent before", []schema.Record{a.Set(schema.FieldLimitGitData, schema.Bool(true))}, sync, "unchanged 1"},
		{"never shown, another value", []schema.Record{a.Set(schema.FieldLimitGitData, schema.Bool(false))}, sync, "update 1 limitGitData?"},
		{"shown elsewhere, so blank here", []schema.Record{b.Set(schema.FieldAPIPath, schema.Text("/b"))}, sync, "update 2 apiPath"},
		{"blank and not shown", []schema.Record{b.Set(schema.FieldAPIPath, schema.Text(""))}, sync, "unchanged 2"},
		{"prune", []schema.Record{a}, prune, "unchanged 1, delete 2"},
		{"prune other types never", []schema.Record{a, b}, prune, "unchanged 1, unchanged 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan, _ := Diff(tt.want, have, tt.o)
			if got := said(plan); got != tt.said {
				t.Errorf("got %s, want %s", got, tt.said)
			}
		})
	}
}

func TestDiffKnowsItsOwn(t *testing.T) {
	have := []schema.Record{live(7, "type", "GITHUB", "origin", "https://ghe.example/api", "displayName", "made of it")}
	have[0].InitDate = 1000
	want := record(2, "type", "GITHUB", "origin", "https://ghe.example", "displayName", "A")
	plan, _ := Diff([]schema.Record{want}, have, Options{Known: map[schema.Key]schema.Known{want.Key(): {ID: 7, InitDate: 1000}}})
	if got := said(plan); got != "exists 7 origin displayName" {
		t.Errorf("got %s", got)
	}
	other := record(2, "type", "GITLAB", "origin", "https://ghe.example", "displayName", "A")
	plan, _ = Diff([]schema.Record{other}, have, Options{Known: map[schema.Key]schema.Known{other.Key(): {ID: 7, InitDate: 1000}}})
	if got := said(plan); got != "create 0" {
		t.Errorf("an id of another type: got %s", got)
	}
}

func TestGuard(t *testing.T) {
	limit := func(s string) schema.Limit {
		l, err := schema.ParseLimit(s)
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	plan := func(liveOnes, deletes, updates, unseen int) schema.Plan {
		p := schema.Plan{Live: make([]schema.Known, liveOnes)}
		for range deletes {
			p.Actions = append(p.Actions, schema.Action{Op: schema.OpDelete})
		}
		for i := range updates + unseen {
			p.Actions = append(p.Actions, schema.Action{Op: schema.OpUpdate, Changes: []schema.Change{{Field: schema.FieldPat, Unseen: i >= updates}}})
		}
		return p
	}
	rails := SafetyLimits{limit("10%"), limit("30%")}
	for _, tt := range []struct {
		name string
		plan schema.Plan
		r    SafetyLimits
		want string
	}{
		{"as many as allowed", plan(100, 10, 30, 60), rails, ""},
		{"one too many", plan(100, 11, 0, 0), rails, "the plan would delete 11 of 100 live integrations (11%); the limit is 10%"},
		{"too many updates", plan(100, 0, 31, 0), rails, "the plan would update 31 of 100 live integrations (31%); the limit is 30%"},
		{"few, one deleted", plan(3, 1, 2, 0), rails, ""},
		{"few, two deleted", plan(3, 2, 0, 0), rails, "the plan would delete 2 of 3 live integrations (66.7%); the limit is 1 where fewer than 10 are live"},
		{"a number", plan(3, 2, 0, 0), SafetyLimits{limit("2"), limit("0")}, ""},
		{"a number exceeded", plan(3, 0, 1, 0), SafetyLimits{limit("2"), limit("0")}, "the plan would update 1 of 3 live integrations (33.3%); the limit is 0"},
	} {
		err := Guard(tt.plan, map[schema.Kind]int{schema.KindIntegration: len(tt.plan.Live)}, tt.r)
		if got := fmt.Sprint(err); tt.want == "" && err != nil || tt.want != "" && got != tt.want {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	for _, bad := range []string{"", "x", "-1", "101%", "%"} {
		if _, err := schema.ParseLimit(bad); err == nil {
			t.Errorf("%q is taken for a limit", bad)
		}
	}
}

func TestShardsCoverThePlanOnce(t *testing.T) {
	var names []string
	for i := range 100 {
		names = append(names, fmt.Sprint("n", i))
	}
	plan := creates(names...)
	plan.Actions = append(plan.Actions, schema.Action{N: 100, Op: schema.OpDelete, Have: live(5, "type", "GITHUB", "displayName", "gone")})
	seen := make(map[string]int)
	for i := range 4 {
		part := Shard(plan, schema.Shard{Index: i + 1, Of: 4})
		for n, a := range part.Actions {
			seen[a.Subject().Name()]++
			if a.N != n {
				t.Errorf("action %d has the number %d", n, a.N)
			}
		}
	}
	if len(seen) != 101 {
		t.Errorf("%d of 101 are covered", len(seen))
	}
	for name, n := range seen {
		if n != 1 {
			t.Errorf("%s is covered %d times", name, n)
		}
	}
}

// TestShardKnowsOthers: what other shards create, and what they have found on the server, with its id.
func TestShardKnowsOthers(t *testing.T) {
	want := []schema.Record{record(2, "type", "GITHUB", "displayName", "new"), record(3, "type", "GITHUB", "displayName", "there"), record(4, "type", "GITHUB", "origin", "https://ghe.example.org")}
	have := []schema.Record{live(5, "type", "GITHUB", "displayName", "there"), live(6, "type", "GITHUB", "displayName", "theirs")}
	plan, _ := Diff(want, have, Options{Prune: true})
	others := make(map[string]int64)
	for i := range 2 {
		for _, other := range Shard(plan, schema.Shard{Index: i + 1, Of: 2}).Others {
			others[other.Name()] = other.ID
		}
	}
	if w := map[string]int64{"new": 0, "there": 5, "": 0}; !maps.Equal(others, w) {
		t.Errorf("other shards' records are %v, want %v", others, w)
	}
}

func result(a schema.Action, o schema.Outcome) schema.Result {
	return schema.Result{Action: &a, Outcome: o}
}

func TestInvert(t *testing.T) {
	want := record(2, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "A", "disabled", false)
	there := live(9, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "A", "disabled", false)
	changed := there.Set(schema.FieldDisabled, schema.Bool(true))
	update := schema.Action{Op: schema.OpUpdate, Want: want, Have: changed, Changes: []schema.Change{
		{Field: schema.FieldDisabled, From: schema.Bool(true), To: schema.Bool(false)}, {Field: schema.FieldPat, Unseen: true}}}
	filter := schema.Action{Op: schema.OpUpdate, Want: want, Have: there, Changes: []schema.Change{
		{Field: schema.FieldTagsFilter, To: schema.Text("v.*"), Unseen: true}}}
	for _, tt := range []struct {
		name     string
		outcome  schema.Result
		live     []schema.Record
		said     string
		findings int
	}{
		{"created", result(schema.Action{Op: schema.OpCreate, Want: want}, schema.Outcome{Status: schema.StatusCreated, ID: 9}),
			[]schema.Record{there}, "delete 9", 0},
		{"created, changed since", result(schema.Action{Op: schema.OpCreate, Want: want}, schema.Outcome{Status: schema.StatusCreated, ID: 9}),
			[]schema.Record{changed}, "conflict 9", 0},
		{"created, rewritten by the server", result(schema.Action{Op: schema.OpCreate, Want: want}, schema.Outcome{Status: schema.StatusCreated, ID: 9}),
			[]schema.Record{there.Set(schema.FieldDisplayName, schema.Text("a"))}, "delete 9", 0},
		{"created, the id reassigned", result(schema.Action{Op: schema.OpCreate, Want: want}, schema.Outcome{Status: schema.StatusCreated, ID: 9, InitDate: 1}),
			[]schema.Record{dated(there, 2)}, "unchanged 0", 0},
		{"updated, the id reassigned", result(schema.Action{Op: schema.OpUpdate, Want: want, Have: dated(changed, 1), Changes: update.Changes},
			schema.Outcome{Status: schema.StatusUpdated, ID: 9, Attempts: 1}), []schema.Record{dated(there, 2)}, "conflict 0", 0},
		{"created, gone since", result(schema.Action{Op: schema.OpCreate, Want: want}, schema.Outcome{Status: schema.StatusCreated, ID: 9}),
			nil, "unchanged 0", 0},
		{"updated", result(update, schema.Outcome{Status: schema.StatusUpdated, ID: 9, Attempts: 1}), []schema.Record{there}, "update 9 disabled", 1},
		{"updated from blank", result(filter, schema.Outcome{Status: schema.StatusUpdated, ID: 9, Attempts: 1}),
			[]schema.Record{there.Set(schema.FieldTagsFilter, schema.Text("v.*"))}, "update 9 tagsFilter", 0},
		{"updated from what is not known", result(filter, schema.Outcome{Status: schema.StatusUpdated, ID: 9, Attempts: 1}),
			[]schema.Record{there}, "unchanged 9", 1},
		{"updated, changed since", result(update, schema.Outcome{Status: schema.StatusUpdated, ID: 9, Attempts: 1}), []schema.Record{changed}, "conflict 9", 1},
		{"update failed half-way", result(update, schema.Outcome{Status: schema.StatusFailed, ID: 9, Attempts: 2}), []schema.Record{there}, "update 9 disabled", 1},
		{"update refused", result(update, schema.Outcome{Status: schema.StatusFailed, ID: 9, Attempts: 1}), []schema.Record{changed}, "unchanged 9", 1},
		{"update lost", result(update, schema.Outcome{Status: schema.StatusUnknown, ID: 9, Attempts: 1}), []schema.Record{there}, "update 9 disabled", 1},
		{"update not sent", result(update, schema.Outcome{Status: schema.StatusUnprocessed}), []schema.Record{changed}, "", 0},
		{"deleted", result(schema.Action{Op: schema.OpDelete, Have: there}, schema.Outcome{Status: schema.StatusDeleted, ID: 9}), nil, "create 0", 1},
		{"deleted, there again", result(schema.Action{Op: schema.OpDelete, Have: there}, schema.Outcome{Status: schema.StatusDeleted, ID: 9}),
			[]schema.Record{live(12, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "A")}, "conflict 0", 0},
		{"deletion lost, still there", result(schema.Action{Op: schema.OpDelete, Have: there}, schema.Outcome{Status: schema.StatusUnknown, ID: 9, Attempts: 1}),
			[]schema.Record{there}, "unchanged 9", 0},
		{"deletion lost, no longer there", result(schema.Action{Op: schema.OpDelete, Have: there}, schema.Outcome{Status: schema.StatusUnknown, ID: 9, Attempts: 1}), nil, "conflict 0", 0},
		{"deletion lost, the id reassigned", result(schema.Action{Op: schema.OpDelete, Have: dated(there, 1)}, schema.Outcome{Status: schema.StatusUnknown, ID: 9, Attempts: 1}),
			[]schema.Record{dated(there, 2)}, "conflict 0", 0},
		{"failed", result(schema.Action{Op: schema.OpCreate, Want: want}, schema.Outcome{Status: schema.StatusFailed, Attempts: 1}), []schema.Record{there}, "", 0},
		{"created, a field that is not wanted changed since", result(schema.Action{Op: schema.OpCreate, Want: want}, schema.Outcome{Status: schema.StatusCreated, ID: 9, Shown: there.Digest()}),
			[]schema.Record{there.Set(schema.FieldTagsFilter, schema.Text("v.*"))}, "conflict 9", 0},
		{"created, not verified, a field that is not wanted changed since", result(schema.Action{Op: schema.OpCreate, Want: want}, schema.Outcome{Status: schema.StatusCreated, ID: 9, Shown: there.AnswerDigest(want)}),
			[]schema.Record{there.Set(schema.FieldTagsFilter, schema.Text("v.*"))}, "conflict 9", 0},
		{"created, not verified, as it was answered", result(schema.Action{Op: schema.OpCreate, Want: want}, schema.Outcome{Status: schema.StatusCreated, ID: 9, Shown: there.AnswerDigest(want)}),
			[]schema.Record{there}, "delete 9", 0},
		{"created, as it was shown", result(schema.Action{Op: schema.OpCreate, Want: want}, schema.Outcome{Status: schema.StatusCreated, ID: 9, Shown: there.Digest()}),
			[]schema.Record{there}, "delete 9", 0},
		{"created, and a value not taken", result(schema.Action{Op: schema.OpCreate, Want: want}, schema.Outcome{Status: schema.StatusFailed, ID: 9, Attempts: 1,
			Seen: &schema.Seen{Have: changed}}), []schema.Record{changed}, "delete 9", 0},
		{"created, a value not taken, changed since", result(schema.Action{Op: schema.OpCreate, Want: want}, schema.Outcome{Status: schema.StatusFailed, ID: 9, Attempts: 1,
			Seen: &schema.Seen{Have: changed}}), []schema.Record{there}, "conflict 9", 0},
		{"created twice, one answered", result(schema.Action{Op: schema.OpCreate, Want: want}, schema.Outcome{Status: schema.StatusConflict, ID: 9, Answered: true, Attempts: 1}),
			[]schema.Record{there, live(10, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "A", "disabled", false)}, "delete 9", 0},
		{"there twice, none answered", result(schema.Action{Op: schema.OpCreate, Want: want}, schema.Outcome{Status: schema.StatusConflict, ID: 9, Attempts: 1}),
			[]schema.Record{there}, "conflict 0", 0},
		{"made by somebody else before it was sent", result(schema.Action{Op: schema.OpCreate, Want: want}, schema.Outcome{Status: schema.StatusExists, ID: 9}),
			[]schema.Record{there}, "", 0},
		{"unknown", result(schema.Action{Op: schema.OpCreate, Want: want}, schema.Outcome{Status: schema.StatusUnknown, Attempts: 1}), nil, "conflict 0", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan, findings := Invert([]schema.Result{tt.outcome}, tt.live)
			if got := said(plan); got != tt.said || len(findings) != tt.findings {
				t.Errorf("got %q with %v, want %q with %d findings", got, findings, tt.said, tt.findings)
			}
		})
	}
}

// TestInvertMakesNoDuplicates: no record is created again, or gets its name back, where another one has or gets
// the identity. Names that are exchanged are no duplicates, unless one of them stays.
func TestInvertMakesNoDuplicates(t *testing.T) {
	named := func(id int64, name string) schema.Record {
		return live(id, "type", "GITHUB", "origin", "https://api.github.com", "displayName", name)
	}
	renamed := func(id int64, from, to string) schema.Result {
		change := schema.Change{Field: schema.FieldDisplayName, From: schema.Text(from), To: schema.Text(to)}
		return result(schema.Action{Op: schema.OpUpdate, Want: record(2, "type", "GITHUB", "origin", "https://api.github.com", "displayName", to), Have: named(id, from),
			Changes: []schema.Change{change}}, schema.Outcome{Status: schema.StatusUpdated, ID: id, Attempts: 1})
	}
	deleted := func(id int64, name string) schema.Result {
		return result(schema.Action{Op: schema.OpDelete, Have: named(id, name)}, schema.Outcome{Status: schema.StatusDeleted, ID: id, Attempts: 1})
	}
	for _, tt := range []struct {
		name    string
		results []schema.Result
		live    []schema.Record
		said    string
	}{
		{"deleted twice", []schema.Result{deleted(1, "a"), deleted(2, "a")}, nil, "create 0, conflict 0"},
		{"renamed, and the name given to another", []schema.Result{renamed(1, "a", "b")}, []schema.Record{named(1, "b"), named(9, "a")}, "conflict 1"},
		{"renamed, and the name of a deleted one", []schema.Result{renamed(1, "a", "b"), deleted(2, "a")}, []schema.Record{named(1, "b")}, "conflict 1, create 0"},
		{"exchanged", []schema.Result{renamed(1, "a", "b"), renamed(2, "b", "a")}, []schema.Record{named(1, "b"), named(2, "a")}, "update 1 displayName, update 2 displayName"},
		{"exchanged, and one renamed since", []schema.Result{renamed(1, "a", "b"), renamed(2, "b", "a")}, []schema.Record{named(1, "b"), named(2, "c")},
			"update 1 displayName, conflict 2"},
		{"a chain, and its end taken", []schema.Result{renamed(1, "a", "b"), renamed(2, "b", "c")}, []schema.Record{named(1, "b"), named(2, "c"), named(9, "a")}, "conflict 1, conflict 2"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan, _ := Invert(tt.results, tt.live)
			if got := said(plan); got != tt.said {
				t.Errorf("got %q, want %q", got, tt.said)
			}
		})
	}
}

// TestDroppedType: a create of a type that the vendor no longer supports is an error unless it is
// allowed; a live record of it is managed like any other.
func TestDroppedType(t *testing.T) {
	finding := schema.CodeDroppedType.Newf(schema.Place{File: "m.csv", Line: 2, Record: 2}, "type", "no longer supported")
	finding.Create = true
	legacy := func(disabled bool) schema.Record {
		return record(2, "type", "GITLAB_SERVER_LEGACY", "origin", "https://g.example", "displayName", "a", "disabled", disabled).WithFindings(finding)
	}
	have := live(1, "type", "GITLAB_SERVER_LEGACY", "origin", "https://g.example", "displayName", "a", "disabled", false)
	for _, tt := range []struct {
		name     string
		have     []schema.Record
		want     schema.Record
		allowed  bool
		op       schema.Op
		findings string
	}{
		{"new", nil, legacy(true), false, schema.OpInvalid, "[error]"},
		{"new and allowed", nil, legacy(true), true, schema.OpCreate, "[warning]"},
		{"live", []schema.Record{have}, legacy(false), false, schema.OpUnchanged, "[]"},
		{"live and different", []schema.Record{have}, legacy(true), false, schema.OpUpdate, "[]"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan, findings := Diff([]schema.Record{tt.want}, tt.have, Options{Update: true, AllowDropped: tt.allowed})
			levels := []string{}
			for _, f := range findings {
				levels = append(levels, f.Level.String())
			}
			if op := plan.Actions[0].Op; op != tt.op || fmt.Sprint(levels) != tt.findings {
				t.Errorf("got %s with %v, want %s with %s", op, levels, tt.op, tt.findings)
			}
		})
	}
}

// TestHiddenProjectsAreNoDrift: a manager is not shown the projects of records by others, although it
// is shown its own. A filter that is left out is blank where other records show theirs.
func TestHiddenProjectsAreNoDrift(t *testing.T) {
	have := []schema.Record{
		live(1, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "own", "global", true, "apiFilter", "[?a]"),
		live(2, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "other's"),
	}
	want := func(pairs ...any) schema.Record {
		return record(2, append([]any{"type", "GITHUB", "origin", "https://api.github.com", "displayName", "other's"}, pairs...)...)
	}
	for _, tt := range []struct {
		want   schema.Record
		drifts bool
	}{
		{want("global", true), false},
		{want("refSpecCustom", "+refs/x/*:refs/x/*"), false},
		{want("apiFilter", "[?a]"), true},
	} {
		plan, _ := Diff([]schema.Record{tt.want}, have, Options{Update: true})
		if a := plan.Actions[0]; a.Op != schema.OpUpdate || a.Drifts() != tt.drifts {
			t.Errorf("%v: %s %+v", tt.want.Fields(), a.Op, a.Changes)
		}
	}
}
