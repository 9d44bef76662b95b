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

// TestResumeOrder: the server is read for what others made and what was done, then what was never
// sent is sent, then what is unknown is settled, and all is verified.
func TestResumeOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.add(integration(0, "old"))
		want := wanted("done", "lost", "there", "open", "failed", "old!")
		plan, _ := planner.Diff(want, s.live, planner.Options{Update: true})
		for i := range s.live {
			s.live[i] = s.live[i].Set(schema.FieldDisabled, schema.Bool(false))
		}
		f := newRun(t, s, plan)
		f.Concurrency = 1
		earlier := f.outcomesOf("created unknown unprocessed unprocessed failed unknown")
		s.add(plan.Actions[2].Want) // by somebody else
		if err := f.Resume(t.Context(), earlier, f.journal.intents); err != nil {
			t.Fatal(err)
		}
		if got, want := f.events.only("settling", "list", "send"), "list, send open, send old, list, settling 1"+strings.Repeat(", list", 14)+", send lost, list"; got != want {
			t.Errorf("order %s\nwant %s", got, want)
		}
		if f.statuses() != "created created exists created failed updated" {
			t.Error(f.statuses())
		}
		if o := f.outcome("lost"); o.Attempts != 2 {
			t.Errorf("%d attempts", o.Attempts)
		}
	})
}

// TestResume: how an action ended in an earlier process, and what others did since, decide.
func TestResume(t *testing.T) {
	for _, tt := range []struct {
		name    string
		earlier string
		live    []string // what others made
		answer  answer
		err     string
		want    schema.Status
		sent    int
	}{
		{name: "never sent", earlier: "unprocessed", answer: perform, want: schema.StatusCreated, sent: 1},
		{name: "never sent, and others made it", earlier: "unprocessed", live: []string{"a"}, want: schema.StatusExists},
		{name: "never sent, and others made it twice", earlier: "unprocessed", live: []string{"a", "a"}, want: schema.StatusConflict},
		{name: "unknown and performed", earlier: "unknown", live: []string{"a"}, want: schema.StatusCreated},
		{name: "unknown and performed twice", earlier: "unknown", live: []string{"a", "a"}, want: schema.StatusConflict},
		{name: "unknown and not performed", earlier: "unknown", answer: perform, want: schema.StatusCreated, sent: 1},
		{name: "unknown, and then the credentials are refused", earlier: "unknown", answer: refuseCredentials, err: "401", want: schema.StatusUnknown, sent: 1},
		{name: "unknown, and something unexplained resembles it", earlier: "unknown", live: []string{"b"}, want: schema.StatusUnknown},
		{name: "failed", earlier: "failed", want: schema.StatusFailed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				s.answers["a"] = []answer{tt.answer}
				f := newRun(t, s, creates("a"))
				for _, r := range wanted(tt.live...) {
					s.add(r)
				}
				err := f.resumeFrom(t, tt.earlier)
				if (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v", err)
				}
				if o := f.outcome("a"); o.Status != tt.want || s.sent["a"] != tt.sent || o.Status == schema.StatusExists && o.ID == 0 {
					t.Errorf("%s as %d after %d requests, want %s after %d", o.Status, o.ID, s.sent["a"], tt.want, tt.sent)
				}
			})
		})
	}
}

// TestResumeAfterChange: what the answer to a create of an earlier process showed is not replaced by what a list shows after
// somebody changed that: undo compares it. A server may show more in a list than in its own answer.
func TestResumeAfterChange(t *testing.T) {
	for _, tt := range []struct {
		name          string
		resumed       bool
		filter        string
		replacesShown bool
	}{
		{"changed since", true, "v.*", false},
		{"as it was answered", true, "", true},
		{"the list differs from the answer", false, "v.*", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				f := newRun(t, s, creates("a"))
				answered := f.Plan.Actions[0].Want.Set(schema.FieldTagsFilter, schema.Text(""))
				digest := answered.AnswerDigest(f.Plan.Actions[0].Want)
				asListed := f.Plan.Actions[0].Want.Set(schema.FieldTagsFilter, schema.Text(tt.filter))
				if tt.resumed {
					earlier := f.outcomesOf("created")
					earlier[0].Answered, earlier[0].Shown, earlier[0].Attempts = true, digest, 1
					s.set(earlier[0].ID, schema.FieldTagsFilter, schema.Text(tt.filter))
					if err := f.Resume(t.Context(), earlier, nil); err != nil {
						t.Fatal(err)
					}
				} else {
					s.answers["a"] = []answer{func(s *server, a schema.Action) schema.Outcome {
						a.Want = asListed
						o := perform(s, a)
						o.Shown = digest
						return o
					}}
					f.start(t)
				}
				if o := f.outcome("a"); o.Status != schema.StatusCreated || schema.WholeDigest(o.Shown) != tt.replacesShown {
					t.Errorf("%s, shown %q", o.Status, o.Shown)
				}
			})
		})
	}
}

