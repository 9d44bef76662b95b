package importer

import (
	"cmp"
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

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
	atOnce, ahead := im.atOnce()
	wire := newWire(atOnce)
	calls := make(chan call)
	var pool errgroup.Group
	for range min(atOnce+ahead, len(plan.Actions)) {
		pool.Go(func() (trouble error) {
			for c := range calls {
				outcome, err := im.perform(ctx, c.action, schema.Outcome{}, c.turn)
				if err != nil {
					stop(err)
					trouble = cmp.Or(trouble, err)
				} else if outcome.Stop != schema.StopNone {
					stop(&Stopped{outcome})
				}
				emit(outcome)
			}
			return trouble
		})
	}
	for _, action := range plan.Actions {
		if action.Op.Writes() {
			calls <- call{action, wire.call()}
		} else {
			emit(standing(action))
		}
	}
	close(calls)
	if err := pool.Wait(); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// call calls an action up for one of the workers. They live as long as the run: a
// goroutine for each action would grow its stack anew each time, a seventh of what a run at
// full speed costs.
type call struct {
	action schema.Action
	turn   turn
}

// lead is how many more actions than are on the wire may be with the journal, for each
// worker but the first: while some wait for their intents or outcomes to be durable,
// others are sent, and one commit serves them all.
const lead = 15

// atOnce is how many actions are sent at a time, and how many more may be with the
// journal. One that waits for its first indexing keeps its place, and then nobody is in a
// hurry.
func (im *Importer) atOnce() (sent, ahead int) {
	sent = max(1, im.Concurrency)
	if im.Gentle.Indexer != nil {
		return min(sent, max(1, im.Gentle.AtOnce)), 0
	}
	return sent, lead * (sent - 1)
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

// perform does one action that writes, from intent to outcome, when it is its turn.
// earlier is what became of it when it was sent before; zero for the first time. An
// error is trouble of the journal.
func (im *Importer) perform(ctx context.Context, a schema.Action, earlier schema.Outcome, turn turn) (schema.Outcome, error) {
	unprocessed := schema.Outcome{Action: a, Status: schema.StatusUnprocessed}
	if ctx.Err() != nil {
		turn.pass()
		return following(earlier, unprocessed), nil
	}
	ahead := turn.ahead()
	if !ahead && !turn.take(ctx) {
		return following(earlier, unprocessed), nil
	}
	if err := im.begin(ctx, a); err != nil {
		if ahead {
			turn.pass()
		} else {
			turn.leave()
		}
		unprocessed.Error = "the journal could not be written"
		return following(earlier, unprocessed), err
	}
	if ahead && !turn.take(ctx) {
		outcome := following(earlier, unprocessed)
		return outcome, im.end(ctx, outcome)
	}
	sent := time.Now()
	outcome := following(earlier, im.do(ctx, a))
	turn.took(time.Since(sent))
	if outcome.Stop != schema.StopNone {
		turn.halt()
	}
	if im.Gentle.Indexer == nil {
		turn.leave() // the next one is sent while this outcome becomes durable
		return outcome, im.end(ctx, outcome)
	}
	defer turn.leave()
	err := im.end(ctx, outcome)
	if outcome.Status != schema.StatusCreated || err != nil {
		return outcome, err
	}
	// The place stays taken until the server has done its work, and what was created is
	// safe in the journal meanwhile.
	outcome = im.Gentle.await(ctx, outcome)
	return outcome, im.end(ctx, outcome)
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
