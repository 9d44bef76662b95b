package journal

import (
	"testing"

	"gijbulk/schema"
)

func secret(value string) schema.Value {
	return schema.Hidden(schema.Refer(schema.SchemeEnv, "TOKEN").Resolved(value))
}

func compare(t *testing.T, j *Journal, id int64, f schema.Field, v schema.Value) Memory {
	t.Helper()
	sent, err := j.Sent(t.Context(), jira)
	if err != nil {
		t.Fatal(err)
	}
	return sent.Compare(id, f, v)
}

func TestWhatACreateSentIsRemembered(t *testing.T) {
	j := open(t)
	a := create("one")
	for f, v := range map[schema.Field]schema.Value{
		schema.FieldPat: secret("old token"), schema.FieldUsername: schema.Text("svc"), schema.FieldGlobal: schema.Bool(false),
		schema.FieldProjectMappingIDs: schema.IDs(1, 23), schema.FieldMaxMinsToCommitEmail: schema.Int(0), schema.FieldTagsFilter: schema.Text(""),
		schema.FieldWave: schema.Int(3), schema.FieldPassword: schema.Hidden(schema.Refer(schema.SchemeEnv, "UNRESOLVED")),
	} {
		a.Want = a.Want.Set(f, v)
	}
	end(t, start(t, j, run("r1"), a), done(a, schema.StatusCreated, 4))
	for _, c := range []struct {
		name string
		id   int64
		f    schema.Field
		v    schema.Value
		want Memory
	}{
		{"the same secret", 4, schema.FieldPat, secret("old token"), SameSent},
		{"from another place", 4, schema.FieldPat, schema.Hidden(schema.Literal("old token", "env:X")), SameSent},
		{"a rotated secret", 4, schema.FieldPat, secret("new token"), OtherSent},
		{"one that is not at hand", 4, schema.FieldPat, schema.Hidden(schema.Refer(schema.SchemeEnv, "TOKEN")), Unjudged},
		{"one that was not at hand", 4, schema.FieldPassword, secret("x"), NeverSent},
		{"another integration", 5, schema.FieldPat, secret("old token"), NeverSent},
		{"a text", 4, schema.FieldUsername, schema.Text("svc"), SameSent},
		{"the text as a secret", 4, schema.FieldUsername, secret("svc"), SameSent},
		{"a boolean", 4, schema.FieldGlobal, schema.Bool(false), SameSent},
		{"the other boolean", 4, schema.FieldGlobal, schema.Bool(true), OtherSent},
		{"another type", 4, schema.FieldGlobal, schema.Text("false"), OtherSent},
		{"a list", 4, schema.FieldProjectMappingIDs, schema.IDs(23, 1), SameSent},
		{"a list of the same digits", 4, schema.FieldProjectMappingIDs, schema.IDs(12, 3), OtherSent},
		{"a number", 4, schema.FieldMaxMinsToCommitEmail, schema.Int(0), SameSent},
		{"empty on purpose", 4, schema.FieldTagsFilter, schema.Text(""), SameSent},
		{"absent", 4, schema.FieldAPIPath, schema.Text("/x"), NeverSent},
		{"never sent by anybody", 4, schema.FieldWave, schema.Int(3), NeverSent},
	} {
		if got := compare(t, j, c.id, c.f, c.v); got != c.want {
			t.Errorf("%s: %d, not %d", c.name, got, c.want)
		}
	}
}