// TestResumeAfterRename: a live record that somebody gave the identity of a create that was not sent is
// a conflict, also where the server rewrites it.
func TestResumeAfterRename(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		before := s.add(integration(0, "before"))
		plan, _ := planner.Diff(wanted("a", "b c", "d"), s.live, planner.Options{})
		f := newRun(t, s, plan)
		outcomes := f.outcomesOf("created")
		s.set(before, schema.FieldDisplayName, schema.Text("d"))
		s.set(outcomes[0].ID, schema.FieldDisplayName, schema.Text("B  c"))
		if err := f.Resume(t.Context(), outcomes, nil); err != nil {
			t.Fatal(err)
		}
		if f.statuses() != "failed conflict conflict" || s.requests() != 0 {
			t.Errorf("%s after %d requests: %v", f.statuses(), s.requests(), f.Outcomes())
		}
	})
}

// TestResumeOfLostAfterRename: likewise where the create was sent and not answered.
func TestResumeOfLostAfterRename(t *testing.T) {
	for _, name := range []string{"a", "A"} {
		synctest.Test(t, func(t *testing.T) {
			s := newServer()
			before := s.add(integration(0, "before"))
			plan, _ := planner.Diff(wanted("a"), s.live, planner.Options{})
			f := newRun(t, s, plan)
			s.set(before, schema.FieldDisplayName, schema.Text(name))
			if err := f.resumeFrom(t, "unknown"); err != nil {
				t.Fatal(err)
			}
			if o := f.outcome("a"); o.Status != schema.StatusConflict || !strings.Contains(o.Error, "was given its identity") || s.requests() != 0 {
				t.Errorf("%+v after %d requests", o, s.requests())
			}
		})
	}
}

// TestResumeAfterNoRename: that a record was called before as another one is now takes nothing from it.
func TestResumeAfterNoRename(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.add(integration(0, "a"))
		plan, _ := planner.Diff([]schema.Record{integration(1, "a"), integration(2, "b").Set(schema.FieldPreviously, schema.Words("a"))}, s.live, planner.Options{})
		f := newRun(t, s, plan)
		if err := f.Resume(t.Context(), plan.Outcomes(), nil); err != nil || f.statuses() != "unchanged created" {
			t.Errorf("error %v, %s: %v", err, f.statuses(), f.Outcomes())
		}
	})
}

// TestResumeOfARename: no record is renamed to an identity that somebody else's has now; one that the run renames
// as well, or another shard, keeps none.
func TestResumeOfARename(t *testing.T) {
	for _, tt := range []struct {
		name     string
		meddle   func(s *server)
		others   bool
		statuses string
		sent     int
	}{
		{"no other one has it", func(*server) {}, false, "updated updated", 2},
		{"somebody made one", func(s *server) { s.add(integration(0, "c")) }, false, "conflict conflict", 0},
		{"somebody renamed one", func(s *server) { s.set(s.live[0].ID, schema.FieldDisplayName, schema.Text("c")) }, false, "conflict conflict", 0},
		{"another shard renames it later", func(s *server) { s.add(integration(0, "c")) }, true, "updated conflict", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newServer()
				s.add(integration(0, "before"))
				s.add(integration(0, "a"))
				b := s.add(integration(0, "b"))
				to := func(line int, from, to string) schema.Record {
					return integration(line, to).Set(schema.FieldPreviously, schema.Words(from))
				}
				plan, _ := planner.Diff([]schema.Record{to(1, "a", "b"), to(2, "b", "c")}, s.live, planner.Options{Update: true})
				f := newRun(t, s, plan)
				tt.meddle(s)
				if tt.others {
					other := integration(3, "d")
					other.ID = b + 1
					f.Plan.Others = []schema.Record{other}
				}
				if err := f.Resume(t.Context(), plan.Outcomes(), nil); err != nil || f.statuses() != tt.statuses || s.requests() != tt.sent {
					t.Errorf("error %v, %s after %d requests: %+v", err, f.statuses(), s.requests(), f.Outcomes())
				}
			})
		})
	}
}

