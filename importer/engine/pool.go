package engine

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"gijbulk/importer/intent"
	"gijbulk/schema"
)

// pool sends writes in three stages: their intents are recorded, some ahead of the requests;
// they are sent by as many workers as the concurrency allows; their outcomes are recorded.
// The first and the last stage record all that has gathered at once, in one commit of the
// journal, and a worker waits for neither.
type pool struct {
	engine  *Run
	workers int
	slots   chan struct{} // one for each intent whose outcome is not recorded
	begun   chan intended
	ended   chan schema.Outcome
}

// intended is an action whose intent is recorded.
type intended struct {
	action *schema.Action
	at     time.Time
}

// lead is how many intents there are for each worker: those that are recorded ahead, the one
// whose request it sends, and those whose outcomes are being recorded. With more of them more
// have to be looked up after a death, and with fewer the workers wait for the journal.
const lead = 8

func (r *Run) newPool() *pool {
	workers := max(1, r.Concurrency)
	if r.Indexing.Indexer != nil {
		workers = min(workers, max(1, r.Indexing.AtOnce))
	}
	size := lead * workers
	if workers == 1 || r.Indexing.Indexer != nil {
		// None is ahead. A single worker goes from intent to outcome, one by one; and while
		// first indexings are waited for, a request would leave long after its intent, when
		// a process that resumes the run would not expect it any more.
		size = workers
	}
	return &pool{engine: r, workers: workers, slots: make(chan struct{}, size), begun: make(chan intended, size), ended: make(chan schema.Outcome, size)}
}

// run takes actions through all stages. Those that were not sent when the run was stopped keep
// the outcome that they have.
func (p *pool) run(ctx context.Context, actions []int) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var stages errgroup.Group
	stages.Go(func() error { return p.begin(ctx, stop, actions) })
	stages.Go(func() error { p.send(ctx, stop); return nil })
	stages.Go(func() error { return p.end(ctx, stop) })
	return cmp.Or(stages.Wait(), context.Cause(ctx))
}

// begin records the intents, and hands the actions on in their order.
func (p *pool) begin(ctx context.Context, stop context.CancelCauseFunc, actions []int) error {
	defer close(p.begun)
	for len(actions) > 0 {
		n := p.reserve(ctx, len(actions))
		if n == 0 {
			return nil
		}
		batch := make([]schema.Action, n)
		for i := range batch {
			batch[i] = *p.engine.ledger.action(actions[i])
		}
		at := time.Now()
		if err := p.engine.ledger.begin(ctx, batch...); err != nil {
			stop(err)
			return err
		}
		for i := range batch {
			p.begun <- intended{&batch[i], at}
		}
		actions = actions[n:]
	}
	return nil
}

// reserve waits for a slot and takes as many as are free, up to a number. None means that the
// run has been stopped.
func (p *pool) reserve(ctx context.Context, most int) int {
	if ctx.Err() != nil {
		return 0
	}
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return 0
	}
	for n := 1; ; n++ {
		if n == most {
			return n
		}
		select {
		case p.slots <- struct{}{}:
		default:
			return n
		}
	}
}

// send performs the actions. After an answer that ends the run none is sent any more.
func (p *pool) send(ctx context.Context, stop context.CancelCauseFunc) {
	var workers errgroup.Group
	workers.SetLimit(p.workers)
	for begun := range p.begun {
		workers.Go(func() error {
			o, err := p.engine.attempt(ctx, *begun.action, begun.at)
			if err != nil {
				stop(err)
			}
			if o.Stop != schema.StopNone {
				stop(&Stopped{o})
			}
			p.ended <- o
			return nil // a failed action is an outcome
		})
	}
	_ = workers.Wait()
	close(p.ended)
}

// end records the outcomes.
func (p *pool) end(ctx context.Context, stop context.CancelCauseFunc) (trouble error) {
	for o := range p.ended {
		batch := []schema.Outcome{o}
		for range len(p.ended) {
			batch = append(batch, <-p.ended)
		}
		err := p.engine.ledger.end(ctx, batch...)
		for range batch {
			<-p.slots
		}
		trouble = cmp.Or(trouble, err)
		if err = cmp.Or(err, p.engine.tooManyFailures(batch)); err != nil {
			stop(err)
		}
	}
	return trouble
}

