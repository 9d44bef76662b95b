package gij

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"gijbulk/importer/gij/pace"
	"gijbulk/importer/intent"
	"gijbulk/schema"
)

// pacer lets requests leave, for all callers together: the first one and the first write
// alone, then as fast as the server's answers and our own ceiling allow, and none at all
// after an answer that concerns the whole run.
type pacer struct {
	next      carrier
	stop      *latch
	first     *pilot
	write     *pilot
	turn      chan struct{} // held by the one request that waits for its moment
	news      chan struct{} // an answer came: the moment may be another
	ceiling   *rate.Limiter
	most      rate.Limit // of our own
	silent    rate.Limit // the same while the server tells no limits
	maxWait   time.Duration
	onWait    func(Wait)
	onRequest func(Exchange)

	all, writes atomic.Int64 // requests that left
	answered    atomic.Bool

	mu   sync.Mutex
	pace pace.Pace
}

func newPacer(next carrier, stop *latch, c Config) *pacer {
	p := &pacer{
		next: next, stop: stop, first: newPilot(), write: newPilot(),
		turn: make(chan struct{}, 1), news: make(chan struct{}, 1),
		most: limitOf(c.Rate), silent: limitOf(cmp.Or(c.Rate, c.SilentRate)),
		maxWait: c.MaxWait, onWait: c.OnWait, onRequest: c.OnRequest,
		pace: pace.Pace{Share: c.Share},
	}
	p.ceiling = rate.NewLimiter(p.limit(), 1)
	return p
}

// limitOf reads a rate of which 0 stands for no limit.
func limitOf(perSecond float64) rate.Limit {
	if perSecond == 0 {
		return rate.Inf
	}
	return rate.Limit(perSecond)
}

// limit is the ceiling at this time.
func (p *pacer) limit() rate.Limit {
	if p.pace.Told() {
		return p.most
	}
	return p.silent
}

// carry waits for the request's moment, lets it leave and hears the answer.
func (p *pacer) carry(ctx context.Context, r request) (a answer) {
	leave, e := p.board(ctx, r)
	if e != nil {
		return keptBack(r, e)
	}
	defer func() { leave(a.judged()) }()
	ticket, e := p.wait(ctx, r)
	if e != nil {
		return keptBack(r, e)
	}
	if r.effect.writes() {
		if err := intent.Renew(ctx); err != nil {
			return keptBack(r, &Error{Method: r.method, Path: r.call(), Text: "the request was not sent", Err: err})
		}
	}
	start := time.Now()
	a = p.next.carry(ctx, r)
	a.start, a.end = start, time.Now()
	p.hear(a, ticket)
	return a
}

// board passes the pilots: that of the client's first request and, for a write, that of
// its first write.
func (p *pacer) board(ctx context.Context, r request) (leave func(proof bool), e *Error) {
	if !r.effect.writes() {
		return p.first.board(ctx, r, p.stop)
	}
	if p.write.done() {
		return func(bool) {}, nil
	}
	leaveFirst, e := p.first.board(ctx, r, p.stop)
	if e != nil {
		return nil, e
	}
	leaveWrite, e := p.write.board(ctx, r, p.stop)
	if e != nil {
		leaveFirst(false)
		return nil, e
	}
	return func(proof bool) {
		leaveWrite(proof)
		leaveFirst(proof)
	}, nil
}

// wait returns when the request may leave, and counts it as leaving. One request at a time
// waits here, the others behind it.
func (p *pacer) wait(ctx context.Context, r request) (ticket pace.Ticket, e *Error) {
	if e := p.stop.enter(ctx, r, p.turn); e != nil {
		return ticket, e
	}
	defer func() { <-p.turn }()
	now := time.Now()
	if d := p.ceiling.ReserveN(now, 1).DelayFrom(now); d > 0 {
		if e := p.stop.sleep(ctx, r, d, nil); e != nil {
			return ticket, e
		}
		now = time.Now()
	}
	for entry, told := now, (time.Time{}); ; now = time.Now() {
		if e := p.stop.open(ctx, r); e != nil {
			return ticket, e
		}
		m, patience, ticket, gone := p.moment(now, entry)
		wait := m.At.Sub(now)
		switch {
		case gone:
			return ticket, nil
		case m.At.IsZero():
			wait = p.maxWait // an answer ends it before
		case m.At.After(patience):
			e := p.tooBusy(r, wait)
			p.stop.close(e)
			return ticket, e
		case !m.At.Equal(told):
			told = m.At
			p.onWait(Wait{Reason(m.Why), wait})
		}
		if e := p.stop.sleep(ctx, r, wait, p.news); e != nil {
			return ticket, e
		}
	}
}

// moment finds when a request may leave, and how long that may take; if it is now, the
// request counts as gone.
func (p *pacer) moment(now, entry time.Time) (m pace.Moment, patience time.Time, ticket pace.Ticket, gone bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m, patience = p.pace.Next(now), p.pace.Patience(entry, p.maxWait)
	if gone = !m.At.IsZero() && !m.At.After(now); gone {
		ticket = p.pace.Leave(now)
	}
	return m, patience, ticket, gone
}

func (p *pacer) tooBusy(r request, d time.Duration) *Error {
	e := unsent(r, fmt.Sprintf("the server is too busy: it would have accepted no request for longer than %v (the next may leave in %v)",
		p.maxWait, d.Round(time.Second)), NeedLongerWait, nil)
	e.Class, e.Stop = schema.ClassStop, schema.StopBusy
	return e
}

// hear takes in what became of a request that was let go.
func (p *pacer) hear(a answer, ticket pace.Ticket) {
	if a.failure != nil && a.failure.Class == schema.ClassStop && !(a.status == http.StatusForbidden && a.effect.writes()) {
		p.stop.close(a.failure)
	}
	p.mu.Lock()
	p.pace.Hear(ticket, pace.Answer{Status: a.status, Header: a.header, Write: a.effect.writes(), Late: a.late()}, a.end)
	p.ceiling.SetLimit(p.limit())
	p.mu.Unlock()
	select {
	case p.news <- struct{}{}:
	default:
	}
	if a.status != 0 {
		p.answered.Store(true)
	}
	if !a.unsent {
		p.all.Add(1)
		if a.effect.writes() {
			p.writes.Add(1)
		}
	}
	if a.method != "" {
		p.onRequest(Exchange{Method: a.method, Path: a.call, Status: a.status, Took: a.end.Sub(a.start), Sent: !a.unsent})
	}
}
