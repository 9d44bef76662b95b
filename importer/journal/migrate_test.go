package journal

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gijbulk/schema"
)

// firstLayout is a file of layout 1 with runs, actions and outcomes in every state. Its
// moments are seconds after started.
func firstLayout(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "gijbulk.db")
	at := func(seconds int) int64 { return started.Add(time.Duration(seconds) * time.Second).UnixNano() }
	want := func(name string) string {
		return fmt.Sprintf(`{"file":"a.csv","line":2,"record":1,"fields":{"type":"GITHUB","displayName":%q}}`, name)
	}
	seen := `{"have":{"id":12,"fields":{"type":"GITHUB","pat":{"secret":null},"tagsFilter":""}},"changes":[{"field":"pat","to":{"secret":null}}]}`
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	do := func(statement string, args ...any) {
		t.Helper()
		if _, err := db.Exec(statement, args...); err != nil {
			t.Fatal(err)
		}
	}
	do(migrations[0])
	do(fmt.Sprintf(`PRAGMA application_id = %d; PRAGMA user_version = 1`, applicationID))
	do(`INSERT INTO meta VALUES ('hash key', x'0102')`)
	do(`INSERT INTO targets VALUES (7, ?), (8, 'https://other.example.org')`, schema.NormalURL(jira))
	for i, id := range []string{"open", "ended", "early"} {
		var end, counts any
		if id == "ended" {
			end, counts = at(60), `{"created":1}`
		}
		do(`INSERT INTO runs VALUES (?, ?, 7, ?, 'import', '1.2.3', 'admin', 0, 'sha256:0', ?, ?, 0, 9, 8, '', ?, '["a.csv"]', '[]', '[]', NULL, '[3]')`,
			i+1, id, jira, at(i), end, counts)
	}
	for n := range 8 {
		do(`INSERT INTO actions VALUES (1, ?, 'create', ?, NULL, NULL, '')`, n, want(fmt.Sprint("record ", n)))
	}
	do(`INSERT INTO actions VALUES (1, 8, 'conflict', ?, NULL, NULL, 'several'), (2, 0, 'create', ?, NULL, NULL, '')`, want("record 8"), want("other"))
	outcome := `INSERT INTO outcomes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	do(outcome, 1, 1, 1, at(5), at(5), "", "", "", 0, 0, 0, 0, 0, "", "", 0, nil)
	do(outcome, 1, 2, 3, at(9), at(5), "", "", "", 0, 0, 0, 0, 0, "", "", 0, nil)
	do(outcome, 1, 3, 0, nil, at(1), "created", "done", "", 1<<60+1, 1, 200, 0, 0, "", "", int64(time.Second), nil)
	do(outcome, 1, 4, 0, nil, at(1), "failed", "refused", "busy", 0, 3, 429, 1, 1, "\"no\" }\n", "ask, é", int64(time.Second), nil)
	do(outcome, 1, 5, 2, at(9), at(1), "failed", "stop", "busy", 0, 3, 429, 1, 0, "busy", "wait", int64(time.Second), nil)
	do(outcome, 1, 6, 1, at(9), at(9), "unprocessed", "", "", 0, 0, 0, 0, 0, "held back", "", 0, nil)
	do(outcome, 1, 7, 0, nil, nil, "failed", "", "", 12, 1, 200, 0, 0, "", "", 0, seen)
	do(outcome, 2, 0, 0, nil, at(1), "created", "done", "", 40, 1, 200, 0, 0, "", "", 0, nil)
	h := newHasher([]byte{1, 2}, jira)
	sent := sentFields(nil).note(h, 40, schema.FieldPat, secret("token"))
	do(`INSERT INTO identities VALUES (7, 40, 'GITHUB', 'https://api.github.com', '', 'other', ?), (8, 40, 'GITHUB', '', '', 'elsewhere', x'')`, []byte(sent))
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTheFirstLayoutIsBroughtUp: nothing of a file that an earlier gijbulk wrote is lost.
func TestTheFirstLayoutIsBroughtUp(t *testing.T) {
	j := openAt(t, firstLayout(t))
	saved := load(t, j, "open")
	later := func(seconds int) time.Time { return started.Add(time.Duration(seconds) * time.Second) }
	lost := func(o schema.Outcome) schema.Outcome {
		o.Status, o.Class, o.Waited = schema.StatusUnknown, schema.ClassUnknown, true
		o.Error, o.Advice = "the run ended before the answer was kept", "gijbulk resume looks it up on the server"
		return o
	}
	want := []schema.Outcome{
		{Status: schema.StatusUnprocessed},
		lost(schema.Outcome{Attempts: 1, Started: later(5)}),
		lost(schema.Outcome{Attempts: 3, Started: later(5), Took: 4 * time.Second}),
		{Status: schema.StatusCreated, Class: schema.ClassDone, ID: 1<<60 + 1, Attempts: 1, HTTP: 200, Started: later(1), Took: time.Second},
		{Status: schema.StatusFailed, Class: schema.ClassRefused, Stop: schema.StopBusy, Attempts: 3, HTTP: 429, Passing: true, Waited: true,
			Error: "\"no\" }\n", Advice: "ask, é", Started: later(1), Took: time.Second},
		lost(schema.Outcome{Attempts: 5, Started: later(1), Took: 8 * time.Second}),
		lost(schema.Outcome{Attempts: 1, Started: later(9)}),
		{Status: schema.StatusFailed, ID: 12, Attempts: 1, HTTP: 200},
		{Status: schema.StatusConflict, Error: "several"},
	}
	for i := range want {
		want[i].Action = saved.Plan.Actions[i]
	}
	unknown := schema.Hidden(schema.Secret{})
	want[7].Action.Have = schema.NewRecord(map[schema.Field]schema.Value{schema.FieldType: schema.Text("GITHUB"), schema.FieldPat: unknown,
		schema.FieldTagsFilter: schema.Text("")})
	want[7].Action.Have.ID = 12
	want[7].Action.Changes = []schema.Change{{Field: schema.FieldPat, To: unknown}}
	if d := diff(want, saved.Outcomes); d != "" {
		t.Error(d)
	}
	if o := load(t, j, "ended").Outcomes; len(o) != 1 || o[0].Status != schema.StatusCreated || o[0].ID != 40 {
		t.Errorf("the ended run: %+v", o)
	}
	counts := map[string]map[schema.Status]int{
		"open":  {schema.StatusUnprocessed: 1, schema.StatusUnknown: 4, schema.StatusCreated: 1, schema.StatusFailed: 2, schema.StatusConflict: 1},
		"ended": {schema.StatusCreated: 1}, "early": {},
	}
	for i := range counts {
		for n := range 3 {
			if e := entry(t, j, n); e.ID == i {
				if d := diff(counts[i], e.Counts); d != "" {
					t.Errorf("%s: %s", i, d)
				}
			}
		}
	}
	ids, err := j.IDs(t.Context(), jira)
	if err != nil || len(ids) != 1 || ids[record("other", nil).Key()] != 40 {
		t.Errorf("ids %v, error %v", ids, err)
	}
	if got := compare(t, j, 40, schema.FieldPat, secret("token")); got != SameSent {
		t.Errorf("what was sent: %d", got)
	}
}

// TestARunOfTheFirstLayoutGoesOn: what is added goes behind what was there.
func TestARunOfTheFirstLayoutGoesOn(t *testing.T) {
	j := openAt(t, firstLayout(t))
	saved := load(t, j, "open")
	l, err := j.Continue(t.Context(), saved, schema.Mask{})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	found := done(saved.Plan.Actions[2], schema.StatusCreated, 50)
	if err := l.End(t.Context(), found); err != nil {
		t.Fatal(err)
	}
	saved.Run.Ended = started.Add(time.Hour)
	if err := l.Finish(t.Context(), saved.Run); err != nil {
		t.Fatal(err)
	}
	if d := diff(found, load(t, j, "open").Outcomes[2]); d != "" {
		t.Error(d)
	}
	ids, err := j.IDs(t.Context(), jira)
	if err != nil || len(ids) != 2 || ids[found.Action.Want.Key()] != 50 {
		t.Errorf("ids %v, error %v", ids, err)
	}
}

// TestWhatCannotBeReadIsTold: a text that no version wrote is no reason to lose the rest.
func TestWhatCannotBeReadIsTold(t *testing.T) {
	path := alter(t, firstLayout(t), `UPDATE outcomes SET seen = '{"have":' WHERE n = 7`)
	j := openAt(t, path)
	_, err := j.Load(t.Context(), "open")
	if trouble, told := errors.AsType[*Error](err); !told || trouble.Path != path {
		t.Errorf("error %v", err)
	}
	if o := load(t, j, "ended").Outcomes; len(o) != 1 || o[0].ID != 40 {
		t.Errorf("the other run: %+v", o)
	}
}

func TestAGlanceAtTheFirstLayout(t *testing.T) {
	path := firstLayout(t)
	before := contents(t, filepath.Dir(path))
	got, err := Glance(t.Context(), path)
	if err != nil || len(got) != 3 || got[1].ID != "ended" || got[1].Counts[schema.StatusCreated] != 1 || got[2].Counts != nil {
		t.Errorf("%+v, error %v", got, err)
	}
	if d := cmp.Diff(before, contents(t, filepath.Dir(path))); d != "" {
		t.Error("the glance changed something:", d)
	}
}
