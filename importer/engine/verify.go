package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

// Verify reads the live list once more and holds it against the outcomes: every created
// or updated record is there exactly once with the values asked for, a deleted one is
// gone, and a create that failed is not there. emit is told the outcomes that the list corrects. Where nothing was sent there
// is nothing to read.
func (im *Importer) Verify(ctx context.Context, plan schema.Plan, outcomes []schema.Outcome, emit func(schema.Outcome)) error {
	book := newBook(plan, outcomes, serial(emit))
	sent := 0
	for _, o := range book.outcomes {
		sent += o.Attempts
	}
	if sent == 0 {
		return nil
	}
	live, err := im.Target.List(ctx, plan.Kinds()...)
	if err != nil {
		return fmt.Errorf("confirm what is on the server: %w", err)
	}
	for _, o := range corrections(book, live) {
		if err := im.end(ctx, o); err != nil {
			return err
		}
		book.tell(o)
	}
	return nil
}

// corrections are the outcomes that the live list tells otherwise.
func corrections(book *book, live []schema.Record) []schema.Outcome {
	byID := make(map[int64]schema.Record, len(live))
	for _, r := range live {
		byID[r.ID] = r
	}
	surplus := book.surplus(live)
	found := book.find(live)
	var corrected []schema.Outcome
	for _, o := range book.outcomes {
		now := o
		switch {
		case !o.Action.Op.Writes() || o.Attempts == 0:
			continue
		case o.Action.Op == schema.OpUpdate:
			now = confirmUpdate(o, byID)
		case o.Action.Op == schema.OpDelete:
			now = confirmDelete(o, byID)
		case o.Status == schema.StatusCreated:
			now = confirm(o, byID, surplus[o.Action.Want.Key()])
		case len(found.ids[o.Action.N]) == 1:
			now.Status, now.Class, now.ID = schema.StatusCreated, schema.ClassDone, found.ids[o.Action.N][0]
			now.Error, now.Advice = "", "its first answer said otherwise: "+o.Error
			now = confirm(now, byID, nil)
		case len(found.ids[o.Action.N]) > 1:
			now.Status, now.Error = schema.StatusConflict, twice(found.ids[o.Action.N])
			now.Advice = adviceSurplus
		}
		if now.Status != o.Status || now.Error != o.Error {
			corrected = append(corrected, now)
		}
	}
	return corrected
}

// confirm holds a created record against what is live.
func confirm(o schema.Outcome, byID map[int64]schema.Record, others []int64) schema.Outcome {
	have, there := byID[o.ID]
	if !there {
		o.Status, o.Error = schema.StatusFailed, fmt.Sprintf("the server made it as %d, and it is no longer there", o.ID)
		o.Advice = "somebody may have removed it; run the same command again to make it anew"
		return o
	}
	if len(others) > 0 {
		o.Status, o.Error = schema.StatusConflict, twice(append([]int64{o.ID}, others...))
		o.Advice = adviceSurplus
		return o
	}
	if changes := schema.Changes(o.Action.Want, have); len(changes) > 0 {
		o.Action.Have, o.Action.Changes = have, changes
		return notTaken(o, fmt.Sprintf("made as %d", o.ID), changes)
	}
	return o
}

// notTaken is the outcome of a write after which some value is another.
func notTaken(o schema.Outcome, done string, changes []schema.Change) schema.Outcome {
	words := make([]string, len(changes))
	for i, c := range changes {
		words[i] = fmt.Sprintf("%s is %s instead of %s", c.Field, schema.Quote(c.From.String()), schema.Quote(c.To.String()))
	}
	o.Status, o.Error = schema.StatusFailed, done+", but the server did not take every value: "+strings.Join(words, "; ")
	o.Advice = "set it in Jira, or let the manifest say what the server makes of it"
	return o
}

// confirmUpdate holds an update against what is live. One whose answer was lost is
// judged by what the server shows; where it changed something that the server does not
// show, it stays unknown.
func confirmUpdate(o schema.Outcome, byID map[int64]schema.Record) schema.Outcome {
	if o.Status != schema.StatusUpdated && o.Status != schema.StatusUnknown {
		return o
	}
	have, there := byID[o.Action.Have.ID]
	if !there {
		o.Status, o.Error = schema.StatusFailed, match.Called(o.Action.Have)+" is no longer on the server"
		return o
	}
	changes := schema.Changes(o.Action.Want, have)
	unseen := slices.ContainsFunc(o.Action.Changes, func(c schema.Change) bool { return c.Unseen })
	switch {
	case len(changes) > 0:
		return notTaken(o, "the update was sent", changes)
	case o.Status == schema.StatusUnknown && !unseen:
		o.Status, o.Class, o.ID, o.Error, o.Advice = schema.StatusUpdated, schema.ClassDone, have.ID, "", ""
	}
	return o
}

// confirmDelete holds a deletion against what is live.
func confirmDelete(o schema.Outcome, byID map[int64]schema.Record) schema.Outcome {
	_, there := byID[o.Action.Have.ID]
	switch {
	case o.Status == schema.StatusDeleted && there:
		o.Status, o.Error = schema.StatusFailed, fmt.Sprintf("the server said that %d was deleted, and it is still there", o.Action.Have.ID)
		o.Advice = "run the same command again"
	case o.Status == schema.StatusUnknown && there:
		o.Status, o.Error = schema.StatusFailed, fmt.Sprintf("%s is still there: %s", match.Called(o.Action.Have), o.Error)
		o.Advice = "run the same command again"
	case o.Status == schema.StatusUnknown:
		o.Status, o.Class, o.Error, o.Advice = schema.StatusDeleted, schema.ClassDone, "", ""
	}
	return o
}

// surplus lists, for each identity that the run created, further live records of it
// that are new and belong to no outcome.
func (b *book) surplus(live []schema.Record) map[schema.Key][]int64 {
	mine := make(map[int64]bool)
	identity := make(map[schema.Key]bool)
	for _, o := range b.outcomes {
		mine[o.ID] = true
		if key := o.Action.Want.Key(); o.Status == schema.StatusCreated && key.Exact() {
			identity[key] = true
		}
	}
	surplus := make(map[schema.Key][]int64)
	for _, r := range live {
		if mine[r.ID] || b.plan.WasLive(r.ID) {
			continue
		}
		if key := r.Key(); identity[key] {
			surplus[key] = append(surplus[key], r.ID)
		}
	}
	return surplus
}
