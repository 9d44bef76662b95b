package gij

import (
	"context"
	"strconv"
	"strings"

	"gijbulk/schema"
)

// Error is a call that failed. Class says what is known about it, Stop why the whole run
// has to end: always and only with [schema.ClassStop].
type Error struct {
	Class  schema.Class
	Stop   schema.Stop
	Method string
	Path   string // below the base URL
	Status int    // 0 where no answer was received
	Text   string // what is wrong: the server's words on one line, or ours
	Advice string // the server's own advice, or ""
	Need   Need   // what to do, or ""
	Err    error  // the cause, where there is one
}

// Error is the call, the status and what is wrong, on one line.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Method != "" {
		b.WriteString(e.Method + " " + e.Path + ": ")
	}
	if e.Status != 0 {
		b.WriteString(strconv.Itoa(e.Status) + ": ")
	}
	b.WriteString(e.reason())
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

func (e *Error) reason() string {
	if e.Err == nil {
		return e.Text
	}
	return e.Text + ": " + oneLine(e.Err.Error())
}

func unsent(r request, text string, need Need, err error) *Error {
	return &Error{Class: schema.ClassNone, Method: r.method, Path: r.call(), Text: text, Need: need, Err: err}
}

func cancelled(ctx context.Context, r request) *Error {
	return unsent(r, "canceled before it was sent", "", ctx.Err())
}
