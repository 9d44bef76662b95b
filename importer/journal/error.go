package journal

import (
	"errors"
	"io/fs"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Error is trouble with the state file. Whatever had been answered before it is kept.
type Error struct {
	Path  string // the state file
	Doing string // what was being done, or ""
	Text  string // what is wrong
	Hint  string // what to do, or ""
	Err   error  // the cause, where there is one
}

// Error names the file and says what is wrong.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("state file " + e.Path + ": ")
	if e.Doing != "" {
		b.WriteString(e.Doing + ": ")
	}
	b.WriteString(e.Text)
	if e.Err != nil {
		if e.Text != "" {
			b.WriteString(": ")
		}
		b.WriteString(e.Err.Error())
	}
	return b.String()
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// NoRun is the error of asking for a run that is not in the journal.
type NoRun struct {
	ID   string // as asked for; "last" where there is none at all
	Path string // the state file
}

// Error says which run is missing.
func (e *NoRun) Error() string {
	if e.ID == Last {
		return "state file " + e.Path + " holds no run yet"
	}
	return "state file " + e.Path + " holds no run " + e.ID
}

// flaw is something wrong with the file that is not an error of the system.
type flaw struct{ text, hint string }

func (f flaw) Error() string { return f.text }

const (
	hintOther   = "name another file with --state, or move this one away"
	hintDamaged = "keep a copy, restore the file from a backup, or start anew with another file (--state)"
	hintDisk    = "free some space there; what the file holds so far is kept, and gijbulk resume goes on"
	hintAccess  = "give your account write access to the file and its folder, or name another file with --state"
	hintBusy    = "another process has been writing to it for long; try again"
)

// trouble puts an error of the file into words that tell what to do.
func (j *Journal) trouble(doing string, err error) error {
	e := &Error{Path: j.path, Doing: doing, Err: err}
	var wrong flaw
	var fault *sqlite.Error
	var system *fs.PathError
	switch {
	case errors.As(err, &wrong):
		e.Text, e.Hint, e.Err = wrong.text, wrong.hint, nil
	case errors.As(err, &fault):
		e.Text, e.Hint = explain(fault.Code())
	case errors.As(err, &system):
		e.Hint = hintAccess
	}
	return e
}

func explain(code int) (text, hint string) {
	switch code & 0xff { // without the extended part
	case sqlite3.SQLITE_FULL:
		return "the disk is full", hintDisk
	case sqlite3.SQLITE_IOERR:
		return "it could not be read or written", "check the disk and its free space; what the file holds so far is kept"
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH:
		return "it cannot be written", hintAccess
	case sqlite3.SQLITE_NOTADB:
		return "it is no state file", hintOther
	case sqlite3.SQLITE_CORRUPT:
		return "it is damaged", hintDamaged
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return "it is busy", hintBusy
	}
	return "", ""
}
