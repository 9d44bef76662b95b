package engine

import (
	"context"
	"testing"

	"gijbulk/schema"
)

// doubling makes each create named "b" twice.
func doubling(_ context.Context, s *server, a schema.Action, _ int) schema.Outcome {
	if a.Op == schema.OpCreate && a.Want.Name() == "b" {
		s.make(a.Want)
	}
	return done(s, a)
}

func TestRemoveSurplus(t *testing.T) {
	for _, tt := range []struct {
		name    string
		between func(*server)
		b       schema.Status
		left    int
		deleted int
	}{
		{"equal", func(*server) {}, schema.StatusCreated, 1, 1},
		{"one was changed", func(s *server) { s.live[1] = s.live[1].Set(schema.FieldDisabled, schema.Bool(true)) }, schema.StatusConflict, 2, 0},
		{"one was removed meanwhile", func(s *server) { s.remove(s.live[1].ID) }, schema.StatusCreated, 1, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer()
			s.answer = doubling
			plan := creates("a", "b", "c")
			im := &Importer{Target: s, Concurrency: 1}
			l, err := run(t, im, plan)
			if err != nil {
				t.Fatal(err)
			}
			if o := l.words[1]; o.Status != schema.StatusConflict {
				t.Fatalf("b is %s", o.Status)
			}
			tt.between(s)
			var extra []schema.Action
			if err := im.RemoveSurplus(t.Context(), plan, l.outcomes(), func(a []schema.Action) error { extra = a; return nil }, l.emit); err != nil {
				t.Fatal(err)
			}
			plan.Actions = append(plan.Actions, extra...)
			if err := im.Verify(t.Context(), plan, l.outcomes(), l.emit); err != nil {
				t.Fatal(err)
			}
			if o := l.words[1]; o.Status != tt.b || s.count("b") != tt.left || len(extra) != tt.deleted {
				t.Errorf("b is %s (%s), %d times there, %d deleted; want %s, %d, %d", o.Status, o.Error, s.count("b"), len(extra), tt.b, tt.left, tt.deleted)
			}
			for i, a := range extra {
				if a.N != 3+i || l.words[a.N].Status != schema.StatusDeleted {
					t.Errorf("action %d is %s", a.N, l.words[a.N].Status)
				}
			}
			if s.count("a") != 1 || s.count("c") != 1 {
				t.Error("another record was touched")
			}
		})
	}
}

// TestRemoveSurplusSparesWhatWasThere: an equal record that was live before the run is
// nobody's surplus.
func TestRemoveSurplusSparesWhatWasThere(t *testing.T) {
	s := newServer()
	plan := creates("b")
	old := s.make(plan.Actions[0].Want)
	plan.Live = []int64{old}
	o := schema.Outcome{Action: plan.Actions[0], Status: schema.StatusConflict, Attempts: 1, ID: s.make(plan.Actions[0].Want)}
	l := &ledger{}
	im := &Importer{Target: s}
	if err := im.RemoveSurplus(t.Context(), plan, []schema.Outcome{o}, func(a []schema.Action) error { t.Errorf("%d deletions", len(a)); return nil }, l.emit); err != nil {
		t.Fatal(err)
	}
	if s.count("b") != 2 {
		t.Errorf("%d are left", s.count("b"))
	}
}
