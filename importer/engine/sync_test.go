package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
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

func TestVerifyUpdatesAndDeletes(t *testing.T) {
	want := record(2, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "A", "disabled", true)
	asWanted := live(9, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "A", "disabled", true)
	asBefore := asWanted.Set(schema.FieldDisabled, schema.Bool(false))
	change := []schema.Change{{Field: schema.FieldDisabled, From: schema.Bool(false), To: schema.Bool(true)}}
	unseen := append(slices.Clone(change), schema.Change{Field: schema.FieldPat, Unseen: true})
	update := func(c []schema.Change) schema.Action {
		return schema.Action{Op: schema.OpUpdate, Want: want, Have: asBefore, Changes: c}
	}
	remove := schema.Action{Op: schema.OpDelete, Have: asBefore}
	for _, tt := range []struct {
		name   string
		action schema.Action
		status schema.Status
		live   []schema.Record
		want   schema.Status
	}{
		{"updated", update(change), schema.StatusUpdated, []schema.Record{asWanted}, schema.StatusUpdated},
		{"updated, not taken", update(change), schema.StatusUpdated, []schema.Record{asBefore}, schema.StatusFailed},
		{"updated, gone", update(change), schema.StatusUpdated, nil, schema.StatusFailed},
		{"unknown, happened", update(change), schema.StatusUnknown, []schema.Record{asWanted}, schema.StatusUpdated},
		{"unknown, did not", update(change), schema.StatusUnknown, []schema.Record{asBefore}, schema.StatusFailed},
		{"unknown, and cannot be seen", update(unseen), schema.StatusUnknown, []schema.Record{asWanted}, schema.StatusUnknown},
		{"refused", update(change), schema.StatusFailed, []schema.Record{asBefore}, schema.StatusFailed},
		{"deleted", remove, schema.StatusDeleted, nil, schema.StatusDeleted},
		{"deleted, still there", remove, schema.StatusDeleted, []schema.Record{asBefore}, schema.StatusFailed},
		{"deletion unknown, gone", remove, schema.StatusUnknown, nil, schema.StatusDeleted},
		{"deletion unknown, there", remove, schema.StatusUnknown, []schema.Record{asBefore}, schema.StatusFailed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, l := newServer(), &ledger{}
			s.live = tt.live
			plan := schema.Plan{Actions: []schema.Action{tt.action}, Live: []int64{9}}
			before := schema.Outcome{Action: tt.action, Status: tt.status, Attempts: 1}
			l.emit(before)
			if err := (&Importer{Target: s}).Verify(t.Context(), plan, []schema.Outcome{before}, l.emit); err != nil {
				t.Fatal(err)
			}
			if got := l.words[0]; got.Status != tt.want || got.Status == schema.StatusFailed && tt.status != got.Status && got.Error == "" {
				t.Errorf("%s (%s), want %s", got.Status, got.Error, tt.want)
			}
		})
	}
}

func TestResuming(t *testing.T) {
	plan := creates("done", "lost", "open", "there", "wrong")
	outcomes := make([]schema.Outcome, len(plan.Actions))
	for i, a := range plan.Actions {
		outcomes[i] = schema.Outcome{Action: a, Status: schema.StatusUnprocessed}
	}
	outcomes[1].Status = schema.StatusUnknown
	outcomes[4].Status = schema.StatusFailed
	s, l := newServer(), &ledger{}
	outcomes[0].Status, outcomes[0].ID = schema.StatusCreated, s.make(plan.Actions[0].Want)
	s.make(plan.Actions[3].Want)
	for _, o := range outcomes {
		l.emit(o)
	}
	if err := (&Importer{Target: s}).Recheck(t.Context(), plan, outcomes, l.emit); err != nil {
		t.Fatal(err)
	}
	if l.words[3].Status != schema.StatusExists || l.words[3].ID == 0 {
		t.Errorf("what came meanwhile is %s as %d", l.words[3].Status, l.words[3].ID)
	}
	rest := Unfinished(plan, l.outcomes())
	if len(rest.Actions) != 1 || rest.Actions[0].Want.Name() != "open" || rest.Actions[0].N != 2 {
		t.Errorf("unfinished: %s", said(rest))
	}
	s.listed = func(*server, int) error { return errors.New("no list") }
	if err := (&Importer{Target: s}).Recheck(context.Background(), plan, outcomes, l.emit); err == nil {
		t.Error("a list that fails goes unnoticed")
	}
}
