package sandbox

import (
	"net/http"
	"sync"
	"time"
)

// maxRequests is how many requests Requests remembers.
const maxRequests = 10_000

// Request is one request that reached the server: what a test may ask about, and neither its credentials nor its body.
type Request struct {
	Time   time.Time // when it came
	Method string
	Path   string // as it was sent, with the base path, without the query
	Fault  Fault  // the fault that hit it, Hang told as the half that it became; empty for none
	Status int    // of the answer; 0 when none was sent, and while it is in flight
}

// Counts are counted from the start of the server on, over all requests.
type Counts struct {
	Requests   int
	Writes     int // all methods but GET and HEAD
	Refused    int // answers 401 and 403
	MostWrites int // the most writes that were in flight at once
	OtherAdmin int // changes and deletions by clients of what the other administrator made
}

// requestLog remembers the latest requests, in a ring.
type requestLog struct {
	mu       sync.Mutex
	ring     []*Request
	counts   Counts
	inFlight int // writes
}

func (l *requestLog) enter(method, path string, fault Fault) (leave func(status int)) {
	entry := &Request{Time: time.Now(), Method: method, Path: path, Fault: fault}
	write := 0
	if isWrite(method) {
		write = 1
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ring) < maxRequests {
		l.ring = append(l.ring, entry)
	} else {
		l.ring[l.counts.Requests%maxRequests] = entry
	}
	l.counts.Requests++
	l.counts.Writes += write
	l.inFlight += write
	l.counts.MostWrites = max(l.counts.MostWrites, l.inFlight)
	return func(status int) {
		l.mu.Lock()
		defer l.mu.Unlock()
		entry.Status = status
		l.inFlight -= write
		if status == http.StatusUnauthorized || status == http.StatusForbidden {
			l.counts.Refused++
		}
	}
}

// Requests returns the latest 10,000 requests in the order in which they came.
func (s *Server) Requests() []Request {
	l := &s.log
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]Request, len(l.ring))
	oldest := l.counts.Requests - len(l.ring)
	for i := range all {
		all[i] = *l.ring[(oldest+i)%maxRequests]
	}
	return all
}

// Counts returns what was counted so far.
func (s *Server) Counts() Counts {
	s.log.mu.Lock()
	defer s.log.mu.Unlock()
	return s.log.counts
}
