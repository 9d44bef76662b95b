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
// alone as probes, then as fast as the server's answers and our own ceiling allow, and none
// at all after an answer that concerns the whole run.
type pacer struct {
	next      carrier
	gate      gate
	first     *probe
	write     *probe
	queue     chan struct{} // a semaphore: one request waits for its moment, the others for it
	answers   chan struct{} // an answer came: the moment may have changed
	ceiling   *rate.Limiter
	limited   rate.Limit // the ceiling while the server sends its limits
	silent    rate.Limit // the same while it sends none
	maxWait   time.Duration
	onWait    func(Wait)
	onRequest func(Exchange)

	all, writes atomic.Int64 // requests that left
	answered    atomic.Bool

	mu   sync.Mutex
	pace pace.Pace
}

func newPacer(next carrier, g gate, c Config) *pacer {
	p := &pacer{
		next: next, gate: g, first: newProbe(), write: newProbe(),
		queue: make(chan struct{}, 1), answers: make(chan struct{}, 1),
		limited: limitOf(c.Rate), silent: limitOf(cmp.Or(c.Rate, c.SilentRate)),
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

func (p *pacer) limit() rate.Limit {
	if p.pace.Limited() {
		return p.limited
	}
	return p.silent
}

// carry waits for the request's moment, lets it leave and learns from the answer.
func (p *pacer) carry(ctx context.Context, r request) (a answer) {
	leave, e := p.probe(ctx, r)
	if e != nil {
		return keptBack(r, e)
	}
	defer func() { leave(a.judged()) }()
	sent, e := p.wait(ctx, r)
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
	p.learn(a, sent)
	return a
}

// probe waits for the probes: that of the client's first request and, for a write, that of
// its first write.
func (p *pacer) probe(ctx context.Context, r request) (leave func(accepted bool), e *Error) {
	if r.effect.writes() && p.write.passed.Load() {
		return func(bool) {}, nil
	}
	leaveFirst, e := p.first.enter(ctx, r, p.gate)
	if e != nil || !r.effect.writes() {
		return leaveFirst, e
	}
	leaveWrite, e := p.write.enter(ctx, r, p.gate)
	if e != nil {
		leaveFirst(false)
		return nil, e
	}
	return func(accepted bool) {
		leaveWrite(accepted)
		leaveFirst(accepted)
	}, nil
}

// wait returns when the request may leave, and counts it as sent. One request at a time
// waits here, the others behind it.
func (p *pacer) wait(ctx context.Context, r request) (sent pace.Request, e *Error) {
	if e := p.gate.acquire(ctx, r, p.queue); e != nil {
		return sent, e
	}
	defer func() { <-p.queue }()
	now := time.Now()
	if d := p.ceiling.ReserveN(now, 1).DelayFrom(now); d > 0 {
		if e := p.gate.sleep(ctx, r, d, nil); e != nil {
			return sent, e
		}
		now = time.Now()
	}
	for entry, reported := now, (time.Time{}); ; now = time.Now() {
		if e := p.gate.open(ctx, r); e != nil {
			return sent, e
		}
		m, patience, sent, ok := p.moment(now, entry)
		wait := m.At.Sub(now)
		switch {
		case ok:
			return sent, nil
		case m.At.IsZero():
			wait = p.maxWait // an answer ends it before
		case m.At.After(patience):
			e := p.tooBusy(r, wait)
			p.gate.close(e)
			return sent, e
		case !m.At.Equal(reported):
			reported = m.At
			p.onWait(Wait{Reason(m.Why), wait})
		}
		if e := p.gate.sleep(ctx, r, wait, p.answers); e != nil {
			return sent, e
		}
	}
}

// moment finds when a request may leave, and how long that may take; if it is now, the
// request counts as sent.
func (p *pacer) moment(now, entry time.Time) (m pace.Moment, patience time.Time, sent pace.Request, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m, patience = p.pace.Next(now), p.pace.Patience(entry, p.maxWait)
	if ok = !m.At.IsZero() && !m.At.After(now); ok {
		sent = p.pace.Send(now)
	}
	return m, patience, sent, ok
}

func (p *pacer) tooBusy(r request, d time.Duration) *Error {
	e := unsent(r, fmt.Sprintf("the server is too busy: it would have accepted no request for longer than %v (the next may leave in %v)",
		p.maxWait, d.Round(time.Second)), NeedLongerWait, nil)
	e.Class, e.Stop = schema.ClassStop, schema.StopBusy
	return e
}

func (p *pacer) learn(a answer, sent pace.Request) {
	if a.failure != nil && a.failure.Class == schema.ClassStop && !(a.status == http.StatusForbidden && a.effect.writes()) {
		p.gate.close(a.failure)
	}
	p.mu.Lock()
	p.pace.Done(sent, pace.Answer{Status: a.status, Header: a.header, Write: a.effect.writes(), Late: a.late()}, a.end)
	p.ceiling.SetLimit(p.limit())
	p.mu.Unlock()
	select {
	case p.answers <- struct{}{}:
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
