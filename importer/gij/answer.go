package gij

import (
	"bytes"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"

	"gijbulk/schema"
)

// answer is what became of one request. Its failure is judged once, when the exchange is
// over; the layers of the transport and the calls go by that.
type answer struct {
	method  string
	url     *url.URL
	effect  effect      // of the request
	status  int         // 0: none was received
	header  http.Header // of the answer
	body    []byte      // what arrived of it; of a list only the frame
	reply   reply       // what the app says in it
	garbled error       // why that cannot be read: it is not JSON
	list    listing     // where one was asked for and came
	err     error       // what kept the answer from arriving, or from arriving whole
	unsent  bool        // certainly nothing of the request reached the server
	overdue bool        // given up at a time limit: the server may still be at work
	failure *Error      // nil: accepted
}

// held is the body of a response that has been read whole.
type held struct {
	*bytes.Reader
	answer answer
}

func (*held) Close() error { return nil }

// lost is the error of a round trip that has no response to give.
type lost struct{ answer answer }

func (l *lost) Error() string { return l.answer.failure.Error() }
func (l *lost) Unwrap() error { return l.answer.failure }

// keptBack is the error of a request that did not leave.
func keptBack(e *Error) error { return &lost{answer{failure: e, unsent: true}} }

// answerOf finds the answer in what a layer of this transport returned.
func answerOf(resp *http.Response, err error) answer {
	if resp != nil {
		return resp.Body.(*held).answer
	}
	return err.(*lost).answer
}

// judged reports whether the server let the request in and decided about it: only that
// proves the credentials. A proxy can answer 502 or 503 without asking Jira.
func (a answer) judged() bool {
	return a.status != 0 && (a.failure == nil || a.failure.Class == schema.ClassRefused)
}

// added is the id that an accepted add was given. Where it is not told, what was made is
// not known.
func (a answer) added() (int64, *Error) {
	id, err := a.reply.added()
	if err != nil {
		e := a.fail(schema.ClassUnknown, "it says that it worked, but does not show what was made", "")
		e.Err = err
		return 0, e
	}
	return id, nil
}

// late reports whether a time limit, ours or a proxy's, ended it.
func (a answer) late() bool {
	return a.overdue || a.status == http.StatusGatewayTimeout || a.status == http.StatusRequestTimeout
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

// apiPath is the path below the base URL, which may have a context path.
func apiPath(u *url.URL) string {
	if i := strings.LastIndex(u.Path, "/rest/"); i >= 0 {
		return u.Path[i:]
	}
	return u.Path
}
