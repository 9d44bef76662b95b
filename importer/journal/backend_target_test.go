package journal

import (
	"testing"

	"gijbulk/schema"
)

// judgement is the answer of Compare.
type judgement struct{ same, judged bool }

var (
	same      = judgement{true, true}
	different = judgement{false, true} // or never sent
	notJudged = judgement{false, false}
)

func compare(t testing.TB, j *Journal, id int64, f schema.Field, v schema.Value) judgement {
	t.Helper()
	sent, err := j.Identities(t.Context(), target)
	if err != nil {
		t.Fatal(err)
	}
	same, judged := sent.Compare(id, f, v)
	return judgement{same, judged}
}

func testCreateSent(t *testing.T, s store) {
	j := s.open(t)
	a := create("one")
	for f, v := range map[schema.Field]schema.Value{
		schema.FieldPat: secret("old token"), schema.FieldUsername: schema.Text("svc"), schema.FieldGlobal: schema.Bool(false),
		schema.FieldProjectMappingIDs: schema.IDs(1, 23), schema.FieldMaxMinsToCommitEmail: schema.Int(0), schema.FieldTagsFilter: schema.Text(""),
		schema.FieldWave: schema.Int(3), schema.FieldPassword: schema.Hidden(schema.Refer(schema.SchemeEnv, "UNRESOLVED")),
	} {
		a.Want = a.Want.Set(f, v)
	}
	do(t, start(t, j, run("r1"), a), a, schema.StatusCreated, 4)
	for _, c := range []struct {
		name string
		id   int64
		f    schema.Field
		v    schema.Value
		want judgement
	}{
		{"the same secret", 4, schema.FieldPat, secret("old token"), same},
		{"written elsewhere", 4, schema.FieldPat, schema.Hidden(schema.Literal("old token", "env:X")), same},
		{"a rotated secret", 4, schema.FieldPat, secret("new token"), different},
		{"a secret without a value", 4, schema.FieldPat, schema.Hidden(schema.Refer(schema.SchemeEnv, "TOKEN")), notJudged},
		{"a secret that had no value", 4, schema.FieldPassword, secret("x"), different},
		{"another integration", 5, schema.FieldPat, secret("old token"), different},
		{"a text", 4, schema.FieldUsername, schema.Text("svc"), same},
		{"the text as a secret", 4, schema.FieldUsername, secret("svc"), same},
		{"a boolean", 4, schema.FieldGlobal, schema.Bool(false), same},
		{"the other boolean", 4, schema.FieldGlobal, schema.Bool(true), different},
		{"another type", 4, schema.FieldGlobal, schema.Text("false"), different},
		{"a list", 4, schema.FieldProjectMappingIDs, schema.IDs(23, 1), same},
		{"a list of the same digits", 4, schema.FieldProjectMappingIDs, schema.IDs(12, 3), different},
		{"a number", 4, schema.FieldMaxMinsToCommitEmail, schema.Int(0), same},
		{"deliberately empty", 4, schema.FieldTagsFilter, schema.Text(""), same},
		{"absent", 4, schema.FieldAPIPath, schema.Text(""), different},
		{"a field of the tool", 4, schema.FieldWave, schema.Int(3), different},
	} {
		if got := compare(t, j, c.id, c.f, c.v); got != c.want {
			t.Errorf("%s: %+v, not %+v", c.name, got, c.want)
		}
	}
}

