package engine

import (
	"cmp"
	"context"
	"time"

	"golang.org/x/sync/errgroup"

	"gijbulk/schema"
)

// line is the way of many writes to the server, in three stations: their intents are kept,
// ahead of the wire; they are sent, by as many workers as there are places; their outcomes
// are kept and told. The first and the last keep all that has gathered at once, in one
// commit of the journal, and whoever sends waits for neither.
type line struct {
	*Importer
	room  *room
	stop  context.CancelCauseFunc
	emit  func(schema.Outcome)
	begun chan *schema.Action
	ended chan schema.Outcome
}

func newLine(im *Importer, r *room, stop context.CancelCauseFunc, emit func(schema.Outcome)) *line {
	return &line{Importer: im, room: r, stop: stop, emit: emit, begun: make(chan *schema.Action, r.most()), ended: make(chan schema.Outcome, r.most())}
}

// run takes the writes through all stations. An error is trouble of the journal.
func (l *line) run(ctx context.Context, writes []*schema.Action) error {
	var stations, senders errgroup.Group
	stations.Go(func() error { return l.announce(ctx, writes) })
	for range min(l.room.places, len(writes)) {
		senders.Go(func() error {
			l.sendEach(ctx)
			return nil
		})
	}
	stations.Go(func() error { return l.conclude(ctx) })
	_ = senders.Wait()
	close(l.ended)
	return stations.Wait()
}

// announce keeps the intents, and hands the actions on in their order.
func (l *line) announce(ctx context.Context, writes []*schema.Action) (trouble error) {
	defer close(l.begun)
	var batch []schema.Action
	for trouble == nil && len(writes) > 0 {
		n := l.room.enter(ctx, len(writes))
		if n == 0 {
			break
		}
		batch = batch[:0]
		for _, a := range writes[:n] {
			batch = append(batch, *a)
		}
		if trouble = l.begin(ctx, batch...); trouble != nil {
			l.stop(trouble)
			for _, a := range batch {
				l.emit(unkept(a))
			}
		} else {
			for _, a := range writes[:n] {
				l.begun <- a
			}
		}
		writes = writes[n:]
	}
	for _, a := range writes {
		l.emit(unprocessed(*a))
	}
	return trouble
}

// sendEach sends what comes. Where the run has ended, that is nothing any more.
func (l *line) sendEach(ctx context.Context) {
	for a := range l.begun {
		o := unprocessed(*a)
		if ctx.Err() == nil && l.room.open() {
			sent := time.Now()
			o = l.do(ctx, *a)
			l.room.took(time.Since(sent))
			if o.Stop != schema.StopNone {
				l.room.close() // now, and not when its outcome is kept: nobody may be sent meanwhile
			}
			o = l.indexed(ctx, o)
		}
		l.room.leave()
		l.ended <- o
	}
}

// conclude keeps the outcomes, and tells them.
func (l *line) conclude(ctx context.Context) (trouble error) {
	var batch []schema.Outcome
	for o := range l.ended {
		batch = append(batch[:0], o)
		for range len(l.ended) {
			batch = append(batch, <-l.ended)
		}
		err := l.end(ctx, batch...)
		if err != nil {
			l.stop(err)
			trouble = cmp.Or(trouble, err)
		}
		for _, o := range batch {
			if o.Stop != schema.StopNone {
				l.stop(&Stopped{o})
			}
			l.emit(o)
		}
	}
	return trouble
}
