package journal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"gijbulk/schema"
)

// Log is a run that is being written. Its methods may be called by many goroutines at
// once; each returns when what it was given is durable. An error means that it is not
// kept: the run has to end, and what was kept before stays.
type Log struct {
	journal *Journal
	run     int64 // its number in the file
	target  int64
	actions []schema.Action // as planned
	hasher  hasherPool
	mask    schema.Mask

	writer *writer
	queue  *queue
	served sync.WaitGroup
	close  sync.Once
}

func (j *Journal) openLog(ctx context.Context, run int64, r schema.Run, plan schema.Plan, mask schema.Mask) (*Log, error) {
	l := &Log{journal: j, run: run, actions: plan.Actions, mask: mask, hasher: newHasherPool(j.key, r.Target), queue: newQueue()}
	err := j.db.QueryRowContext(ctx, `SELECT target FROM runs WHERE seq = ?`, run).Scan(&l.target)
	if err != nil {
		return nil, j.trouble("open the log of run "+r.ID, err)
	}
	// The statements live on one connection, for longer than the caller's context.
	conn, err := j.db.Conn(ctx)
	if err != nil {
		return nil, j.trouble("open the log of run "+r.ID, err)
	}
	if l.writer, err = newWriter(context.WithoutCancel(ctx), conn, run); err != nil {
		return nil, j.trouble("open the log of run "+r.ID, err)
	}
	l.served.Go(func() { l.queue.each(l.writer.commit) })
	return l, nil
}

// Close waits for what is being written and gives the file back. Calls that come
// later fail.
func (l *Log) Close() error {
	var err error
	l.close.Do(func() {
		l.queue.close()
		l.served.Wait()
		err = l.writer.close()
	})
	if err != nil {
		return l.journal.trouble("close the log", err)
	}
	return nil
}

// Begin keeps the intents to perform actions, all of them or none. It is not cut short by
// the context: the wait is that of one commit, and an intent that may or may not have been
// kept would have to be looked up on the server.
//
// From here until the outcome nobody knows what the server holds in the fields of an
// update: what they were last sent is forgotten, so that a lost answer never makes a
// later run believe that it need not send them.
func (l *Log) Begin(_ context.Context, actions ...schema.Action) error {
	now := time.Now().UnixNano()
	var p page
	for _, a := range actions {
		if err := l.known(a); err != nil {
			return err
		}
		p.write(event{N: a.N, Begun: now}, doubt(a))
	}
	return l.keep("keep an intent", p.addTo)
}

// doubt is what the intent to perform an action makes unsure.
func doubt(a schema.Action) (l lesson) {
	if a.Op != schema.OpUpdate || len(a.Changes) == 0 {
		return lesson{}
	}
	l.ID = a.Have.ID
	for _, c := range a.Changes {
		l.Forget = append(l.Forget, c.Field.String())
	}
	return l
}

// End keeps the outcomes of actions, all of them or none, and with them the ids that their
// identities got and what was last sent. Like Begin it is not cut short.
func (l *Log) End(_ context.Context, outcomes ...schema.Outcome) error {
	var p page
	for _, o := range outcomes {
		if err := l.known(o.Action); err != nil {
			return err
		}
		p.write(l.outcomeEvent(o), l.learn(o))
	}
	return l.keep("keep an outcome", p.addTo)
}

// learn tells what an outcome teaches: a create sends all fields that the record has, an
// update the changes and nothing else. Of a create the plan tells most of it already.
func (l *Log) learn(o schema.Outcome) lesson {
	a := o.Action
	k := a.Want.Key()
	know := lesson{ID: cmp.Or(o.ID, a.Have.ID), Type: k.Type, Origin: k.Origin, Region: k.Region, Name: k.Name}
	h := l.hasher.get()
	defer l.hasher.put(h)
	switch o.Status {
	case schema.StatusCreated:
		know.All = true
		if sameFields(a.Want, l.actions[a.N].Want) {
			know = lesson{ID: know.ID, All: true, Run: l.run, Made: a.N + 1}
		}
		for f := range a.Want.FieldSet().All() {
			v := a.Want.Get(f)
			if _, hidden := v.Secret(); hidden || know.Made == 0 {
				know.Sent = know.Sent.note(h, know.ID, f, v)
			}
		}
	case schema.StatusUpdated:
		for _, c := range a.Changes {
			know.Sent = know.Sent.note(h, know.ID, c.Field, c.To)
		}
	case schema.StatusUnchanged, schema.StatusExists:
	case schema.StatusDeleted:
		return lesson{ID: know.ID, Gone: true}
	default:
		return lesson{}
	}
	return know
}

// work does something in a transaction that others may share.
func (l *Log) work(doing string, do func(database) error) error {
	return l.keep(doing, func(b *batch) { b.works = append(b.works, do) })
}

func (l *Log) keep(doing string, add func(*batch)) error {
	if err := l.queue.put(add); err != nil {
		return l.journal.trouble(doing, err)
	}
	return nil
}

// known refuses an action that is not of this run's plan.
func (l *Log) known(a schema.Action) error {
	if a.N < 0 || a.N >= len(l.actions) {
		return l.journal.trouble("", fmt.Errorf("the run has no action %d, only %d", a.N, len(l.actions)))
	}
	return nil
}

// asPlanned reports whether an outcome's action still says what the plan said: Verify
// puts into it what it found on the server instead.
func (l *Log) asPlanned(a schema.Action) bool {
	planned := l.actions[a.N]
	return a.Have.ID == planned.Have.ID && slices.EqualFunc(a.Changes, planned.Changes, func(c, d schema.Change) bool {
		return c.Field == d.Field && c.From.Equal(d.From) && c.To.Equal(d.To)
	})
}
