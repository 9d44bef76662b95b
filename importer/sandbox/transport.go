package sandbox

import (
	"bytes"
	"cmp"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"strconv"
	"syscall"
)

// RoundTripper reaches the server without a socket, in the caller's goroutine; the host of the URL does not matter. Faults
// look as they do behind a socket: a dropped connection is a *net.OpError around ECONNRESET, a hanging one blocks until the
// request's context ends and returns its error, a cut body ends with io.ErrUnexpectedEOF. A request without a deadline
// can hang for ever.
func (s *Server) RoundTripper() http.RoundTripper { return transport{s} }

type transport struct{ server *Server }

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx := r.Context()
	if err := ctx.Err(); err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	trace := httptrace.ContextClientTrace(ctx)
	tellSent(trace)
	rec, end := t.server.exchange(asReceived(r))
	if end == broken {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		return nil, &net.OpError{Op: "read", Net: "tcp", Err: os.NewSyscallError("read", syscall.ECONNRESET)}
	}
	if trace != nil && trace.GotFirstResponseByte != nil {
		trace.GotFirstResponseByte()
	}
	return rec.response(r, end), nil
}

func asReceived(r *http.Request) *http.Request {
	in, url := *r, *r.URL
	url.Path = cmp.Or(url.Path, "/")
	in.URL = &url
	in.RequestURI = url.RequestURI()
	in.RemoteAddr = "127.0.0.1:0"
	in.Host = cmp.Or(in.Host, url.Host)
	in.Method = cmp.Or(in.Method, http.MethodGet)
	return &in
}

// tellSent tells the hooks of net/http/httptrace that the request is on the wire: clients decide by them whether a write
// may have happened.
func tellSent(trace *httptrace.ClientTrace) {
	if trace == nil {
		return
	}
	if trace.WroteHeaders != nil {
		trace.WroteHeaders()
	}
	if trace.WroteRequest != nil {
		trace.WroteRequest(httptrace.WroteRequestInfo{})
	}
}

func (rec *recorder) response(r *http.Request, end ending) *http.Response {
	body := rec.body.Bytes()
	response := &http.Response{
		Status:        strconv.Itoa(rec.status) + " " + http.StatusText(rec.status),
		StatusCode:    rec.status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        rec.header,
		ContentLength: int64(len(body)),
		Request:       r,
	}
	switch {
	case r.Method == http.MethodHead:
		response.Body = http.NoBody
	case end == half:
		response.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body[:len(body)/2]), cutOff{}))
	default:
		response.Body = io.NopCloser(bytes.NewReader(body))
	}
	return response
}

// cutOff is where a cut body ends.
type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
