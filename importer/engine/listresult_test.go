package engine_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// TestSettleLeavesOthersRecords: a create without a name does not take what another create made,
// nor what was live before; an equal record that was live before makes the create a conflict.
func TestSettleLeavesOthersRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.add(integration(0, "old"))
		s.answers[""], s.answers["old"] = []answer{lose, perform}, []answer{lose, perform}
		unnamed := record(2, "type", "GITHUB", "origin", "https://api.github.com")
		plan, _ := planner.Diff([]schema.Record{unnamed, integration(3, "b"), integration(4, "old")}, s.live, planner.Options{})
		f := newRun(t, s, plan)
		f.start(t)
		if f.statuses() != "created created unchanged" || len(s.live) != 3 || f.outcome("").ID == f.outcome("b").ID {
			t.Errorf("%s, %d live, ids %d and %d", f.statuses(), len(s.live), f.outcome("").ID, f.outcome("b").ID)
		}

		s = newServer()
		s.answers["a"] = []answer{lose, perform}
		plan = creates("a")
		plan.Live = []schema.Known{{ID: s.add(plan.Actions[0].Want)}}
		f = newRun(t, s, plan)
		f.start(t)
		if o := f.outcome("a"); o.Status != schema.StatusConflict || !strings.Contains(o.Error, "integration 101 was given its identity") || o.ID == plan.Live[0].ID || s.sent["a"] != 1 {
			t.Errorf("%s as %d after %d requests, where %d was live", o.Status, o.ID, s.sent["a"], plan.Live)
		}
	})
}

// TestOtherShards: a record that another shard creates is not unexplained.
func TestOtherShards(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.answers["a"] = []answer{func(s *server, a schema.Action) schema.Outcome { s.add(integration(0, "b")); return lose(s, a) }, perform}
		f := newRun(t, s, creates("a"))
		f.Plan.Others = wanted("b", "c")
		f.start(t)
		if f.statuses() != "created" || s.sent["a"] != 2 {
			t.Errorf("%s, sent %v", f.statuses(), s.sent)
		}
	})
}

// TestOtherShardsWithoutAName: what another shard may have made of a record without a name, and is the lost
// one as the server rewrites names, does not let that be sent again.
func TestOtherShardsWithoutAName(t *testing.T) {
	unnamed := record(2, "type", "GITHUB", "origin", "https://api.github.com")
	for _, tt := range []struct {
		others []string
		want   string
	}{
		{[]string{"B"}, "unknown"},
		{[]string{"B", "https://api.github.com/*"}, "created"}, // the record without a name has its own
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newServer()
			s.answers["b"] = []answer{loseAs(tt.others...)}
			f := newRun(t, s, creates("b"))
			f.Plan.Others = []schema.Record{unnamed}
			f.start(t)
			if f.statuses() != tt.want || s.sent["b"] != 1 {
				t.Errorf("%v: %s, sent %v", tt.others, f.statuses(), s.sent)
			}
		})
	}
}

// TestSettleAmongKnown: a record with the identity of one that is not looked for is not that of a lost create
// without a name: a list that was late had not shown it, or another shard has made it again.
func TestSettleAmongKnown(t *testing.T) {
	unnamed := record(2, "type", "GITHUB", "origin", "https://api.github.com")
	there := wanted("c")
	there[0].ID = 7
	for _, tt := range []struct {
		name, shown string
		others      []schema.Record
		lost        answer
		want        string
		id          int64 // of the one without a name
	}{
		{"that the plan creates", "b", nil, loseAs("https://api.github.com/*"), "created conflict", 102},
		{"of another shard", "c", there, loseAs(), "created created", 103},
		{"of another shard, rewritten", "C", there, loseAs(), "unknown created", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				s.answers[""] = []answer{tt.lost, perform}
				plan, _ := planner.Diff([]schema.Record{unnamed, integration(1, "b")}, nil, planner.Options{})
				s.add(integration(0, tt.shown))
				f := newRun(t, s, plan)
				f.Plan.Others, f.Concurrency = tt.others, 1
				f.start(t)
				if o := f.outcome(""); f.statuses() != tt.want || o.ID != tt.id {
					t.Errorf("%s, and the one without a name has id %d: %s", f.statuses(), o.ID, o.Error)
				}
			})
		})
	}
}

// TestSettleTwins: a further record with the identity of one twin is not the lost other one, for all that can be
// told.
func TestSettleTwins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.answers["B"] = []answer{func(s *server, a schema.Action) schema.Outcome {
			time.Sleep(time.Second) // until the other one was made
			s.add(integration(0, "b"))
			return lose(s, a)
		}}
		f := newRun(t, s, creates("b", "B"))
		f.start(t)
		if f.statuses() != "conflict unknown" || s.sent["B"] != 1 {
			t.Errorf("%s, sent %v", f.statuses(), s.sent)
		}
	})
}

// TestSettleRewrittenTwice: what the server has rewritten of a lost attempt is a second one of the create that was
// sent again; without a lost attempt it is somebody's.
func TestSettleRewrittenTwice(t *testing.T) {
	late := func(s *server, a schema.Action) schema.Outcome {
		s.add(a.Want.Set(schema.FieldDisplayName, schema.Text("a")))
		return perform(s, a)
	}
	for _, tt := range []struct {
		answers []answer
		want    string
	}{
		{[]answer{lose, late}, "conflict"},
		{[]answer{late}, "created"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newServer()
			s.answers["A"] = tt.answers
			f := newRun(t, s, creates("A"))
			f.start(t)
			if f.statuses() != tt.want || len(s.live) != 2 {
				t.Errorf("%s (%s) with %d live", f.statuses(), f.outcome("A").Error, len(s.live))
			}
		})
	}
}

// TestSettleRewritten: a record that the server has rewritten is that of the create with its name, of
// whichever shard, and not of one without a name; where only one of the two is there, either may be it.
func TestSettleRewritten(t *testing.T) {
	for _, tt := range []struct {
		name           string
		named, unnamed answer
		size           int // of a wave
		want           string
		id             int64 // of the one without a name
	}{
		{"both", loseAs("b"), loseAs("https://api.github.com/*"), 0, "created created", 102},
		{"one", loseAs("b"), loseAs(), 0, "unknown unknown", 0},
		{"one before the other is sent", loseAs("b"), loseAs("https://api.github.com/*"), 1, "created created", 102},
		{"both, and another shard's", loseAs("c", "b"), loseAs("https://api.github.com/*"), 0, "created created", 103},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				s.answers["B"], s.answers[""] = []answer{tt.named}, []answer{tt.unnamed}
				unnamed := record(2, "type", "GITHUB", "origin", "https://api.github.com")
				plan, _ := planner.Diff([]schema.Record{integration(1, "B"), unnamed}, nil, planner.Options{})
				f := newRun(t, s, plan)
				f.Plan.Others, f.Waves, f.Concurrency = wanted("C"), planner.Waves(plan, tt.size), 1
				f.start(t)
				if o := f.outcome(""); f.statuses() != tt.want || o.ID != tt.id || o.Inferred != (tt.id != 0) {
					t.Errorf("%s, and the one without a name has id %d, inferred %t", f.statuses(), o.ID, o.Inferred)
				}
			})
		})
	}
}
