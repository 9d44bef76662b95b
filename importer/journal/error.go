package journal

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"
)

// ErrorKind is what is wrong with the state, or with a request to it.
type ErrorKind uint8

// The kinds of errors.
const (
	KindOther      ErrorKind = iota
	KindDirectory            // the path is a directory
	KindIrregular            // the path is a device, a pipe or the like
	KindForeign              // not a state file
	KindOlder                // a layout of an older gijbulk
	KindNewer                // a layout of a newer gijbulk
	KindDamaged              // the content is inconsistent
	KindFull                 // no space left on the disk
	KindIO                   // the disk failed
	KindUnwritable           // the account may not open or write the file, or its folder
	KindBusy                 // another process has been writing for a long time
	KindRunExists            // there is a run of this id
	KindRunEnded             // the run has finished and cannot be continued
	KindMissing              // there is no state, and none was to be made
	KindOwnKey               // the state holds its own key, but the users have one
	KindKeyMissing           // the state needs the key of its users
	KindKeyWrong             // the users' key is not the one with which the state was made
	KindKeyShort             // the users' key could be guessed
	KindURL                  // the URL of the database, or its environment, is not valid
	KindPassword             // the URL holds a password
	KindNoDatabase           // the server has no such database
	KindLogin                // the server refused the user
	KindDenied               // the user lacks a privilege
	KindConnection           // no connection to the server, or it was lost
	KindPooled               // a proxy gives each transaction another connection
	KindUntrusted            // the certificate of the server is not accepted
	KindLockLost             // the connection no longer holds the lock on the target
	KindUsed                 // the state that is copied to is not empty
	KindVanished             // the file was removed or replaced while it was open
)

var kindTexts = [...]string{
	KindOther:      "",
	KindDirectory:  "is a directory",
	KindIrregular:  "not a regular file",
	KindForeign:    "not a gijbulk state file",
	KindOlder:      "written by an older version of gijbulk",
	KindNewer:      "written by a newer version of gijbulk",
	KindDamaged:    "the content is damaged",
	KindFull:       "the disk is full",
	KindIO:         "the disk cannot be read or written",
	KindUnwritable: "cannot be opened for writing",
	KindBusy:       "another process is writing to it",
	KindRunExists:  "a run with this id already exists",
	KindRunEnded:   "the run has finished",
	KindMissing:    "does not exist",
	KindOwnKey:     "the state keeps its own key for the hashes of secrets",
	KindKeyMissing: "the key for the hashes of secrets is not given",
	KindKeyWrong:   "the key for the hashes of secrets is not the one with which the state was made",
	KindKeyShort:   "the key for the hashes of secrets is too short",
	KindURL:        "invalid connection settings",
	KindPassword:   "the URL of the state contains a password",
	KindNoDatabase: "the database does not exist",
	KindLogin:      "the server refused the login",
	KindDenied:     "the user lacks a privilege",
	KindConnection: "no connection to the database",
	KindUntrusted:  "the certificate of the server is not accepted",
	KindPooled:     "a proxy pools the transactions of several clients",
	KindLockLost:   "the lock on the target was lost",
	KindUsed:       "the state to copy to is not empty",
	KindVanished:   "the file is no longer there",
}

// String describes the kind; it is empty for KindOther.
func (k ErrorKind) String() string { return kindTexts[k] }

// Error is an error of the state. Whatever was answered before it is stored.
type Error struct {
	Path  string // of the state file, or the URL of the database
	Doing string // such as "record intents"; may be ""
	Kind  ErrorKind
	Err   error // the cause; may be nil
}

// Error is the path, what was being done, the kind and the cause.
func (e *Error) Error() string {
	text := named(e.Path)
	for _, part := range []string{e.Doing, e.Kind.String()} {
		if part != "" {
			text += ": " + part
		}
	}
	if e.Err != nil {
		text += ": " + oneLine(e.Err)
	}
	return text
}

func named(path string) string {
	switch {
	case path == "": // it may not be shown
		return "state"
	case IsDatabase(path):
		return "state " + path
	}
	return "state file " + path
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// NoRun is the error of a run that is not in the state.
type NoRun struct {
	ID   string // as asked for; Last where there is no run but refused ones
	Path string // of the state, as in Error
}

// Error names the run.
func (e *NoRun) Error() string {
	if e.ID == Last {
		return named(e.Path) + ": no runs yet (refused runs do not count)"
	}
	return named(e.Path) + ": no run " + e.ID
}

func (j *Journal) wrap(err *error, doing string) {
	if *err == nil {
		return
	}
	e := &Error{Path: j.path, Doing: doing, Err: *err}
	if holdsPassword(j.path) {
		e.Path = ""
	}
	var noRun *NoRun
	var known *Error
	var system *fs.PathError
	switch {
	case errors.As(*err, &noRun):
		*err = noRun
		return
	case errors.As(*err, &known):
		e.Doing, e.Kind, e.Err = cmp.Or(known.Doing, doing), known.Kind, known.Err
	case errors.Is(*err, syscall.ENOSPC):
		e.Kind = KindFull
	case errors.As(*err, &system):
		e.Kind = KindUnwritable
	default:
		e.Kind = cmp.Or(sqliteErrorKind(*err), postgresErrorKind(*err))
	}
	*err = e
}

func damaged(format string, args ...any) error {
	return &Error{Kind: KindDamaged, Err: fmt.Errorf(format, args...)}
}
