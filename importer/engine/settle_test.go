package engine_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// TestSettle: whatever the server does and answers, the outcome is what the list shows, and nothing
// is sent again that may have been performed.
func TestSettle(t *testing.T) {
	rename := func(s *server, a schema.Action) schema.Outcome {
		s.add(a.Want.Set(schema.FieldDisplayName, schema.Text("renamed by the server")))
		return lose(s, a)
	}
	disable := func(s *server, a schema.Action) schema.Outcome {
		o := perform(s, a)
		s.set(o.ID, schema.FieldDisabled, schema.Bool(true))
		return o
	}
	performAndRemove := func(s *server, a schema.Action) schema.Outcome {
		o := perform(s, a)
		s.remove(o.ID)
		return o
	}
	performTwiceAndLose := func(s *server, a schema.Action) schema.Outcome { performTwice(s, a); return lose(s, a) }
	for _, tt := range []struct {
		name    string
		answers []answer
		want    schema.Status
		sent    int
		live    int
	}{
		{"performed", []answer{performAndLose}, schema.StatusCreated, 1, 1},
		{"not performed", []answer{lose, perform}, schema.StatusCreated, 2, 1},
		{"performed late", []answer{performLater(15 * time.Second)}, schema.StatusCreated, 1, 1},
		{"performed long after the time limit", []answer{performLater(100 * time.Second)}, schema.StatusCreated, 1, 1},
		{"never performed", []answer{lose}, schema.StatusUnknown, 4, 0},
		{"refused the second time", []answer{lose, refuse}, schema.StatusFailed, 2, 0},
		{"something unexplained resembles it", []answer{rename}, schema.StatusUnknown, 1, 0},
		{"performed twice", []answer{performTwiceAndLose}, schema.StatusConflict, 1, 2},
		{"performed twice and answered", []answer{performTwice}, schema.StatusConflict, 1, 2},
		{"performed and refused", []answer{performAndRefuse}, schema.StatusFailed, 1, 1},
		{"performed with another value, and the answer was lost", []answer{func(s *server, a schema.Action) schema.Outcome { disable(s, a); return lose(s, a) }}, schema.StatusConflict, 1, 1},
		{"performed long after the time limit of its answer, cut early", []answer{performLater(100 * time.Second)}, schema.StatusCreated, 1, 1},
		{"the server is slower than the time limit", []answer{performLater(4 * time.Minute), lose}, schema.StatusCreated, 2, 1},
		{"slower, and the second is performed too", []answer{performLater(4 * time.Minute), performLater(4 * time.Minute)}, schema.StatusConflict, 2, 2},
		{"performed and removed", []answer{performAndRemove}, schema.StatusFailed, 1, 0},
		{"performed with another value", []answer{disable}, schema.StatusFailed, 1, 1},
		{"performed, then a panic", []answer{performAndPanic}, schema.StatusCreated, 1, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				s.answers["a"] = tt.answers
				f := newRun(t, s, creates("a"))
				f.Plan.Actions[0].Want = f.Plan.Actions[0].Want.Set(schema.FieldDisabled, schema.Bool(false))
				f.start(t)
				o := f.outcome("a")
				if o.Status != tt.want || o.Attempts != tt.sent || s.sent["a"] != tt.sent || len(s.ids("a")) != tt.live {
					t.Errorf("%s (%s) after %d attempts and %d requests, %d live; want %s after %d, %d live",
						o.Status, o.Error, o.Attempts, s.sent["a"], len(s.ids("a")), tt.want, tt.sent, tt.live)
				}
				if !o.Status.Good() && o.Error == "" || o.Status == schema.StatusConflict && o.Advice == "" {
					t.Errorf("no error or advice: %+v", o)
				}
				if _, recorded := f.journal.load(); recorded[0] != o {
					t.Errorf("recorded is %+v, and the outcome %+v", recorded[0], o)
				}
			})
		})
	}
}

