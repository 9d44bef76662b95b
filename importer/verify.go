package importer

import (
	"context"
	"fmt"
	"strings"

	"gijbulk/schema"
)

// Verify reads the live list once more and holds it against the outcomes: every created
// record is there exactly once with the values asked for, and a create that failed is
// not. emit is told the outcomes that the list corrects. Where nothing was sent there
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
	live, err := im.Target.List(ctx)
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
		case o.Action.Op != schema.OpCreate || o.Attempts == 0:
			continue
		case o.Status == schema.StatusCreated:
			now = confirm(o, byID, surplus[o.Action.Want.Key()])
		case len(found.ids[o.Action.N]) == 1:
			now.Status, now.Class, now.ID = schema.StatusCreated, schema.ClassDone, found.ids[o.Action.N][0]
			now.Error, now.Advice = "", "its first answer said otherwise: "+o.Error
			now = confirm(now, byID, nil)
		case len(found.ids[o.Action.N]) > 1:
			now.Status, now.Error = schema.StatusConflict, twice(found.ids[o.Action.N])
			now.Advice = "remove the surplus in Jira"
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
		o.Advice = "remove the surplus in Jira"
		return o
	}
	changes := schema.Changes(o.Action.Want, have)
	if len(changes) == 0 {
		return o
	}
	words := make([]string, len(changes))
	for i, c := range changes {
		words[i] = fmt.Sprintf("%s is %s instead of %s", c.Field, schema.Quote(c.From.String()), schema.Quote(c.To.String()))
	}
	o.Action.Have, o.Action.Changes = have, changes
	o.Status, o.Error = schema.StatusFailed, fmt.Sprintf("made as %d, but the server did not take every value: %s", o.ID, strings.Join(words, "; "))
	o.Advice = "set it in Jira, or let the manifest say what the server makes of it"
	return o
}

// surplus lists, for each identity that the run created, further live records of it
// that are new and belong to no outcome.
func (b *book) surplus(live []schema.Record) map[schema.Key][]int64 {
	mine := make(map[int64]bool)
	identity := make(map[schema.Key]bool)
	for _, o := range b.outcomes {
		mine[o.ID] = true
		if key := o.Action.Want.Key(); o.Status == schema.StatusCreated && key.Named() {
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
