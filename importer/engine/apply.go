package engine

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"gijbulk/schema"
)

// Apply performs a plan through a pool of workers. emit is told the outcome of every
// action, one at a time, in the order in which they finish; a create whose answer was
// lost is told as unknown, for Settle to look into. The error is a *Stopped, the
// context's, or trouble of the engine itself; every action has its outcome all the
// same. A cancelled context stops new actions and lets those on the wire finish.
func (im *Importer) Apply(ctx context.Context, plan schema.Plan, emit func(schema.Outcome)) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	emit = serial(emit)
	var writes []*schema.Action
	for i := range plan.Actions {
		if a := &plan.Actions[i]; a.Op.Writes() {
			writes = append(writes, a)
		} else {
			emit(standing(*a))
		}
	}
	if err := im.send(ctx, stop, writes, emit); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// send sends the writes of a plan: one at a time, each when the outcome of the one before
// is durable, or several at once.
func (im *Importer) send(ctx context.Context, stop context.CancelCauseFunc, writes []*schema.Action, emit func(schema.Outcome)) error {
	if room := im.room(); room.places > 1 {
		l := newLine(im, room, stop, emit)
		return l.run(ctx, writes)
	}
	var trouble error
	for _, a := range writes {
		outcome, err := im.perform(ctx, *a, schema.Outcome{})
		if err != nil {
			stop(err)
			trouble = cmp.Or(trouble, err)
		} else if outcome.Stop != schema.StopNone {
			stop(&Stopped{outcome})
		}
		emit(outcome)
	}
	return trouble
}

// serial makes sure that emit is never called twice at once.
func serial(emit func(schema.Outcome)) func(schema.Outcome) {
	var mu sync.Mutex
	return func(o schema.Outcome) {
		mu.Lock()
		defer mu.Unlock()
		emit(o)
	}
}

// perform does one action that writes, from intent to outcome. earlier is what became of
// it when it was sent before; zero for the first time. An error is trouble of the journal.
func (im *Importer) perform(ctx context.Context, a schema.Action, earlier schema.Outcome) (schema.Outcome, error) {
	if ctx.Err() != nil {
		return following(earlier, unprocessed(a)), nil
	}
	if err := im.begin(ctx, a); err != nil {
		return following(earlier, unkept(a)), err
	}
	outcome := im.indexed(ctx, following(earlier, im.do(ctx, a)))
	return outcome, im.end(ctx, outcome)
}

// unprocessed is the outcome of an action that was not sent.
func unprocessed(a schema.Action) schema.Outcome {
	return schema.Outcome{Action: a, Status: schema.StatusUnprocessed}
}

// unkept is that of one whose intent could not be kept.
func unkept(a schema.Action) schema.Outcome {
	o := unprocessed(a)
	o.Error = "the journal could not be written"
	return o
}

// indexed waits for the first indexing of what was created, where that is wanted. What was
// created is safe in the journal meanwhile; where it is not, nobody waits, and the caller,
// who keeps the outcome in any case, hears of the trouble.
func (im *Importer) indexed(ctx context.Context, o schema.Outcome) schema.Outcome {
	if im.Gentle.Indexer == nil || o.Status != schema.StatusCreated || im.end(ctx, o) != nil {
		return o
	}
	return im.Gentle.await(ctx, o)
}

// following joins the outcome of a create that was sent again with the earlier one.
func following(earlier, now schema.Outcome) schema.Outcome {
	if earlier.Attempts == 0 {
		return now
	}
	now.Attempts += earlier.Attempts
	if now.Status == schema.StatusUnprocessed {
		// It left once, and that is what the report must say.
		now.Status, now.Started, now.Took = schema.StatusUnknown, earlier.Started, earlier.Took
		return now
	}
	now.Started, now.Took = earlier.Started, now.Started.Add(now.Took).Sub(earlier.Started)
	return now
}

// do turns a panic into that record's failure. Verify looks whether it happened all
// the same.
func (im *Importer) do(ctx context.Context, a schema.Action) (outcome schema.Outcome) {
	started := time.Now()
	defer func() {
		if p := recover(); p != nil {
			outcome = schema.Outcome{Action: a, Status: schema.StatusFailed, Attempts: 1, Started: started, Took: time.Since(started),
				Error:  fmt.Sprintf("gijbulk itself failed: %v", p),
				Advice: "please report this, with: " + firstFrames(debug.Stack())}
		}
	}()
	return im.Target.Do(ctx, a)
}

// standing is the outcome of an action that sends nothing.
func standing(a schema.Action) schema.Outcome {
	o := schema.Outcome{Action: a, ID: a.Have.ID}
	switch a.Op {
	case schema.OpUnchanged:
		o.Status = schema.StatusUnchanged
	case schema.OpExists:
		o.Status = schema.StatusExists
	case schema.OpConflict:
		o.Status, o.Error = schema.StatusConflict, a.Reason
		o.Advice = "remove the surplus in Jira, or tell them apart by displayName"
		if a.Subject().Kind() == schema.KindRepository {
			o.Advice = "remove the surplus in Jira"
		}
	default:
		o.Status, o.Error = schema.StatusFailed, a.Reason
		o.Advice = firstAdvice(a.Want)
	}
	return o
}

func firstAdvice(r schema.Record) string {
	for _, f := range append(slices.Clip(r.Faults()), r.CreateNeeds()...) {
		if f.Level == schema.LevelError {
			return f.Advice
		}
	}
	return ""
}

// firstFrames cuts a stack to what tells where a panic came from.
func firstFrames(stack []byte) string {
	const frames = 8
	lines := strings.Split(strings.TrimSpace(string(stack)), "\n")
	return strings.Join(lines[:min(len(lines), 2*frames)], "\n")
}