// TestSettleInitDate: a lost create is recorded with the initDate of what it made, as an answered one is.
func TestSettleInitDate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.answers["a"] = []answer{func(s *server, a schema.Action) schema.Outcome {
			a.Want.InitDate = 1000
			return performAndLose(s, a)
		}}
		f := newRun(t, s, creates("a"))
		f.start(t)
		if o := f.outcome("a"); o.Status != schema.StatusCreated || o.InitDate != 1000 {
			t.Errorf("%s with initDate %d", o.Status, o.InitDate)
		}
	})
}

// TestSettleRefusedLater: a refusal says nothing of an earlier attempt, whose work lists were late to show.
func TestSettleRefusedLater(t *testing.T) {
	for _, tt := range []struct {
		first answer
		want  schema.Status
	}{
		{performLater(3 * time.Minute), schema.StatusCreated},
		{lose, schema.StatusFailed},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newServer()
			s.answers["a"] = []answer{tt.first, func(s *server, a schema.Action) schema.Outcome {
				time.Sleep(2 * time.Minute)
				return refuse(s, a)
			}}
			f := newRun(t, s, creates("a"))
			f.start(t)
			if o := f.outcome("a"); o.Status != tt.want || s.sent["a"] != 2 {
				t.Errorf("%s (%s, %s) after %d requests", o.Status, o.Error, o.Advice, s.sent["a"])
			}
		})
	}
}

// TestSettleOlder: a record with the identity of a lost create that was made before its request left is somebody else's, though
// no list showed it until then, wherever the order of what is read and answered lets its age be known.
func TestSettleOlder(t *testing.T) {
	const ahead = -3 * time.Hour // of the server's clock
	made := func(then answer) answer {
		return func(s *server, a schema.Action) schema.Outcome {
			a.Want.InitDate = time.Now().Add(ahead).UnixMilli()
			o := then(s, a)
			if o.ID != 0 {
				o.InitDate = a.Want.InitDate
			}
			return o
		}
	}
	for _, tt := range []struct {
		name   string
		lost   answer
		age    time.Duration // 0: there is none
		hidden time.Duration // from lists
		other  []answer      // to b
		want   schema.Status
	}{
		{"known before it is found", lose, time.Hour, 2 * time.Second, []answer{made(perform)}, schema.StatusConflict},
		{"known only after it was found", lose, time.Hour, 2 * time.Second, []answer{lose, made(perform)}, schema.StatusConflict},
		{"the create is carried out as well, later", made(performLater(time.Minute)), time.Hour, 2 * time.Second, []answer{made(perform)}, schema.StatusConflict},
		{"the create is carried out as well, and found with it", made(performAndLose), time.Hour, 0, []answer{lose, made(perform)}, schema.StatusConflict},
		{"it may be the create's", lose, -3 * time.Second, 4 * time.Second, []answer{made(perform)}, schema.StatusCreated},
		{"the create's own", made(performAndLose), 0, 0, []answer{made(perform)}, schema.StatusCreated},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				f := newRun(t, s, creates("a", "b"))
				s.answers["a"], s.answers["b"] = []answer{slowly(time.Second, tt.lost)}, tt.other
				if tt.age != 0 {
					old := integration(0, "a")
					old.InitDate = time.Now().Add(ahead - tt.age).UnixMilli()
					time.AfterFunc(tt.hidden, func() { s.add(old) })
				}
				f.start(t)
				if o := f.outcome("a"); o.Status != tt.want || s.sent["a"] != 1 {
					t.Errorf("%s (%s; %s) after %d requests, want %s", o.Status, o.Error, o.Advice, s.sent["a"], tt.want)
				}
			})
		})
	}
}

// TestSettleTaken: a lost create is not sent again where somebody has given its identity to another
// record, as it is or as a server may rewrite it.
func TestSettleTaken(t *testing.T) {
	for _, tt := range []struct{ renamed, name string }{{"a", "b"}, {"before", "b"}, {"before", "B"}} {
		synctest.Test(t, func(t *testing.T) {
			s := newServer()
			s.add(integration(0, "before"))
			plan, _ := planner.Diff(wanted("a", "b"), s.live, planner.Options{})
			s.answers["b"] = []answer{func(s *server, a schema.Action) schema.Outcome {
				time.Sleep(time.Second) // until the other one was made
				s.set(s.ids(tt.renamed)[0], schema.FieldDisplayName, schema.Text(tt.name))
				return lose(s, a)
			}, perform}
			f := newRun(t, s, plan)
			f.start(t)
			if o := f.outcome("b"); o.Status != schema.StatusConflict || s.sent["b"] != 1 {
				t.Errorf("%s is %s now: %+v, sent %v", tt.renamed, tt.name, o, s.sent)
			}
		})
	}
}