// TestResumeWhereSeveralMayBeIt: what others made and a server may have rewritten from several creates, or several
// such records of one, is a conflict for those that were not sent, as for a new plan.
func TestResumeWhereSeveralMayBeIt(t *testing.T) {
	for _, tt := range []struct{ want, live []string }{
		{[]string{"a  b", "A b"}, []string{"a b"}},
		{[]string{"a b"}, []string{"A b", "A B"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newServer()
			f := newRun(t, s, creates(tt.want...))
			for _, r := range wanted(tt.live...) {
				s.add(r)
			}
			err := f.Resume(t.Context(), f.Plan.Outcomes(), nil)
			for _, name := range tt.want {
				if o := f.outcome(name); err != nil || o.Status != schema.StatusConflict || !strings.Contains(o.Error, "101") || o.Advice == "" || s.requests() != 0 {
					t.Errorf("error %v, %+v after %d requests", err, o, s.requests())
				}
			}
		})
	}
}

// TestResumeBesideAnother: a live record that another one of the manifest has by its identity is not that of
// a create which differs only in letter case.
func TestResumeBesideAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.add(integration(0, "a"))
		plan, _ := planner.Diff(wanted("a", "A"), s.live, planner.Options{})
		f := newRun(t, s, plan)
		if err := f.Resume(t.Context(), plan.Outcomes(), nil); err != nil || f.statuses() != "unchanged created" {
			t.Errorf("error %v, %s: %v", err, f.statuses(), f.Outcomes())
		}
	})
}

// TestVanishedWithAnother: where a created record is gone and a new one has its identity, that is a
// conflict.
func TestVanishedWithAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		f := newRun(t, s, creates("a"))
		s.onList = func(_ context.Context, nth int) error {
			if nth == 1 {
				s.remove(s.ids("a")[0])
				s.add(f.Plan.Actions[0].Want)
			}
			return nil
		}
		f.start(t)
		if o := f.outcome("a"); o.Status != schema.StatusConflict || !strings.Contains(o.Error, "has its identity now") {
			t.Errorf("%+v", o)
		}
	})
}

// TestResumeLooksAtWhatIsUnchanged: a record to which nothing was to be done is a conflict where
// somebody has removed or changed it before the resume.
func TestResumeLooksAtWhatIsUnchanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		want := wanted("kept!", "changed!", "gone!", "renamed")
		ids := s.addAll(want)
		plan, _ := planner.Diff(append(want, integration(9, "new")), s.live, planner.Options{Update: true})
		s.set(ids[1], schema.FieldDisabled, schema.Bool(false))
		s.remove(ids[2])
		f := newRun(t, s, plan)
		if err := f.Resume(t.Context(), plan.Outcomes(), nil); err != nil {
			t.Fatal(err)
		}
		if f.statuses() != "unchanged conflict conflict unchanged created" || !strings.Contains(f.Outcomes()[2].Error, "removed after the plan was made") || s.requests() != 1 {
			t.Errorf("%s after %d requests: %v", f.statuses(), s.requests(), f.Outcomes())
		}
	})
}

// TestResumeLooksAtWhatIsDeleted: a field that the server leaves out where it is blank has changed where it
// is shown now.
func TestResumeLooksAtWhatIsDeleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		ids := s.addAll(wanted("changed", "same"))
		plan, _ := planner.Diff([]schema.Record{integration(9, "new")}, s.live, planner.Options{Update: true, Prune: true})
		s.set(ids[0], schema.FieldTagsFilter, schema.Text("v.*"))
		f := newRun(t, s, plan)
		if err := f.Resume(t.Context(), plan.Outcomes(), nil); err != nil {
			t.Fatal(err)
		}
		if f.statuses() != "created conflict deleted" || !strings.Contains(f.Outcomes()[1].Error, "tagsFilter") {
			t.Errorf("%s: %v", f.statuses(), f.Outcomes())
		}
	})
}

