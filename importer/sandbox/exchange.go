package sandbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

// maxBody is how much of a request's body is read, in bytes; more is answered 413.
const maxBody = 16 << 20

// ending is what arrives of an answer.
type ending int

const (
	whole  ending = iota
	half          // the headers and the first half of the body
	broken        // nothing
)

// recorder keeps an answer until it is known how much of it arrives.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newRecorder() *recorder { return &recorder{header: http.Header{}} }

func (rec *recorder) Header() http.Header { return rec.header }

func (rec *recorder) WriteHeader(status int) {
	if rec.status == 0 {
		rec.status = status
	}
}

func (rec *recorder) Write(p []byte) (int, error) {
	rec.WriteHeader(http.StatusOK)
	return rec.body.Write(p)
}

// ServeHTTP answers a request that came over a socket.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	rec, end := s.exchange(r)
	if end == broken {
		panic(http.ErrAbortHandler) // net/http closes the connection and says nothing
	}
	for name, values := range rec.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(rec.body.Len()))
	w.WriteHeader(rec.status)
	if end == half {
		w.Write(rec.body.Bytes()[:rec.body.Len()/2])
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	w.Write(rec.body.Bytes())
}

// exchange does all that is the same with and without a socket: it counts the request, chooses its fault and makes the
// answer. The recorder is nil when the ending is broken.
func (s *Server) exchange(r *http.Request) (rec *recorder, end ending) {
	path := s.pathBelowBase(r)
	fault := s.script.choose(r.Method, path)
	leave := s.log.enter(r.Method, r.URL.Path, fault)
	defer func() {
		if rec == nil {
			leave(0)
		} else {
			leave(rec.status)
		}
	}()
	// A server sees that a client has left only when it has read the whole body.
	body, err := readBody(r)
	switch tooLarge := new(http.MaxBytesError); {
	case errors.As(err, &tooLarge):
		rec = newRecorder()
		writeHTML(rec, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
		return rec, whole
	case err != nil:
		return nil, broken
	}
	if !wait(r.Context(), s.script.delay(path)) {
		return nil, broken
	}
	if err := s.doPendingWork(r.Method, path); err != nil {
		rec = newRecorder()
		writeTrouble(rec, err)
		return rec, whole
	}
	return s.applyFault(r, body, fault)
}

// doPendingWork does what is not this request's doing: work that outlived its connection, and the script's events.
func (s *Server) doPendingWork(method, path string) error {
	if err := s.catchUp(); err != nil {
		return err
	}
	switch event := s.script.event(method, path); event.name() {
	case Restore:
		s.late.forget()
		return s.store.restore(event.count())
	case OtherAdmin:
		return s.other.work(s, event.parameter())
	}
	return nil
}

// catchUp does the late work that is due, and ends the scans that are.
func (s *Server) catchUp() error {
	s.late.doDue(func(t task) { s.serve(newRecorder(), t.r, t.body) })
	return s.scan(time.Now())
}

func (s *Server) applyFault(r *http.Request, body []byte, fault Fault) (*recorder, ending) {
	rec := newRecorder()
	if fault == Twice {
		s.serve(newRecorder(), r, body)
	}
	if fault.works() {
		s.serve(rec, r, body)
	}
	if after, ok := fault.late(); ok {
		s.late.add(after, r, body)
	}
	switch fault.name() {
	case HangBefore, HangAfter:
		<-r.Context().Done()
		return nil, broken
	case DropBefore, DropAfter, SlowAfterCut:
		return nil, broken
	case Cut:
		return rec, half
	}
	if fault.answers() {
		rec = newRecorder()
		s.writeFault(rec, r, fault)
	}
	return rec, whole
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, body []byte) {
	inner := *r
	inner.Body = io.NopCloser(bytes.NewReader(body))
	s.handler.ServeHTTP(w, &inner)
}

func readBody(r *http.Request) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	defer r.Body.Close()
	return io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
}

func wait(ctx context.Context, d time.Duration) bool {
	if d == 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
