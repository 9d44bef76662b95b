package gij

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"gijbulk/schema"
)

// The largest answers that are read, in bytes. A list comes in one piece and may be large,
// but is decoded as it arrives; of other reads the largest is that of all Jira projects, which
// is kept whole. The answer to a write describes one integration.
const (
	longestList  = 512 << 20
	longestRead  = 32 << 20
	longestWrite = 1 << 20
)

var (
	errTooLarge = errors.New("the answer is too large")
	errGrace    = errors.New("the run was canceled, and the grace period of the request on the wire")
)

// timeoutError is the cause of an exchange that reached the time limit of requests.
type timeoutError struct{ limit time.Duration }

func (e timeoutError) Error() string { return "the answer did not arrive within " + inSeconds(e.limit) }

func inSeconds(d time.Duration) string {
	return strconv.FormatFloat(d.Round(time.Millisecond).Seconds(), 'f', -1, 64) + " s"
}

// grace carries out one whole exchange, body included, within a time limit. It cancels
// the waits, not the wire: a request that is out when the caller gives up may go on for a
// while, since a write that is cut off would be left unknown.
type grace struct {
	base    http.RoundTripper
	to      target
	timeout time.Duration   // for the whole exchange
	grace   time.Duration   // after the caller's context has ended
	wire    context.Context // when it ends there is no grace
	mask    func(string) string
}

func newGrace(base http.RoundTripper, to target, c Config) *grace {
	return &grace{base, to, c.Timeout, c.Grace, c.Wire, c.Mask}
}

func (g *grace) carry(caller context.Context, r request) answer {
	if caller.Err() != nil {
		return keptBack(r, cancelled(caller, r))
	}
	ctx, cut := context.WithCancelCause(g.wire)
	defer cut(nil)
	limit := time.AfterFunc(g.timeout, func() { cut(timeoutError{g.timeout}) })
	defer limit.Stop()
	var w wire
	stop := context.AfterFunc(caller, func() { g.abandon(ctx, cut, &w) })
	defer stop()

	req := g.to.newRequest(httptrace.WithClientTrace(ctx, w.trace()), r)
	a := answer{method: r.method, call: r.call(), effect: r.effect, url: req.URL, mask: g.mask}
	resp, err := g.base.RoundTrip(req)
	if err == nil {
		a.status, a.header = resp.StatusCode, resp.Header
		lists := listedKind(r.lists, a.status)
		err = a.read(resp, lists, maxAnswerSize(r.effect, lists))
		a.reply, a.garbled = parseReply(a.body)
	}
	a.unsent = a.status == 0 && (w.connecting() || isConnectError(err))
	if err != nil && a.unsent && caller.Err() != nil {
		return keptBack(r, cancelled(caller, r))
	}
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx) // says which limit it was, where err says only that there was one
	}
	a.err = err
	a.overdue = !a.unsent && (isA[timeoutError](err) || errors.Is(err, errGrace) || isTimeout(err))
	a.failure = judge(a)
	return a
}

// abandon ends an exchange whose caller has given up, after the grace period if anything has left.
func (g *grace) abandon(ctx context.Context, cut context.CancelCauseFunc, w *wire) {
	if w.connecting() {
		cut(context.Canceled)
		return
	}
	timer := time.NewTimer(g.grace)
	defer timer.Stop()
	select {
	case <-timer.C:
		cut(fmt.Errorf("%w, %v, is over", errGrace, g.grace))
	case <-ctx.Done():
	}
}

func maxAnswerSize(e effect, lists schema.Kind) int64 {
	switch {
	case e.writes():
		return longestWrite
	case lists != "":
		return longestList
	}
	return longestRead
}

func (a *answer) read(resp *http.Response, lists schema.Kind, limit int64) (err error) {
	within := &io.LimitedReader{R: resp.Body, N: limit + 1}
	if lists != "" {
		a.body, a.list, err = readList(within, lists)
	} else {
		a.body, err = readChunked(within, resp.ContentLength)
	}
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return err
	}
	if within.N <= 0 {
		a.body = a.body[:min(int64(len(a.body)), limit)]
		return fmt.Errorf("%w (%d MiB)", errTooLarge, limit>>20)
	}
	return nil
}

func listedKind(kind schema.Kind, status int) schema.Kind {
	if status < 200 || status > 299 {
		return ""
	}
	return kind
}

// readChunked is io.ReadAll for what may be short or very long: its parts are joined once, so that
// no outgrown buffers remain. An announced length is trusted only where it is short.
func readChunked(r io.Reader, announced int64) ([]byte, error) {
	const smallest, largest = 1 << 10, 1 << 20
	first := int64(smallest)
	if announced >= 0 {
		first = min(announced+1, smallest) // one more, to see the end
	}
	var parts [][]byte
	part := make([]byte, 0, first)
	for {
		n, err := r.Read(part[len(part):cap(part)])
		part = part[:len(part)+n]
		if err != nil {
			if err == io.EOF {
				err = nil
			}
			if parts == nil {
				return part, err
			}
			return slices.Concat(append(parts, part)...), err
		}
		if len(part) == cap(part) {
			parts = append(parts, part)
			part = make([]byte, 0, min(max(2*cap(part), smallest), largest))
		}
	}
}

// wire knows whether a request can have left. While net/http is still connecting it
// certainly has not; a base that does not tell is taken to have sent it.
type wire struct{ dialing atomic.Bool }

func (w *wire) connecting() bool { return w.dialing.Load() }

func (w *wire) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { w.dialing.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { w.dialing.Store(false) },
	}
}