func TestUpdatesAreRemembered(t *testing.T) {
	j := open(t)
	first := create("one")
	first.Want = first.Want.Set(schema.FieldPat, secret("old")).Set(schema.FieldAPIPath, schema.Text("/orgs/a"))
	end(t, start(t, j, run("r1"), first), done(first, schema.StatusCreated, 4))

	fields := map[schema.Field]schema.Value{schema.FieldPat: secret("new")}
	second := update(4, "one", fields)
	l := start(t, j, run("r2"), second)
	begin(t, l, second)
	if got := compare(t, j, 4, schema.FieldPat, secret("old")); got != NeverSent {
		t.Errorf("while it is on its way: the old value %d", got)
	}
	if got := compare(t, j, 4, schema.FieldAPIPath, schema.Text("/orgs/a")); got != SameSent {
		t.Errorf("while another field is on its way: %d", got)
	}
	lost := done(second, schema.StatusUnknown, 0)
	if err := l.End(t.Context(), lost); err != nil {
		t.Fatal(err)
	}
	if got := compare(t, j, 4, schema.FieldPat, secret("old")); got != NeverSent {
		t.Errorf("after its answer was lost: the old value %d", got)
	}
	end(t, l, done(second, schema.StatusUpdated, 0))
	for f, want := range map[schema.Field]schema.Value{schema.FieldPat: secret("new"), schema.FieldAPIPath: schema.Text("/orgs/a")} {
		if got := compare(t, j, 4, f, want); got != SameSent {
			t.Errorf("%s: %d", f, got)
		}
	}
}

func TestEqualSecretsDoNotLookAlike(t *testing.T) {
	h, other := newHasher([]byte("key"), jira), newHasher([]byte("another"), jira)
	elsewhere := newHasher([]byte("key"), "https://other.example.org")
	base := h.sum(1, schema.FieldPat, secret("x"))
	for name, s := range map[string]sum{
		"field": h.sum(1, schema.FieldPassword, secret("x")), "integration": h.sum(2, schema.FieldPat, secret("x")),
		"key": other.sum(1, schema.FieldPat, secret("x")), "target": elsewhere.sum(1, schema.FieldPat, secret("x")),
	} {
		if s == base {
			t.Errorf("another %s makes no difference", name)
		}
	}
	if h.sum(1, schema.FieldPat, secret("x")) != base {
		t.Error("the same value twice has two hashes")
	}
}

func TestIDs(t *testing.T) {
	j := open(t)
	ids := func(target string) map[schema.Key]int64 {
		t.Helper()
		got, err := j.IDs(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	actions := creates(4)
	aws := schema.NewRecord(map[schema.Field]schema.Value{schema.FieldType: schema.Text("AWS"), schema.FieldAwsRegion: schema.Text("eu-west-1")})
	actions[3].Want = aws
	l := start(t, j, run("r1"), actions...)
	end(t, l, done(actions[0], schema.StatusCreated, 10))
	end(t, l, done(actions[1], schema.StatusCreated, 11))
	end(t, l, done(actions[2], schema.StatusFailed, 12))
	end(t, l, done(actions[3], schema.StatusCreated, 1<<62))
	want := map[schema.Key]int64{actions[0].Want.Key(): 10, actions[1].Want.Key(): 11, aws.Key(): 1 << 62}
	if d := diff(want, ids(jira)); d != "" {
		t.Error(d)
	}
	if d := diff(want, ids("HTTPS://jira.example.org:443/")); d != "" {
		t.Errorf("the same target, written otherwise: %s", d)
	}
	if got := ids("https://other.example.org"); len(got) != 0 {
		t.Errorf("another target has %v", got)
	}

	again := creates(1) // made anew, after somebody removed it
	renamed := update(11, "new name", nil)
	removed := schema.Action{Op: schema.OpDelete, Have: live(1<<62, aws)}
	l = start(t, j, run("r2"), again[0], renamed, removed)
	renamed.N, removed.N = 1, 2
	end(t, l, done(again[0], schema.StatusCreated, 20))
	end(t, l, done(renamed, schema.StatusUpdated, 11))
	end(t, l, done(removed, schema.StatusDeleted, 0))
	want = map[schema.Key]int64{again[0].Want.Key(): 20, renamed.Want.Key(): 11}
	if d := diff(want, ids(jira)); d != "" {
		t.Error(d)
	}
	if got := compare(t, j, 1<<62, schema.FieldAwsRegion, schema.Text("eu-west-1")); got != NeverSent {
		t.Errorf("what a removed one was sent: %d", got)
	}
}