// TestSettleChanged: what others make or change while a wave is settled is not sent by the next one.
func TestSettleChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.add(integration(0, "old"))
		s.add(integration(0, "changed"))
		s.answers["lost"] = []answer{lose, perform}
		plan, _ := planner.Diff(wanted("lost", "made@2", "renamed@2", "old!@2", "changed!@2", "new@2"), s.live, planner.Options{Update: true})
		f := newRun(t, s, plan)
		s.onList = func(_ context.Context, nth int) error {
			if nth == 2 {
				s.add(integration(0, "made"))
				s.set(s.ids("old")[0], schema.FieldDisplayName, schema.Text("renamed"))
				s.set(s.ids("changed")[0], schema.FieldTagsFilter, schema.Text("v.*"))
			}
			return nil
		}
		f.start(t)
		if want := "created exists conflict conflict updated created"; f.statuses() != want || s.sent["made"]+s.sent["renamed"]+s.sent["old"] != 0 {
			t.Errorf("%s, want %s; sent %v", f.statuses(), want, s.sent)
		}
	})
}

// TestInferred: the only new record without a name that is as it was sent was created, but that is
// not proven.
func TestInferred(t *testing.T) {
	named := func(names ...string) answer {
		return func(s *server, a schema.Action) schema.Outcome {
			for _, name := range names {
				s.add(a.Want.Set(schema.FieldDisplayName, schema.Text(name)))
			}
			return lose(s, a)
		}
	}
	other := func(s *server, a schema.Action) schema.Outcome {
		s.add(a.Want.Set(schema.FieldDisplayName, schema.Text("x")).Set(schema.FieldDisabled, schema.Bool(true)))
		return lose(s, a)
	}
	blank := func(s *server, a schema.Action) schema.Outcome {
		s.add(integration(0, "another").Set(schema.FieldTagsFilter, schema.Text("v.*"))) // the list shows the field
		s.add(a.Want.Set(schema.FieldDisplayName, schema.Text("x")).Set(schema.FieldTagsFilter, schema.Value{}))
		return lose(s, a)
	}
	for _, tt := range []struct {
		name     string
		answer   answer
		want     schema.Status
		inferred bool
	}{
		{"one", named("x"), schema.StatusCreated, true},
		{"two", named("x", "y"), schema.StatusConflict, false},
		{"one that differs", other, schema.StatusUnknown, false},
		{"one with a blank field", blank, schema.StatusUnknown, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				s.answers[""] = []answer{tt.answer}
				unnamed := record(2, "type", "GITHUB", "origin", "https://api.github.com", "tagsFilter", "release-.*").Set(schema.FieldDisabled, schema.Bool(false))
				plan, _ := planner.Diff([]schema.Record{unnamed}, nil, planner.Options{})
				f := newRun(t, s, plan)
				f.start(t)
				if o := f.outcome(""); o.Status != tt.want || o.Inferred != tt.inferred || o.Advice == "" || s.requests() != 1 {
					t.Errorf("%+v after %d requests", o, s.requests())
				}
			})
		})
	}
}

// TestInferredDiffers: a record that was taken for a create whose answer was lost is not reported as one that
// lacks a value where a later list shows that it was never set there.
func TestInferredDiffers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.answers[""] = []answer{func(s *server, a schema.Action) schema.Outcome {
			s.add(a.Want.Set(schema.FieldDisplayName, schema.Text("x")).Set(schema.FieldTagsFilter, schema.Value{}))
			return lose(s, a)
		}}
		s.onList = func(_ context.Context, nth int) error {
			if nth == 2 {
				s.add(integration(0, "another").Set(schema.FieldTagsFilter, schema.Text("v.*"))) // the list shows the field now
			}
			return nil
		}
		unnamed := record(2, "type", "GITHUB", "origin", "https://api.github.com", "tagsFilter", "release-.*")
		plan, _ := planner.Diff([]schema.Record{unnamed}, nil, planner.Options{})
		f := newRun(t, s, plan)
		f.start(t)
		want := `the answer was lost, and the new integration 101 differs from what was sent: tagsFilter is "" instead of "release-.*"`
		if o := f.outcome(""); o.Status != schema.StatusConflict || o.Error != want {
			t.Errorf("%+v", o)
		}
	})
}