func testUpdateSent(t *testing.T, s store) {
	j := s.open(t)
	first := create("one")
	first.Want = first.Want.Set(schema.FieldPat, secret("old")).Set(schema.FieldAPIPath, schema.Text("/orgs/a")).
		Set(schema.FieldUsername, secret("svc"))
	do(t, start(t, j, run("r1"), first), first, schema.StatusCreated, 4)

	second := update(4, "one", map[schema.Field]schema.Value{schema.FieldPat: secret("new"), schema.FieldUsername: schema.Text("other")})
	l := start(t, j, run("r2"), second)
	begin(t, l, second)
	check := func(when string, f schema.Field, v schema.Value, want judgement) {
		t.Helper()
		if got := compare(t, j, 4, f, v); got != want {
			t.Errorf("%s, %s: %+v", when, f, got)
		}
	}
	check("while it is on its way", schema.FieldPat, secret("old"), different)
	check("while others are on their way", schema.FieldAPIPath, schema.Text("/orgs/a"), same)
	end(t, l, done(second, schema.StatusUnknown, 0))
	check("after the answer was lost", schema.FieldPat, secret("old"), different)
	check("after the answer was lost", schema.FieldPat, secret("new"), different)
	do(t, l, second, schema.StatusUpdated, 0)
	check("after it was updated", schema.FieldPat, secret("new"), same)
	check("after it was updated", schema.FieldUsername, schema.Text("other"), same)
	check("after it was updated", schema.FieldUsername, secret("svc"), different)
	check("after it was updated", schema.FieldAPIPath, schema.Text("/orgs/a"), same)

	third := create("one")
	third.Op, third.Have = schema.OpUnchanged, live(4, third.Want)
	end(t, start(t, j, run("r3"), third), done(third, schema.StatusUnchanged, 4))
	check("after it was unchanged", schema.FieldPat, secret("new"), same)
}

// testRotation: an outcome that is found after a death is recorded with the secret that
// was sent before it, and not with its value now.
func testRotation(t *testing.T, s store) {
	j := s.open(t)
	made := create("one")
	made.Want = made.Want.Set(schema.FieldPat, secret("sent"))
	changed := update(5, "two", map[schema.Field]schema.Value{schema.FieldPat: secret("sent")})
	actions := []schema.Action{made, changed}
	l := start(t, j, run("r1"), actions...)
	begin(t, l, actions...)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}

	saved := load(t, j, "r1") // as a new process does, which resolves the secrets again
	for i := range saved.Plan.Actions {
		a := &saved.Plan.Actions[i]
		a.Want = a.Want.Set(schema.FieldPat, secret("rotated"))
		for c := range a.Changes {
			a.Changes[c].To = secret("rotated")
		}
	}
	l, err := continued(t, j, saved)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	end(t, l, done(saved.Plan.Actions[0], schema.StatusCreated, 4), done(saved.Plan.Actions[1], schema.StatusUpdated, 5))
	for _, id := range []int64{4, 5} {
		if got := compare(t, j, id, schema.FieldPat, secret("sent")); got != same {
			t.Errorf("%d: what was sent is %+v", id, got)
		}
		if got := compare(t, j, id, schema.FieldPat, secret("rotated")); got != different {
			t.Errorf("%d: what was not sent is %+v", id, got)
		}
	}
}

func testIdentities(t *testing.T, s store) {
	j := s.open(t)
	actions := creates(4)
	aws := schema.NewRecord(map[schema.Field]schema.Value{schema.FieldType: schema.Text("AWS"), schema.FieldAwsRegion: schema.Text("eu-west-1")})
	actions[3].Want = aws
	there := create("there")
	there.Op, there.Have = schema.OpExists, live(13, there.Want)
	there.Have.InitDate = 2000
	l := start(t, j, run("r1"), append(actions, there)...)
	there.N = 4
	begin(t, l, actions[0])
	made := done(actions[0], schema.StatusCreated, 10)
	made.InitDate = 1000
	end(t, l, made)
	do(t, l, actions[1], schema.StatusCreated, 11)
	do(t, l, actions[2], schema.StatusFailed, 12)
	do(t, l, actions[3], schema.StatusCreated, 1<<62)
	end(t, l, done(there, schema.StatusExists, 0))
	guessed := create("guessed") // nothing proves that what was found is ours
	guessed.N = 5
	if err := l.Extend(t.Context(), []schema.Action{guessed}); err != nil {
		t.Fatal(err)
	}
	found := done(guessed, schema.StatusExists, 14)
	found.Inferred = true
	end(t, l, found)
	want := map[schema.Key]schema.Known{actions[0].Want.Key(): {ID: 10, InitDate: 1000}, actions[1].Want.Key(): {ID: 11}, aws.Key(): {ID: 1 << 62},
		there.Want.Key(): {ID: 13, InitDate: 2000}}
	if d := diff(want, identities(t, j, target)); d != "" {
		t.Error(d)
	}
	same := TargetURLs{BaseURL: "HTTPS://jira.example.org:443/", URL: "https://jira.example.org/"}
	if d := diff(want, identities(t, j, same)); d != "" {
		t.Errorf("the same target, written differently: %s", d)
	}
	for _, other := range []TargetURLs{{BaseURL: "https://other.example.org", URL: "https://other.example.org"}, {BaseURL: jira, URL: "https://copy.example.org"}} {
		if got := identities(t, j, other); len(got) != 0 {
			t.Errorf("%v has %v", other, got)
		}
	}
	if got := compare(t, j, 13, schema.FieldDisplayName, schema.Text("there")); got != different {
		t.Errorf("what another sent to 13: %+v", got)
	}

	removed := schema.Action{Op: schema.OpDelete, Have: live(1<<62, aws)}
	do(t, start(t, j, run("r2"), removed), removed, schema.StatusDeleted, 0)
	delete(want, aws.Key())
	if d := diff(want, identities(t, j, target)); d != "" {
		t.Error(d)
	}
	if got := compare(t, j, 1<<62, schema.FieldAwsRegion, schema.Text("eu-west-1")); got != different {
		t.Errorf("what a removed one was sent: %+v", got)
	}
}

