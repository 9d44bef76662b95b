package engine

import (
	"context"
	"fmt"
	"maps"
	"time"

	"gijbulk/schema"
)

// lost is a create with attempts that were not answered.
type lost struct {
	sent    []time.Time   // when they left, at the latest
	missing int           // the latest consecutive lists, read after the wait, without it
	absent  time.Time     // when the latest list without it was read
	counted time.Time     // when the latest of the missing ones was read
	delay   time.Duration // how late it appeared, where an earlier attempt may be the reason
	seen    int           // records
	resent  int
	unknown bool // and stays so
}

// settle finds out whether creates whose answers were lost were done (see evidence). It looks
// at once, and then at intervals. What it cannot find out stays unknown, without an error.
func (r *Run) settle(ctx context.Context) error {
	var shown Settling
	for len(r.ledger.open()) > 0 {
		missing, err := r.look(ctx)
		if err != nil {
			return err
		}
		for _, n := range missing {
			r.ledger.lost[n].resent++
			if err := r.sendAlone(ctx, n); err != nil {
				return err
			}
		}
		if shown, err = r.waitToLook(ctx, shown); err != nil {
			return err
		}
	}
	return nil
}

// look reads the live list, settles what it answers, and returns what is to be sent again.
func (r *Run) look(ctx context.Context) (missing []int, err error) {
	read := time.Now()
	live, err := r.list(ctx, fmt.Sprintf("look up %d writes whose answers were lost", len(r.ledger.open())))
	if err != nil {
		return nil, err
	}
	return r.judge(ctx, live, read)
}

// judge settles what a list answers that was read at a time, and returns what is to be sent
// again.
func (r *Run) judge(ctx context.Context, live []schema.Record, read time.Time) (missing []int, err error) {
	found := r.ledger.find(live)
	var settled []schema.Outcome
	for _, n := range r.ledger.open() {
		e := r.weigh(n, found, read)
		o := r.ledger.outcomes[n]
		d := e.decide()
		switch d {
		case isOpen:
			continue
		case isMissing:
			missing = append(missing, n)
			continue
		case isUnknown:
			r.ledger.lost[n].unknown = true
		default:
			if e.closed() {
				delete(r.ledger.lost, n)
			}
		}
		if now := found.conclude(d, r.ledger.action(n), o); now.Status != o.Status || now.Advice != o.Advice || now.Error != o.Error {
			settled = append(settled, now)
		}
	}
	return missing, r.ledger.end(ctx, settled...)
}

// weigh is the evidence about a lost create, after another list.
func (r *Run) weigh(n int, found sighting, read time.Time) evidence {
	l := r.ledger.lost[n]
	e := found.evidence(r.ledger.action(n), r.ledger.outcomes[n])
	e.sent, e.timeout, e.now, e.resends = l.sent, r.Timeout, read, r.Resends-l.resent
	r.measure(l, &e)
	if e.delay = max(l.delay, r.ledger.delay); r.ledger.delay > 0 {
		e.resends = 0
	}
	_, stranger := e.proofs()
	switch {
	case len(e.found) > 0 || stranger || read.Before(e.until()):
		l.missing = 0
	case l.missing == 0 || !read.Before(l.counted.Add(r.interval())):
		l.missing, l.counted = l.missing+1, read
	}
	e.missing, e.suspended = l.missing, r.ledger.delayed(read)
	return e
}

// measure finds out whether the server took longer for a create than its time limit: when the
// create was missing from a list that was read after the limit. With several attempts that may
// be the work of a later one, unless that is over its limit too, or there are two records; the initDate
// may prove it.
func (r *Run) measure(l *lost, e *evidence) {
	found, _ := e.proofs()
	seen := len(found)
	if e.id != 0 {
		seen++
	}
	if seen == 0 {
		l.absent = e.now
	}
	appeared := seen > l.seen
	l.seen = seen
	if !appeared || l.absent.Before(l.sent[0].Add(r.Timeout)) || seen == 1 && r.ledger.madeByLast(l, found) {
		return
	}
	delay := e.now.Sub(l.sent[0]) + r.interval() // another one may take a little longer
	if seen > 1 || !l.absent.Before(l.sent[len(l.sent)-1].Add(r.Timeout)) {
		r.ledger.delay = max(r.ledger.delay, delay)
	} else {
		l.delay = delay
	}
}

// madeByLast reports whether a record was made after the last of several attempts had left: then the
// earlier ones have come to nothing.
func (l *ledger) madeByLast(one *lost, found []candidate) bool {
	if len(one.sent) < 2 || len(found) != 1 {
		return false
	}
	made, known := l.clock.ours(found[0].made)
	return known && !made.Before(one.sent[len(one.sent)-1])
}

// interval is how far apart lists are read.
func (r *Run) interval() time.Duration { return max(r.Settle, r.Timeout/100) }

// waitToLook waits until the next look, and says so where something is new about that.
func (r *Run) waitToLook(ctx context.Context, shown Settling) (Settling, error) {
	open := r.ledger.open()
	if len(open) == 0 {
		return shown, nil
	}
	interval := r.interval()
	var until time.Time
	for _, n := range open {
		l := r.ledger.lost[n]
		e := evidence{sent: l.sent, timeout: r.Timeout, delay: max(l.delay, r.ledger.delay)}
		if u := e.until(); u.After(until) {
			until = u
		}
	}
	now := Settling{Creates: len(open), After: max(interval, time.Until(until)), until: until}
	if now.Creates != shown.Creates || !now.until.Equal(shown.until) {
		r.ledger.step(Step{Settling: &now})
	}
	return now, pause(ctx, interval)
}

func (r *Run) list(ctx context.Context, why string) ([]schema.Record, error) {
	expected := r.Plan.Expected(r.ledger.outcomes)
	maps.DeleteFunc(expected, func(id int64, _ schema.Kind) bool { return r.ledger.gone[id] })
	live, err := r.Target.List(ctx, expected, r.Plan.Kinds()...)
	if err != nil {
		return nil, failure(ctx, why, err)
	}
	for i := range live {
		delete(expected, live[i].ID)
	}
	for id := range expected {
		r.ledger.gone[id] = true
	}
	return live, nil
}

// created is the outcome of a create that the server has, as this id.
func created(o schema.Outcome, id int64) schema.Outcome {
	o.Status, o.Class, o.ID, o.Error, o.Advice, o.Seen = schema.StatusCreated, schema.ClassDone, id, "", "", nil
	return o
}
