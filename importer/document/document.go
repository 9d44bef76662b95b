// Package document reads text files as UTF-8 ([Open]) and the documents of a YAML text as
// trees of nodes with positions ([NewYAML]). Manifests and other tools' listings share it; what
// a node means is up to them.
package document

import (
	"errors"
	"io/fs"

	"gijbulk/schema"
)

// Error is something wrong with a text. It never quotes the text, which may be a secret.
type Error struct {
	Code         schema.Code
	Line, Column int    // 0 where unknown
	Field        string // that the value belongs to, or ""
	Message      string
	Advice       string        // "" for the code's general one
	Option       schema.Option // that the advice is about
}

func (e *Error) Error() string { return e.Message }

// At is the error at the position of a node and in a field.
func (e Error) At(n *Node, field string) *Error {
	e.Line, e.Column, e.Field = n.Line, n.Column, field
	return &e
}

// Finding is the error of a file or record; without a line of its own it has that of p.
func (e *Error) Finding(p schema.Place) schema.Finding {
	if e.Line > 0 {
		p.Line, p.Column = e.Line, e.Column
	}
	f := e.Code.Newf(p, e.Field, "%s", e.Message)
	if e.Advice != "" {
		f = f.Advise("%s", e.Advice).About(e.Option)
	}
	return f
}

// Cause finds the Error in another error. An error without one comes from the reader itself,
// such as "is a directory".
func Cause(err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	var path *fs.PathError // its path is known to the caller
	if errors.As(err, &path) {
		err = path.Err
	}
	return &Error{Code: schema.CodeFileUnreadable, Message: "the file cannot be read: " + err.Error()}
}
