package engine

import (
	"time"

	"gijbulk/schema"
)

// evidence is all that is known of one create.
type evidence struct {
	id          int64         // from an answer; 0: none
	refused     bool          // the last answer says that it was not done
	sent        []time.Time   // when its unanswered attempts left, at the latest
	found       []candidate   // live records that it may have made, besides id
	older       schema.Record // has its identity, and was made before it was sent
	unexplained bool          // a new record of its type is live that no record of the manifest explains
	missing     int           // the latest consecutive lists, read after the wait, with neither of these
	timeout     time.Duration // how long the server may work on a request
	delay       time.Duration // how long it took at least for a create of this run, where that is longer
	resends     int           // how often it may still be sent again
	suspended   bool          // resends wait for another create
	now         time.Time
}

// candidate is a live record that was not live before the run.
type candidate struct {
	live  schema.Record
	exact bool // it has the whole identity
	equal bool // each field that it shows is as it was sent
}

// decision is what the evidence comes to.
type decision uint8

const (
	isOpen       decision = iota // check again
	isCreated                    // proven
	isInferred                   // created, as far as can be told without a name
	isDifferent                  // a record with its identity is somebody else's, or was rewritten
	isDuplicated                 // there are several
	isRefused
	isRefusedAndThere // and somebody else made such a record
	isUnknown         // and stays so
	isMissing         // certainly not done: send it again
)

// decide is the only place that decides whether a create was done.
func (e *evidence) decide() decision {
	found, unexplained := e.proofs()
	switch {
	case e.refused && len(found) > 0 && found[0].exact:
		return isRefusedAndThere
	case e.refused:
		return isRefused
	case e.id != 0 && len(found) > 0, len(found) > 1, len(found) > 0 && e.older.ID != 0:
		return isDuplicated
	case e.id != 0:
		return isCreated
	case len(found) == 1:
		return found[0].decide()
	case e.now.Before(e.workEndsBy()):
		return isOpen
	case unexplained:
		return isUnknown
	case e.missing < 2:
		return isOpen
	case e.resends <= 0:
		return isUnknown
	case e.suspended:
		return isOpen
	}
	return isMissing
}

// proofs are the records that the create may have made. One that matches without a name, and
// differs, proves nothing.
func (e *evidence) proofs() (found []candidate, unexplained bool) {
	unexplained = e.unexplained
	for _, c := range e.found {
		if c.exact || c.equal {
			found = append(found, c)
		} else {
			unexplained = true
		}
	}
	return found, unexplained
}

func (c candidate) decide() decision {
	switch {
	case !c.equal:
		return isDifferent
	case c.exact:
		return isCreated
	}
	return isInferred
}

func (e *evidence) workEndsBy() time.Time {
	if len(e.sent) == 0 {
		return time.Time{}
	}
	return e.sent[len(e.sent)-1].Add(max(e.timeout, e.delay))
}

// attemptsEnded: one attempt makes at most one record, which the evidence has by then.
func (e *evidence) attemptsEnded() bool { return len(e.sent) < 2 || !e.now.Before(e.workEndsBy()) }
