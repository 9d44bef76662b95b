package journal

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"gijbulk/schema"
)

// typical makes creates of records with twelve fields and one secret.
func typical(n int) []schema.Action {
	actions := make([]schema.Action, n)
	for i := range actions {
		actions[i] = schema.Action{N: i, Op: schema.OpCreate, Want: record(fmt.Sprint("Team ", i), map[schema.Field]schema.Value{
			schema.FieldOrigin:            schema.Text("https://github.com"),
			schema.FieldPat:               schema.Hidden(schema.Refer(schema.SchemeEnv, "TEAM_PAT").Resolved("ghp_0123456789abcdef")),
			schema.FieldAPIPath:           schema.Text(fmt.Sprint("/orgs/team-", i, "/repos")),
			schema.FieldAPIFilter:         schema.Text("[?archived == `false`].clone_url"),
			schema.FieldGlobal:            schema.Bool(false),
			schema.FieldProjectMappingIDs: schema.IDs(10000, 10001),
			schema.FieldProjects:          schema.Words("ACME", "WEB"),
			schema.FieldSendCommitEmails:  schema.Bool(false),
			schema.FieldTagsFilter:        schema.Text("v.*"),
			schema.FieldRevisionIndexing:  schema.Bool(true),
		})}
	}
	return actions
}

func perRecord(b *testing.B, records int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(records), "ns/record")
}

// batchSize is how many actions the engine begins and ends at a time, at full speed.
const batchSize = 16

func writeBatch(b *testing.B, l *Log, actions []schema.Action, id int) {
	outcomes := make([]schema.Outcome, len(actions))
	for i := range actions {
		outcomes[i] = done(actions[i], schema.StatusCreated, int64(id+i))
	}
	begin(b, l, actions...)
	end(b, l, outcomes...)
}

// BenchmarkBatch writes an intent and an outcome for each record.
func BenchmarkBatch(b *testing.B) {
	actions := typical(4096)
	l := start(b, open(b), run("r1"), actions...)
	n := 0
	for b.Loop() {
		at := n % len(actions)
		writeBatch(b, l, actions[at:at+batchSize], n+1)
		n += batchSize
	}
	perRecord(b, n)
}

// BenchmarkWholeRun writes a run of 4,096 records from its start to its end.
func BenchmarkWholeRun(b *testing.B) {
	actions := typical(4096)
	j := open(b)
	n := 0
	for b.Loop() {
		r := run(strconv.Itoa(n))
		l := start(b, j, r, actions...)
		for at := 0; at < len(actions); at += batchSize {
			writeBatch(b, l, actions[at:at+batchSize], at+1)
		}
		r.Ended = started.Add(time.Minute)
		finish(b, l, r)
		_ = l.Close()
		n += len(actions)
	}
	perRecord(b, n)
}

// BenchmarkPlan records the plan of 100,000 creates.
func BenchmarkPlan(b *testing.B) {
	j := open(b)
	actions := creates(100_000)
	n := 0
	for b.Loop() {
		_ = start(b, j, run(strconv.Itoa(n)), actions...).Close()
		n += len(actions)
	}
	perRecord(b, n)
}

// BenchmarkLoad reads it back.
func BenchmarkLoad(b *testing.B) {
	j := open(b)
	actions := creates(100_000)
	start(b, j, run("r1"), actions...)
	n := 0
	for b.Loop() {
		load(b, j, "r1")
		n += len(actions)
	}
	perRecord(b, n)
}

// BenchmarkSent compares one field of each of 50,000 integrations.
func BenchmarkSent(b *testing.B) {
	j := open(b)
	actions := typical(50_000)
	l := start(b, j, run("r1"), actions...)
	for at := 0; at < len(actions); at += 1000 {
		writeBatch(b, l, actions[at:at+1000], at+1)
	}
	n := 0
	for b.Loop() {
		sent, err := j.Identities(b.Context(), target)
		if err != nil {
			b.Fatal(err)
		}
		for i := range actions {
			if same, _ := sent.Compare(int64(i+1), schema.FieldPat, actions[i].Want.Get(schema.FieldPat)); !same {
				b.Fatal("forgotten")
			}
		}
		n += len(actions)
	}
	perRecord(b, n)
}
