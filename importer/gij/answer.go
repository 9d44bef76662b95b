package gij

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"

	"gijbulk/schema"
)

// answer is the result of one request. Its failure is judged once, when the exchange is
// over; the layers of the transport and the calls go by that.
type answer struct {
	method     string
	call       string // below the base URL, without a query
	effect     effect
	url        *url.URL            // where the request went
	status     int                 // 0: none was received
	header     http.Header         // of the answer
	body       []byte              // what arrived of it; of a list only the frame
	reply      reply               // what the app says in it
	garbled    error               // why that cannot be read: it is not JSON
	list       listing             // where one was asked for and came
	mask       func(string) string // hides secrets in what the server says; nil: nothing
	err        error               // what kept the answer from arriving, or from arriving whole
	unsent     bool                // certainly nothing of the request reached the server
	overdue    bool                // given up at a time limit: the server may still be at work
	start, end time.Time           // of the exchange, where there was one
	failure    *Error              // nil: accepted
	attempts   attempts            // of all attempts
}

func keptBack(r request, e *Error) answer { return answer{effect: r.effect, failure: e, unsent: true} }

// judged reports whether the server let the request in and decided about it: only that
// proves the credentials. A proxy can answer 502 or 503 without asking Jira.
func (a answer) judged() bool {
	return a.status != 0 && (a.failure == nil || a.failure.Class == schema.ClassRefused)
}

// addedID is the id that an accepted add was given, and when it was made; 0 where that is not
// shown. Without an id, the new record is not known.
func (a answer) addedID() (id, initDate int64, failure *Error) {
	id, initDate, err := a.reply.addedID()
	if err != nil {
		e := a.fail(schema.ClassUnknown, "the answer reports success but does not show the new record", "")
		e.Err = a.maskedError(err)
		return 0, 0, e
	}
	return id, initDate, nil
}

// digest is that of what an accepted add shows beyond what was wanted; "" where that cannot be read.
func (a answer) digest(want schema.Record) string {
	made := json.RawMessage(a.body) // a repository, without a frame
	for _, kind := range []schema.Kind{schema.KindIntegration, schema.KindRepository} {
		if items, err := a.reply.items(kind); err == nil && len(items) == 1 {
			made = items[0]
		}
	}
	r, err := decodeRecord(want.Kind(), made)
	if err != nil {
		return ""
	}
	return r.AnswerDigest(want)
}

func (a answer) late() bool {
	return a.overdue || a.status == http.StatusGatewayTimeout || a.status == http.StatusRequestTimeout
}

func isTimeout(err error) bool {
	n, ok := errors.AsType[net.Error](err)
	return ok && n.Timeout()
}