// sendAlone does one write from intent to outcome.
func (r *Run) sendAlone(ctx context.Context, n int) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	a, at := *r.ledger.action(n), time.Now()
	if err := r.ledger.begin(ctx, a); err != nil {
		return err
	}
	o, err := r.attempt(ctx, a, at)
	if err := cmp.Or(err, r.ledger.end(ctx, o)); err != nil {
		return err
	}
	if o.Stop != schema.StopNone {
		return &Stopped{o}
	}
	return nil
}

// attempt performs a write whose intent is recorded, and joins its outcome with the earlier
// one. After the end of the run that stays as it is.
func (r *Run) attempt(ctx context.Context, a schema.Action, begun time.Time) (schema.Outcome, error) {
	earlier := r.ledger.outcome(a.N)
	if ctx.Err() != nil {
		return earlier, nil
	}
	d := departure{ledger: r.ledger, action: a, begun: begun}
	now := r.do(intent.NewContext(ctx, func() error { return d.renew(ctx) }), a)
	if d.err != nil && now.Status == schema.StatusFailed {
		now.Status = schema.StatusUnprocessed // it did not leave
	}
	now.Answered = now.Status == schema.StatusCreated
	o := following(earlier, r.narrow(ctx, now))
	r.ledger.answered(o, cmp.Or(d.left, time.Now()))
	if d.err != nil {
		return o, d.err
	}
	return r.awaitIndexing(ctx, o), nil
}

// narrow turns a write that was forbidden into that record's failure where the live list can be
// read: a firewall, or a manager's limits, can forbid one record.
func (r *Run) narrow(ctx context.Context, o schema.Outcome) schema.Outcome {
	if o.HTTP != http.StatusForbidden || o.Stop != schema.StopCredentials {
		return o
	}
	if _, err := r.Target.List(ctx, nil, r.Plan.Kinds()...); err != nil { // other workers go on: only that it can be read counts
		return o
	}
	if o.Status == schema.StatusUnprocessed {
		o.Status, o.Class = schema.StatusFailed, schema.ClassRefused
	}
	o.Stop = schema.StopNone
	return o
}

// departure is that of the requests of one write.
type departure struct {
	ledger *ledger
	action schema.Action
	begun  time.Time // when the intent was recorded
	left   time.Time // when the latest request left; zero where the target does not say so
	err    error
}

// renew records the intent again where a request leaves long after it: a process that resumes
// the run would not expect that request any more.
func (d *departure) renew(ctx context.Context) error {
	if time.Since(d.begun) >= MaxDeparture {
		begun := time.Now()
		if d.err = d.ledger.begin(ctx, d.action); d.err != nil {
			return d.err
		}
		d.begun = begun
	}
	d.left = time.Now()
	return nil
}

// following joins the outcome of a write that was sent again with the earlier one.
func following(earlier, now schema.Outcome) schema.Outcome {
	if earlier.Attempts == 0 {
		return now
	}
	now.Attempts += earlier.Attempts
	if now.Status == schema.StatusUnprocessed && earlier.Status == schema.StatusUnknown {
		now.Status = schema.StatusUnknown // the earlier request may have been carried out
	}
	if now.Started.IsZero() { // it did not leave
		now.Started, now.Took = earlier.Started, earlier.Took
		return now
	}
	now.Started, now.Took = earlier.Started, now.Started.Add(now.Took).Sub(earlier.Started)
	return now
}

// do turns a panic into that record's failure. Verify looks whether it was done all the same.
func (r *Run) do(ctx context.Context, a schema.Action) (outcome schema.Outcome) {
	started := time.Now()
	defer func() {
		if p := recover(); p != nil {
			outcome = schema.Outcome{N: a.N, Status: schema.StatusFailed, Attempts: 1, Started: started, Took: time.Since(started),
				Error:  fmt.Sprintf("gijbulk itself failed: %v", p),
				Advice: "please report this, with: " + firstFrames(debug.Stack())}
		}
	}()
	return r.Target.Do(ctx, a)
}

// firstFrames cuts a stack to what shows where a panic came from.
func firstFrames(stack []byte) string {
	const frames = 8
	lines := strings.Split(strings.TrimSpace(string(stack)), "\n")
	return strings.Join(lines[:min(len(lines), 2*frames)], "\n")
}