// TestRewritten: what the server made of a name is the record all the same; where the answer was lost,
// that is not proven.
func TestRewritten(t *testing.T) {
	rewrite := func(s *server, a schema.Action) schema.Outcome {
		a.Want = a.Want.Set(schema.FieldDisplayName, schema.Text("team  alpha"))
		return perform(s, a)
	}
	for _, tt := range []struct {
		name     string
		answer   answer
		inferred bool
	}{
		{"answered", rewrite, false},
		{"lost", func(s *server, a schema.Action) schema.Outcome { rewrite(s, a); return lose(s, a) }, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				s.answers["Team Alpha"] = []answer{tt.answer}
				f := newRun(t, s, creates("Team Alpha"))
				f.start(t)
				if o := f.Outcomes()[0]; o.Status != schema.StatusCreated || o.Inferred != tt.inferred || s.requests() != 1 {
					t.Errorf("%+v after %d requests", o, s.requests())
				}
			})
		})
	}
}

// TestSettleAmongDuplicates: the duplicate of another record of the plan is not unexplained, so a
// lost create is sent again.
func TestSettleAmongDuplicates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.answers["a"], s.answers["b"] = []answer{lose, perform}, []answer{performTwice}
		f := newRun(t, s, creates("a", "b"))
		f.start(t)
		if f.statuses() != "created conflict" || s.sent["a"] != 2 || len(s.live) != 3 {
			t.Errorf("%s, sent %v, %d live", f.statuses(), s.sent, len(s.live))
		}
	})
}

// TestSettleRepositories: one was performed, and of two others one may be what is on the server
// under another origin.
func TestSettleRepositories(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.answers["performed"], s.answers["lost"] = []answer{performAndLose}, []answer{lose, perform}
		s.answers["moved"] = []answer{func(s *server, a schema.Action) schema.Outcome {
			s.add(a.Want.Set(schema.FieldOrigin, schema.Text("https://mirror.example.org/moved.git")))
			s.add(integration(0, "lost")) // of another kind
			return lose(s, a)
		}}
		plan, _ := planner.Diff([]schema.Record{
			repository(2, "https://git.example.org/performed.git"), repository(3, "https://git.example.org/lost.git"), repository(4, "https://git.example.org/moved.git"),
		}, nil, planner.Options{})
		f := newRun(t, s, plan)
		f.start(t)
		if f.statuses() != "created unknown unknown" || s.sent["performed"] != 1 || s.sent["lost"] != 1 || s.sent["moved"] != 1 {
			t.Errorf("%s, sent %v", f.statuses(), s.sent)
		}
		if !strings.Contains(f.outcome("moved").Advice, "check in Jira") {
			t.Errorf("advice %q", f.outcome("moved").Advice)
		}
	})
}

// TestForbidden: a write that is forbidden fails alone where the list may be read; elsewhere the run
// stops, for the reason for which it may not.
func TestForbidden(t *testing.T) {
	for _, tt := range []struct {
		list     error
		statuses string
	}{{nil, "created failed created"}, {errors.New("403, or busy"), "created unprocessed unprocessed"}} {
		s := newServer()
		s.answers["b"] = []answer{forbid}
		s.onList = func(context.Context, int) error { return tt.list }
		f := newRun(t, s, creates("a", "b", "c"))
		f.Concurrency = 1
		if err := f.Start(t.Context()); !errors.Is(err, tt.list) || f.statuses() != tt.statuses {
			t.Errorf("error %v, %s, want %s", err, f.statuses(), tt.statuses)
		}
	}
}
