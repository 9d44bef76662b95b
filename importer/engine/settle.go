package engine

import (
	"context"
	"maps"
	"time"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

// lostCreate is a create with attempts that were not answered.
type lostCreate struct {
	sent    []time.Time   // when they left, at the latest
	missing int           // the latest consecutive lists, read after the wait, without it
	absent  time.Time     // when the latest list without it was read
	counted time.Time     // when the latest of the missing ones was read
	delay   time.Duration // how late it appeared, where an earlier attempt may be the reason
	seen    int           // records
	resent  int
	unknown bool // and stays unknown
}

// settle decides whether creates whose answers were lost were done (see evidence), by lists that
// it reads at once and then at intervals. What it cannot decide stays unknown, without an error. These
// lists also show what others made or changed of what is still to be sent.
func (r *Run) settle(ctx context.Context) error {
	var shown Settling
	for len(r.ledger.unsettled()) > 0 {
		missing, err := r.settleByNewList(ctx)
		if err != nil {
			return err
		}
		for _, n := range missing {
			r.ledger.lost[n].resent++
			if err := r.sendAlone(ctx, n); err != nil {
				return err
			}
		}
		if shown, err = r.waitForNextList(ctx, shown); err != nil {
			return err
		}
	}
	return nil
}

func (r *Run) settleByNewList(ctx context.Context) (missing []int, err error) {
	read := time.Now()
	live, err := r.list(ctx, "settle unknown outcomes")
	if err != nil {
		return nil, err
	}
	if err := r.refuseRestored(live); err != nil {
		return nil, err
	}
	if missing, err = r.settleByList(ctx, live, read); err != nil {
		return nil, err
	}
	return missing, r.ledger.recordOutcomes(ctx, r.ledger.changedBeforeSent(live)...)
}

func (r *Run) settleByList(ctx context.Context, live []schema.Record, read time.Time) (missing []int, err error) {
	found, taken := r.ledger.findCreates(live), r.ledger.identityTaken(live)
	var settled []schema.Outcome
	for _, n := range r.ledger.unsettled() {
		e := r.collectEvidence(n, found, read)
		o := r.ledger.outcomes[n]
		switch e.decide() {
		case isOpen:
			continue
		case isMissing:
			now, isTaken := outcomeAfterOthers(r.ledger.action(n), o, nil, taken[n])
			if older, there := found.older[n]; there {
				now, isTaken = olderOutcome(o, older.live), true
			}
			switch {
			case isTaken:
				settled = append(settled, now)
			case o.Status != schema.StatusConflict: // which a resume has found
				missing = append(missing, n)
				continue
			}
			delete(r.ledger.lost, n)
			continue
		case isUnknown:
			r.ledger.lost[n].unknown = true
		default:
			if e.attemptsEnded() {
				delete(r.ledger.lost, n)
			}
		}
		if now := conclude(&e, r.ledger.action(n), o); now.Status != o.Status || now.Advice != o.Advice || now.Error != o.Error {
			settled = append(settled, now)
		}
	}
	return missing, r.ledger.recordOutcomes(ctx, settled...)
}

func (r *Run) collectEvidence(n int, found listResult, read time.Time) evidence {
	l := r.ledger.lost[n]
	e := found.evidence(r.ledger.action(n), r.ledger.outcomes[n])
	e.sent, e.timeout, e.now, e.resends = l.sent, r.Timeout, read, r.Resends-l.resent
	r.measureDelay(l, &e)
	if e.delay = max(l.delay, r.ledger.delay); r.ledger.delay > 0 {
		e.resends = 0
	}
	_, unexplained := e.proofs()
	switch {
	case len(e.found) > 0 || unexplained || read.Before(e.workEndsBy()):
		l.missing = 0
	case l.missing == 0 || !read.Before(l.counted.Add(r.listInterval())):
		l.missing, l.counted = l.missing+1, read
	}
	e.missing, e.suspended = l.missing, r.ledger.delayed(read)
	return e
}

// measureDelay finds out whether the server took longer for a create than its time limit: when the
// create was missing from a list that was read after the limit. With several attempts that may
// be the work of a later one, unless that is over its limit too, or there are two records; the initDate
// may prove it.
func (r *Run) measureDelay(l *lostCreate, e *evidence) {
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
	delay := e.now.Sub(l.sent[0]) + r.listInterval() // another one may take a little longer
	if seen > 1 || !l.absent.Before(l.sent[len(l.sent)-1].Add(r.Timeout)) {
		r.ledger.delay = max(r.ledger.delay, delay)
	} else {
		l.delay = delay
	}
}

// madeByLast: a record that was made after the last of several attempts left proves that the
// earlier ones made none.
func (l *ledger) madeByLast(one *lostCreate, found []candidate) bool {
	if len(one.sent) < 2 || len(found) != 1 {
		return false
	}
	made, known := l.clock.toLocal(found[0].live.InitDate)
	return known && !made.Before(one.sent[len(one.sent)-1])
}

func (r *Run) listInterval() time.Duration { return max(r.Settle, r.Timeout/100) }

func (r *Run) waitForNextList(ctx context.Context, shown Settling) (Settling, error) {
	open := r.ledger.unsettled()
	if len(open) == 0 {
		return shown, nil
	}
	interval := r.listInterval()
	var until time.Time
	for _, n := range open {
		l := r.ledger.lost[n]
		e := evidence{sent: l.sent, timeout: r.Timeout, delay: max(l.delay, r.ledger.delay)}
		if u := e.workEndsBy(); u.After(until) {
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
		return nil, causeOr(ctx, why, err)
	}
	for i := range live {
		delete(expected, live[i].ID)
	}
	for id := range expected {
		r.ledger.gone[id] = true
	}
	return match.WithBlanks(live), nil
}

func createdAs(o schema.Outcome, id int64) schema.Outcome {
	o.Status, o.Class, o.ID, o.Error, o.Advice, o.Seen = schema.StatusCreated, schema.ClassDone, id, "", "", nil
	return o
}
