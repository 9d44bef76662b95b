package gij

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"gijbulk/schema"
)

// pace decides when the next request may leave, for all callers together: the first one
// and the first write alone, then as fast as the server's answers and our own ceiling
// allow, and none at all after an answer that concerns the whole run.
type pace struct {
	next      http.RoundTripper
	stop      *latch
	first     *pilot
	write     *pilot
	turn      chan struct{} // held by the one request that waits for its moment
	news      chan struct{} // an answer came: the moment may be another
	ceiling   *rate.Limiter
	silent    bool // the ceiling holds only for a server that tells no limits
	maxWait   time.Duration
	onWait    func(Wait)
	onRequest func(Exchange)

	all, writes atomic.Int64 // requests that left
	answered    atomic.Bool

	mu    sync.Mutex
	tempo tempo
}

func newPace(next http.RoundTripper, stop *latch, c Config) *pace {
	ceiling := rate.Inf
	switch {
	case c.Rate > 0:
		ceiling = rate.Limit(c.Rate)
	case c.SilentRate > 0:
		ceiling = rate.Limit(c.SilentRate)
	}
	return &pace{
		next: next, stop: stop, first: newPilot(), write: newPilot(),
		turn: make(chan struct{}, 1), news: make(chan struct{}, 1),
		ceiling: rate.NewLimiter(ceiling, 1), silent: c.Rate == 0,
		maxWait: c.MaxWait, onWait: c.OnWait, onRequest: c.OnRequest,
	}
}

// RoundTrip waits for the request's moment, lets it leave and hears the answer.
func (p *pace) RoundTrip(req *http.Request) (*http.Response, error) {
	leave, e := p.board(req)
	if e != nil {
		return nil, keptBack(e)
	}
	var a answer
	defer func() { leave(a.judged()) }()
	ticket, e := p.wait(req)
	if e != nil {
		return nil, keptBack(e)
	}
	start := time.Now()
	resp, err := p.next.RoundTrip(req)
	a = answerOf(resp, err)
	p.hear(req, a, ticket, start)
	return resp, err
}

// board passes the pilots: that of the client's first request and, for a write, that of
// its first write.
func (p *pace) board(req *http.Request) (leave func(proof bool), e *Error) {
	leaveFirst, e := p.first.board(req, p.stop)
	if e != nil || !trailOf(req.Context()).effect.writes() {
		return leaveFirst, e
	}
	leaveWrite, e := p.write.board(req, p.stop)
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
func (p *pace) wait(req *http.Request) (ticket int, e *Error) {
	if e := p.stop.enter(req, p.turn); e != nil {
		return 0, e
	}
	defer func() { <-p.turn }()
	if d := p.ceiling.Reserve().Delay(); d > 0 {
		if e := p.stop.sleep(req, d, nil); e != nil {
			return 0, e
		}
	}
	entry, told := time.Now(), time.Time{}
	for {
		if e := p.stop.open(req); e != nil {
			return 0, e
		}
		now := time.Now()
		m := p.moment(now, entry)
		at := m.at
		switch {
		case !at.After(now):
			return m.ticket, nil
		case at.After(m.patience):
			e := p.tooBusy(req, at.Sub(now))
			p.stop.close(e)
			return 0, e
		case !at.Equal(told):
			told = at
			p.onWait(Wait{m.reason, at.Sub(now)})
		}
		if e := p.stop.sleep(req, at.Sub(now), p.news); e != nil {
			return 0, e
		}
	}
}

// moment is when a request may leave.
type moment struct {
	at       time.Time
	reason   Reason    // to wait for it
	patience time.Time // how long that is allowed to take
	ticket   int       // if it is now
}

// moment finds it; if it is now, the request counts as leaving.
func (p *pace) moment(now, entry time.Time) moment {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := moment{patience: p.tempo.patience(entry, p.maxWait)}
	m.at, m.reason = p.tempo.next(now)
	if !m.at.After(now) {
		m.ticket = p.tempo.leave()
	}
	return m
}

func (p *pace) tooBusy(req *http.Request, d time.Duration) *Error {
	e := unsent(req, fmt.Sprintf("the server is too busy: it would have accepted no request for longer than %v (the next may leave in %v)",
		p.maxWait, d.Round(time.Second)), "run the same command again later, or allow more with --max-wait", nil)
	e.Class, e.Stop = schema.ClassStop, schema.StopBusy
	return e
}

// hear takes in what became of a request that was let go.
func (p *pace) hear(req *http.Request, a answer, ticket int, start time.Time) {
	if a.failure != nil && a.failure.Class == schema.ClassStop {
		p.stop.close(a.failure)
	}
	now := time.Now()
	p.mu.Lock()
	p.tempo.hear(a, ticket, now)
	if p.silent && p.tempo.bucket.known() {
		p.ceiling.SetLimit(rate.Inf)
	}
	p.mu.Unlock()
	select {
	case p.news <- struct{}{}:
	default:
	}
	trailOf(req.Context()).note(a, start, now)
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
		p.onRequest(Exchange{Method: a.method, Path: apiPath(a.url), Status: a.status, Took: now.Sub(start), Sent: !a.unsent})
	}
}