// testTakeover: of two records that had an identity, the one that a run knew last counts, and
// the other again where that one is renamed later.
func testTakeover(t *testing.T, s store) {
	j := s.open(t)
	first := create("one")
	do(t, start(t, j, run("r1"), first), first, schema.StatusCreated, 10)
	again, renamed := create("one"), update(20, "two", nil)
	l := start(t, j, run("r2"), again, renamed)
	renamed.N = 1
	do(t, l, again, schema.StatusCreated, 20)
	if d := diff(map[schema.Key]schema.Known{again.Want.Key(): {ID: 20}}, identities(t, j, target)); d != "" {
		t.Error(d)
	}
	do(t, l, renamed, schema.StatusUpdated, 20)
	if d := diff(map[schema.Key]schema.Known{renamed.Want.Key(): {ID: 20}, first.Want.Key(): {ID: 10}}, identities(t, j, target)); d != "" {
		t.Error(d)
	}
}

// testReassigned: after a restore the server may give an id to another record, which was
// never sent what the first one was.
func testReassigned(t *testing.T, s store) {
	j := s.open(t)
	seen := func(id string, initDate int64) {
		a := create("one")
		a.Op, a.Have = schema.OpUnchanged, live(4, a.Want)
		a.Have.InitDate = initDate
		end(t, start(t, j, run(id), a), done(a, schema.StatusUnchanged, 4))
	}
	made := create("one")
	do(t, start(t, j, run("r1"), made), made, schema.StatusCreated, 4)
	for i, c := range []struct {
		initDate int64
		want     judgement
	}{{1000, same}, {1000, same}, {0, same}, {2000, different}} {
		seen(string(rune('a'+i)), c.initDate)
		if got := compare(t, j, 4, schema.FieldDisplayName, schema.Text("one")); got != c.want {
			t.Errorf("after %d was seen: %+v", c.initDate, got)
		}
	}
}

// testRepositoryReassigned: likewise where no initDate shows it. A repository that a run has moved is
// still the same one.
func testRepositoryReassigned(t *testing.T, s store) {
	j := s.open(t)
	before, moved, other := repository("https://h/a.git"), repository("https://h/b.git"), repository("https://h/c.git")
	made := schema.Action{Op: schema.OpCreate, Want: before}
	do(t, start(t, j, run("r1"), made), made, schema.StatusCreated, 6)
	for i, c := range []struct {
		op         schema.Op
		have, want schema.Record
		status     schema.Status
		sent       judgement
	}{
		{schema.OpUpdate, before, moved, schema.StatusUpdated, same},
		{schema.OpUnchanged, other, other, schema.StatusUnchanged, different},
	} {
		a := schema.Action{Op: c.op, Have: live(6, c.have), Want: c.want}
		l := start(t, j, run(string(rune('a'+i))), a)
		do(t, l, a, c.status, 6)
		end(t, l, done(a, c.status, 6)) // as verify records it again
		if got := compare(t, j, 6, schema.FieldDisplayName, schema.Text("tools")); got != c.sent {
			t.Errorf("after %s: %+v", c.status, got)
		}
	}
}