// TestResumeLooksAtWhatIsUpdated: a filter that somebody has set since the plan was made, when the list left it out,
// is not overwritten.
func TestResumeLooksAtWhatIsUpdated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		want := wanted("changed", "set already", "same")
		ids := s.addAll(want)
		for i := range want {
			want[i] = want[i].Set(schema.FieldTagsFilter, schema.Text("v.*"))
		}
		plan, _ := planner.Diff(want, s.live, planner.Options{Update: true})
		s.set(ids[0], schema.FieldTagsFilter, schema.Text("release-.*"))
		s.set(ids[1], schema.FieldTagsFilter, schema.Text("v.*"))
		f := newRun(t, s, plan)
		if err := f.Resume(t.Context(), plan.Outcomes(), nil); err != nil {
			t.Fatal(err)
		}
		if f.statuses() != "conflict updated updated" || !strings.Contains(f.Outcomes()[0].Error, `tagsFilter is "release-.*"`) {
			t.Errorf("%s: %v", f.statuses(), f.Outcomes())
		}
	})
}

// TestResumeLooksAtWhatWasUpdated: an update whose answer was lost is sent again only where the server does not show all that
// it set.
func TestResumeLooksAtWhatWasUpdated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		have := wanted("done", "not done", "half done", "done, and not all is shown")
		ids := s.addAll(have)
		want := make([]schema.Record, len(have))
		for i, r := range have {
			want[i] = r.Set(schema.FieldDisabled, schema.Bool(true)).Set(schema.FieldTagsFilter, schema.Text("v.*"))
		}
		plan, _ := planner.Diff(want, s.live, planner.Options{Update: true})
		for i, id := range ids {
			for _, c := range plan.Actions[i].Changes {
				if i != 1 && (i != 2 || c.Field == schema.FieldDisabled) {
					s.set(id, c.Field, c.To)
				}
			}
		}
		for i := range plan.Actions {
			for c := range plan.Actions[i].Changes {
				plan.Actions[i].Changes[c].Unseen = i == 3 && c == 0
			}
		}
		f := newRun(t, s, plan)
		if err := f.Resume(t.Context(), f.outcomesOf("unknown unknown unknown unknown"), nil); err != nil {
			t.Fatal(err)
		}
		if f.statuses() != "updated updated updated updated" || s.sent["done"] != 0 || s.requests() != 3 {
			t.Errorf("%s after %d requests: %v", f.statuses(), s.requests(), f.Outcomes())
		}
	})
}

// TestResumeNeedsTheList: without it, nothing is sent.
func TestResumeNeedsTheList(t *testing.T) {
	s := newServer()
	s.onList = func(context.Context, int) error { return errors.New("no connection") }
	f := newRun(t, s, creates("a"))
	if err := f.resumeFrom(t, "unprocessed"); err == nil || s.requests() != 0 || f.statuses() != "unprocessed" {
		t.Errorf("error %v after %d requests", err, s.requests())
	}
}

// TestRefusedTwice: credentials that are refused in two processes leave nothing unknown.
func TestRefusedTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newServer()
		s.answers["a"] = []answer{refuseCredentials, refuseCredentials, perform}
		f := newRun(t, s, creates("a"))
		for attempts, want := range []schema.Status{schema.StatusUnprocessed, schema.StatusUnprocessed, schema.StatusCreated} {
			_, earlier := f.journal.load()
			_ = f.Resume(t.Context(), earlier, f.journal.intents)
			if o := f.outcome("a"); o.Status != want || o.Attempts != attempts+1 || o.Took < 0 {
				t.Errorf("%s after %d attempts in %s, want %s", o.Status, o.Attempts, o.Took, want)
			}
			time.Sleep(time.Hour)
		}
		if len(f.observer.steps) != 0 {
			t.Errorf("something is settled: %+v", f.observer.steps)
		}
	})
}
