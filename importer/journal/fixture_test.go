package journal

import (
	"cmp"
	"context"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gijbulk/schema"
)

const jira = "https://jira.example.org"

var target = TargetURLs{BaseURL: jira, URL: jira}

var started = time.Date(2026, 3, 1, 2, 30, 0, 123, time.UTC)

func open(t testing.TB) *Journal {
	t.Helper()
	return openAt(t, filepath.Join(t.TempDir(), "state", "gijbulk.db"))
}

func openAt(t testing.TB, path string) *Journal {
	t.Helper()
	j, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

// start starts a run and records its plan.
func start(t testing.TB, j *Journal, r schema.Run, actions ...schema.Action) *Log {
	t.Helper()
	l, err := startPlanned(t.Context(), j, r, plan(actions...), nil, schema.Mask{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func startPlanned(ctx context.Context, j *Journal, r schema.Run, p schema.Plan, options []byte, mask schema.Mask) (*Log, error) {
	l, err := j.Start(ctx, r, options, mask)
	if err != nil {
		return nil, err
	}
	r.Digest = cmp.Or(r.Digest, "sha256:of the plan")
	return l, l.Plan(ctx, r, p)
}

// continued takes a saved run up.
func continued(t testing.TB, j *Journal, saved Saved) (*Log, error) {
	t.Helper()
	l, err := j.Reopen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l, l.Continue(t.Context(), saved, schema.Mask{})
}

func run(id string) schema.Run {
	return schema.Run{ID: id, Command: "import", Version: "1.2.3", Target: jira, Host: "ci-7", User: "admin", Files: []string{"a.csv"}, Started: started,
		Manifest: "sha256:of the manifest", Shard: schema.Shard{Index: 2, Of: 3}}
}

// plan numbers the actions.
func plan(actions ...schema.Action) schema.Plan {
	for i := range actions {
		actions[i].N = i
	}
	return schema.Plan{Actions: actions, Live: []schema.Known{{ID: 3}, {ID: 1 << 60, InitDate: 7}}, Others: []schema.Record{schema.NewRecord(map[schema.Field]schema.Value{schema.FieldType: schema.Text("GITHUB"), schema.FieldDisplayName: schema.Text("of another shard")})}}
}

// record makes a GITHUB record of a name with further fields.
func record(name string, fields map[schema.Field]schema.Value) schema.Record {
	values := map[schema.Field]schema.Value{schema.FieldType: schema.Text("GITHUB"), schema.FieldDisplayName: schema.Text(name)}
	for f, v := range fields {
		values[f] = v
	}
	r := schema.NewRecord(values)
	r.Place = schema.Place{File: "a.csv", Line: 2, Record: 1}
	return r
}

func repository(origin string) schema.Record {
	r := schema.NewRecord(map[schema.Field]schema.Value{
		schema.FieldKind: schema.Text("repository"), schema.FieldOrigin: schema.Text(origin), schema.FieldDisplayName: schema.Text("tools"),
	})
	r.Place = schema.Place{File: "a.csv", Line: 3, Record: 2}
	return r
}

func live(id int64, r schema.Record) schema.Record {
	r.ID, r.Place = id, schema.Place{}
	return r
}

func create(name string) schema.Action {
	return schema.Action{Op: schema.OpCreate, Want: record(name, nil)}
}

func creates(n int) []schema.Action {
	actions := make([]schema.Action, n)
	for i := range actions {
		actions[i] = create("record " + strconv.Itoa(i))
		actions[i].N = i
	}
	return actions
}

// update makes an action that sends these fields to an integration.
func update(id int64, name string, fields map[schema.Field]schema.Value) schema.Action {
	a := schema.Action{Op: schema.OpUpdate, Want: record(name, fields), Have: live(id, record(name, nil))}
	for _, f := range schema.Fields() {
		if v, given := fields[f]; given {
			a.Changes = append(a.Changes, schema.Change{Field: f, To: v})
		}
	}
	return a
}

func secret(value string) schema.Value {
	return schema.Hidden(schema.Refer(schema.SchemeEnv, "TOKEN").Resolved(value))
}

func done(a schema.Action, status schema.Status, id int64) schema.Outcome {
	return schema.Outcome{N: a.N, Status: status, Class: schema.ClassDone, ID: id, Attempts: 1, HTTP: 200,
		Started: started.Add(time.Second), Took: 20 * time.Millisecond}
}

func begin(t testing.TB, l *Log, actions ...schema.Action) {
	t.Helper()
	if err := l.Begin(t.Context(), actions...); err != nil {
		t.Fatal(err)
	}
}

func end(t testing.TB, l *Log, outcomes ...schema.Outcome) {
	t.Helper()
	if err := l.End(t.Context(), outcomes...); err != nil {
		t.Fatal(err)
	}
}

// do records an intent and its outcome.
func do(t testing.TB, l *Log, a schema.Action, status schema.Status, id int64) {
	t.Helper()
	begin(t, l, a)
	end(t, l, done(a, status, id))
}

func finish(t testing.TB, l *Log, r schema.Run) {
	t.Helper()
	if err := l.Finish(t.Context(), r); err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB, j *Journal, id string) Saved {
	t.Helper()
	saved, err := j.Load(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

func runs(t testing.TB, j *Journal) []RunSummary {
	t.Helper()
	entries, err := j.Runs(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func identities(t testing.TB, j *Journal, of TargetURLs) map[schema.Key]schema.Known {
	t.Helper()
	ids, err := j.Identities(t.Context(), of)
	if err != nil {
		t.Fatal(err)
	}
	return ids.Known
}

// diff compares values of any of our types; secrets by their references.
func diff(want, got any) string {
	return gocmp.Diff(want, got, cmpopts.EquateEmpty(), gocmp.Comparer(sameRecord), gocmp.Comparer(schema.Value.Equal))
}

func sameRecord(a, b schema.Record) bool {
	plain := func(r schema.Record) any {
		var fields []schema.FieldValue
		for f, v := range r.All() {
			fields = append(fields, schema.FieldValue{Field: f, Value: v})
		}
		return []any{r.Place, r.ID, r.InitDate, r.Columns, r.Dialect, r.Cells, r.Findings, fields}
	}
	return gocmp.Equal(plain(a), plain(b), cmpopts.EquateEmpty(), gocmp.Comparer(schema.Value.Equal))
}