// testDiscardSent: nothing is known of what was sent to a record whose id the server has assigned
// to another.
func testDiscardSent(t *testing.T, s store) {
	j := s.open(t)
	made, tools := create("one"), schema.Action{N: 1, Op: schema.OpCreate, Want: repository("https://h/tools.git")}
	l := start(t, j, run("r1"), made, tools)
	begin(t, l, made, tools)
	o := done(made, schema.StatusCreated, 4)
	o.InitDate = 1000
	end(t, l, o, done(tools, schema.StatusCreated, 6))
	for _, tt := range []struct {
		name     string
		id       int64
		live     schema.Record
		initDate int64
		want     bool
	}{
		{"as it was", 4, made.Want, 1000, true},
		{"without an initDate", 4, made.Want, 0, true},
		{"with another initDate", 4, made.Want, 2000, false},
		{"renamed", 4, made.Want.Set(schema.FieldDisplayName, schema.Text("two")), 1000, true},
		{"of another type", 4, made.Want.Set(schema.FieldType, schema.Text("GITLAB")), 0, false},
		{"a repository", 4, tools.Want, 0, false},
		{"the repository", 6, tools.Want, 0, true},
		{"another repository", 6, repository("https://h/other.git"), 0, false},
	} {
		sent, err := j.Identities(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		there := live(tt.id, tt.live)
		there.InitDate = tt.initDate
		sent.Discard([]schema.Record{there, live(5, made.Want)})
		name := map[int64]string{4: "one", 6: "tools"}[tt.id]
		if same, judged := sent.Compare(tt.id, schema.FieldDisplayName, schema.Text(name)); same != tt.want || !judged {
			t.Errorf("%s: same %t, judged %t", tt.name, same, judged)
		}
	}
}

// testWhySent: a state knows why it would send a secret again.
func testWhySent(t *testing.T, s store) {
	j := s.open(t)
	made := create("one")
	made.Want = made.Want.Set(schema.FieldPat, secret("a token of one"))
	l := start(t, j, run("r1"), made)
	begin(t, l, made)
	o := done(made, schema.StatusCreated, 4)
	o.InitDate = 1000
	end(t, l, o)
	for _, tt := range []struct {
		name     string
		id       int64
		initDate int64
		want     schema.Resend
	}{
		{"the record", 4, 1000, schema.ResendChanged},
		{"made again", 9, 2000, schema.ResendReplaced},
		{"made again under its id", 4, 2000, schema.ResendReplaced},
	} {
		sent, err := j.Identities(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		there := live(tt.id, made.Want)
		there.InitDate = tt.initDate
		other := live(5, create("two").Want)
		sent.Discard([]schema.Record{there, other})
		if why := sent.Why(tt.id, schema.FieldPat); why != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, why, tt.want)
		}
		if why := sent.Why(other.ID, schema.FieldPat); why != schema.ResendUnrecorded {
			t.Errorf("%s: another one: %q", tt.name, why)
		}
	}
}

// testInferred: a record that was only inferred to be the wanted one does not become ours.
func testInferred(t *testing.T, s store) {
	j := s.open(t)
	there := create("one")
	there.Op, there.Have, there.Inferred = schema.OpExists, live(4, there.Want), true
	l := start(t, j, run("r1"), there)
	if saved := load(t, j, "r1"); !saved.Plan.Actions[0].Inferred {
		t.Error("the plan does not say that the match is inferred")
	}
	end(t, l, done(there, schema.StatusExists, 4))
	lost := create("")
	lost.N = 1
	if err := l.Extend(t.Context(), []schema.Action{lost}); err != nil {
		t.Fatal(err)
	}
	begin(t, l, lost)
	found := done(lost, schema.StatusCreated, 5)
	found.Inferred = true
	end(t, l, found)
	if got := identities(t, j, target); len(got) != 0 {
		t.Errorf("known are %v", got)
	}
}
