package schema

import "time"

// Status is how a record ended. Every record of a run ends in exactly one.
type Status string

// The statuses.
const (
	StatusCreated     Status = "created"
	StatusUpdated     Status = "updated"
	StatusDeleted     Status = "deleted"
	StatusUnchanged   Status = "unchanged"
	StatusExists      Status = "exists"
	StatusFailed      Status = "failed"
	StatusConflict    Status = "conflict"
	StatusUnknown     Status = "unknown"     // a write may or may not have happened
	StatusUnprocessed Status = "unprocessed" // never tried, or certainly not done
)

// Statuses lists all statuses in the order in which people are told of them.
func Statuses() []Status {
	return []Status{StatusCreated, StatusUpdated, StatusDeleted, StatusUnchanged, StatusExists,
		StatusFailed, StatusConflict, StatusUnknown, StatusUnprocessed}
}

// Good reports whether the record is on the server and nobody needs to look at it.
func (s Status) Good() bool {
	switch s {
	case StatusCreated, StatusUpdated, StatusDeleted, StatusUnchanged, StatusExists:
		return true
	}
	return false
}

// Class is what an answer, or its absence, says about a request.
type Class uint8

// The classes.
const (
	ClassNone    Class = iota // nothing was sent
	ClassDone                 // the server did it
	ClassRefused              // the server answered that it will not
	ClassNotDone              // certainly not done, for a passing reason; worth another attempt
	ClassUnknown              // done or not: the answer was lost
	ClassStop                 // concerns the whole run, not this record
)

// Stop is why a whole run has to end.
type Stop string

// The reasons to stop.
const (
	StopNone        Stop = ""
	StopCredentials Stop = "credentials" // refused, or not an administrator's
	StopTarget      Stop = "target"      // not there, or not this app
	StopBusy        Stop = "busy"        // nothing was accepted for longer than --max-wait
)

// Outcome is the result of one action. A failure is an outcome, never an error.
type Outcome struct {
	N          int // of the action in its plan
	Status     Status
	Class      Class
	Stop       Stop          // with ClassStop
	ID         int64         // on the server, where it is known
	Answered   bool          // the answer to a create gave the id; else it was found in a list
	Shown      string        // the digest of a created record as the answer or, in the end, the list showed it; "": not known
	InitDate   int64         // of a created record, as the answer shows it; 0: not known
	Attempts   int           // requests that left for it
	HTTP       int           // the last status code; 0 where none was received
	Inferred   bool          // created, as a record without a name that nothing else explains, but without proof
	Temporary  bool          // failed only because a temporary failure used up the attempts
	Scanned    bool          // the first indexing of a created record, or of an integration its scan, was seen to end
	Unanswered bool          // the answer to a request for it was lost: the server may still be at work on that one
	Error      string        // the server's own words, or ours
	Advice     string        // likewise
	Started    time.Time     // when the first request left; zero if none did
	Took       time.Duration // until the last answer
	Seen       *Seen         // what the server shows instead of what was wanted; nil: nothing else
}

// Intent is a write that is about to be sent. It is recorded before the request leaves.
type Intent struct {
	N       int // of the action in its plan
	Attempt int // of the action, from 1; one intent covers the retries of what was not done
	At      time.Time
	Boot    string        // which boot of which machine; "" where it is not known
	Since   time.Duration // the boot, which no setting of the clock changes
}

// Seen is a live record that is not as its action left it.
type Seen struct {
	Have    Record
	Changes []Change // between what was wanted and it
}

// Result is an action with its outcome, as reports show it.
type Result struct {
	Action *Action
	Outcome
}

// Changes are what differs: what was seen in the end, or else what was planned.
func (r *Result) Changes() []Change {
	if r.Seen != nil {
		return r.Seen.Changes
	}
	return r.Action.Changes
}

// Run is what ran, where and when.
type Run struct {
	ID       string
	Command  string // such as "import"
	Version  string // of gijbulk
	Target   string // base URL, without credentials
	Host     string // the machine that it runs on, or ran on last
	User     string // who the target says we are
	Files    []string
	Started  time.Time
	Ended    time.Time // zero while it runs
	Complete bool      // it ended by itself and every record has been judged
	DryRun   bool
	Manifest string // the digest of what is wanted (see ManifestDigest); "" where it could not be read
	Shard    Shard  // of the run's whole work
	Digest   string // of the plan; "" where none was made
	Nested   Nested // the nested repositories that have no action
	Requests int    // requests that left, retries included
	Writes   int    // those of them that may have changed the server
	Findings []Finding
	Apply    string // the command that carries out the stored plan; "" where none was stored
	Again    string // the command line, without files and selection, that repeats the run for some records; "" where it is not known
	Resume   string // the command that continues the run; "" where it cannot be continued
	Limits   []LimitUse
	Why      string // one sentence, where the run did not end by itself
	Timeline Timeline
}

// SandboxURL is the base URL of a sandbox that lives inside the process: no other can be
// reached under a name that ends in .invalid (RFC 2606).
const SandboxURL = "http://sandbox.invalid"
