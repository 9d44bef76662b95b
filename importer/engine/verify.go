package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

// verify corrects the outcomes by the live list: every created or updated record is there exactly
// once with the requested values, a deleted one is gone, and a failed create is not there.
func (r *Run) verify(ctx context.Context) error {
	if err := r.correctOutcomes(ctx); err != nil || !r.RemoveDuplicates {
		return err
	}
	removed, err := r.removeDuplicates(ctx)
	if err != nil || !removed {
		return err
	}
	return r.correctOutcomes(ctx)
}

func (r *Run) correctOutcomes(ctx context.Context) error {
	if !slices.ContainsFunc(r.ledger.outcomes, func(o schema.Outcome) bool { return o.Attempts > 0 }) {
		return nil
	}
	corrections, err := r.readCorrections(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(corrections, r.ledger.needsTwoLists) {
		if err := pause(ctx, r.listInterval()); err != nil {
			return err
		}
		if corrections, err = r.readCorrections(ctx); err != nil {
			return err
		}
	}
	return r.ledger.recordOutcomes(ctx, corrections...)
}

func (r *Run) readCorrections(ctx context.Context) ([]schema.Outcome, error) {
	live, err := r.list(ctx, "verify what is on the server")
	if err != nil {
		return nil, err
	}
	return r.ledger.corrections(live), nil
}

// needsTwoLists reports whether the list of a correction may be old.
func (l *ledger) needsTwoLists(o schema.Outcome) bool {
	return l.outcomes[o.N].Status.Good() && !o.Status.Good()
}

func (l *ledger) corrections(live []schema.Record) []schema.Outcome {
	byID, found := recordsByID(live), l.findCreates(live)
	same := l.sameIdentity(live, byID)
	var corrected []schema.Outcome
	for n, o := range l.outcomes {
		if a := l.action(n); !a.Op.Writes() || o.Attempts > 0 || o.Status == schema.StatusExists {
			now := confirm(a, o, byID, found)
			switch have, there := byID[now.ID]; {
			case there && now.Status.Good() && len(same[have.Key()]) > 1:
				now = duplicatedOutcome(now, slices.Clone(same[have.Key()]))
			case there && now.Status == schema.StatusCreated && !now.Answered && l.isOlder(n, have): // which was not known yet when it was found
				now = olderOutcome(now, have)
			case there && now.Status == schema.StatusCreated && !schema.WholeDigest(now.Shown) && l.isAsMade(n, now, have):
				now.Shown = have.Digest()
			}
			if now.Shown != o.Shown || now.Status != o.Status || now.Error != o.Error || now.Advice != o.Advice {
				corrected = append(corrected, now)
			}
		}
	}
	return corrected
}

// isAsMade reports whether a record that a create has made is as its answer showed it. A list may differ from an answer: only
// after an earlier process that is taken for a change by others.
func (l *ledger) isAsMade(n int, o schema.Outcome, have schema.Record) bool {
	_, sent := l.first[n]
	return sent || have.IsAsShown(o.Shown)
}

// sameIdentity lists the ids of all live records with an identity of the plan: somebody else may
// have created or renamed one during the run.
func (l *ledger) sameIdentity(live []schema.Record, byID map[int64]schema.Record) map[schema.Key][]int64 {
	ids := make(map[schema.Key][]int64)
	for _, o := range l.outcomes {
		if have, there := byID[o.ID]; there && have.Key().Exact() {
			ids[have.Key()] = nil
		}
	}
	for _, r := range live {
		if _, planned := ids[r.Key()]; planned {
			ids[r.Key()] = append(ids[r.Key()], r.ID)
		}
	}
	return ids
}

func confirm(a *schema.Action, o schema.Outcome, byID map[int64]schema.Record, found listResult) schema.Outcome {
	switch {
	case !a.Op.Writes():
		o, _ = confirmUntouched(a, o, byID[a.Have.ID])
		return o
	case a.Op == schema.OpUpdate:
		return confirmUpdate(a, o, byID)
	case a.Op == schema.OpDelete:
		return confirmDelete(a, o, byID)
	case o.Status == schema.StatusUnprocessed:
		return o
	case o.Status == schema.StatusExists: // others made it after the plan
		if _, there := byID[o.ID]; !there {
			have := a.Want
			have.ID = o.ID
			return removedMeanwhile(o, have)
		}
		return o
	case o.Status == schema.StatusConflict && o.ID != 0: // was there several times, and may be no longer
		o = createdAs(o, o.ID)
	}
	if have, there := byID[o.ID]; o.ID != 0 && (!there || schema.Known{ID: o.ID, InitDate: o.InitDate}.Contradicts(have) || isAnotherRepository(a.Want, have)) {
		return vanishedOutcome(o, found.surplus[a.N])
	}
	e := found.evidence(a, o)
	o = conclude(&e, a, o)
	if o.Status == schema.StatusCreated {
		return confirmCreate(a, o, byID[o.ID])
	}
	return o
}

// olderOutcome: whether the create was carried out as well is as unknown as before.
func olderOutcome(o schema.Outcome, have schema.Record) schema.Outcome {
	o.Status, o.Class, o.ID, o.Inferred = schema.StatusConflict, schema.ClassUnknown, have.ID, false
	o.Error = "the answer was lost, and " + match.Called(have) + " was made before the request left, though no list had shown it"
	o.Advice = "check it in Jira, then run the same command again"
	return o
}

func isAnotherRepository(want, have schema.Record) bool {
	return have.Kind() == schema.KindRepository && slices.ContainsFunc(match.Changes(want, have), func(c schema.Change) bool {
		return c.Field == schema.FieldKind || c.Field == schema.FieldOrigin
	})
}

func vanishedOutcome(o schema.Outcome, others []schema.Record) schema.Outcome {
	o.Status, o.Error = schema.StatusFailed, fmt.Sprintf("it was created with id %d, but that record is no longer on the server", o.ID)
	o.Advice = "someone may have deleted it; unless that was intended, run the same command again"
	if len(others) > 0 {
		o.Status, o.Error = schema.StatusConflict, o.Error+"; "+match.Called(others[0])+" has its identity now"
		o.Advice = "check it in Jira, then run the same command again"
	}
	return o
}

func confirmCreate(a *schema.Action, o schema.Outcome, have schema.Record) schema.Outcome {
	changes := match.Changes(a.Want, have)
	switch {
	case len(changes) > 0 && o.Inferred: // a later list shows more fields
		return differentOutcome(o, a.Want, have)
	case len(changes) > 0:
		o.Seen = &schema.Seen{Have: have, Changes: changes}
		return valuesRejected(o, fmt.Sprintf("created with id %d", o.ID), changes)
	}
	return o
}

func valuesRejected(o schema.Outcome, done string, changes []schema.Change) schema.Outcome {
	o.Status, o.Error = schema.StatusFailed, done+", but the server did not store every value: "+describeChanges(changes)
	o.Advice = "set the value in Jira, or use the server's value in the manifest"
	return o
}

func describeChanges(changes []schema.Change) string {
	words := make([]string, len(changes))
	for i, c := range changes {
		words[i] = fmt.Sprintf("%s is %s instead of %s", c.Field, schema.Quote(c.From.String()), schema.Quote(c.To.String()))
	}
	return strings.Join(words, "; ")
}

// confirmUpdate leaves an update unknown whose answer was lost where it changed something that
// the server does not show.
func confirmUpdate(a *schema.Action, o schema.Outcome, byID map[int64]schema.Record) schema.Outcome {
	if _, there := byID[a.Have.ID]; !there && a.Have.Kind() == schema.KindNested && o.Status != schema.StatusUnprocessed {
		return unlisted(a, o)
	}
	if o.Status != schema.StatusUpdated && o.Status != schema.StatusUnknown {
		return o
	}
	have, there := byID[a.Have.ID]
	if !there {
		o.Status, o.Error = schema.StatusFailed, match.Called(a.Have)+" is no longer on the server"
		return o
	}
	changes := match.Changes(a.Want, have)
	unseen := slices.ContainsFunc(a.Changes, func(c schema.Change) bool { return c.Unseen || !have.Has(c.Field) && !c.To.Blank() })
	switch {
	case len(changes) > 0:
		return valuesRejected(o, "the update was sent", changes)
	case o.Status == schema.StatusUnknown && !unseen:
		o.Status, o.Class, o.ID, o.Error, o.Advice = schema.StatusUpdated, schema.ClassDone, have.ID, "", ""
	}
	return o
}

func confirmDelete(a *schema.Action, o schema.Outcome, byID map[int64]schema.Record) schema.Outcome {
	_, there := byID[a.Have.ID]
	switch {
	case o.Status == schema.StatusDeleted && there:
		o.Status, o.Error = schema.StatusFailed, fmt.Sprintf("the server confirmed the deletion of %d, but it is still there", a.Have.ID)
		o.Advice = "run the same command again"
	case o.Status == schema.StatusUnknown && there:
		o.Status, o.Error = schema.StatusFailed, fmt.Sprintf("%s is still there: %s", match.Called(a.Have), o.Error)
		o.Advice = "run the same command again"
	case o.Status == schema.StatusUnknown:
		o.Status, o.Class, o.Error, o.Advice = schema.StatusDeleted, schema.ClassDone, "", ""
	}
	return o
}
