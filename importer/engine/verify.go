package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

// verify reads the live list once more and corrects the outcomes by it: every created or
// updated record is there exactly once with the requested values, a deleted one is gone,
// and a create that failed is not there. Then it deletes duplicates, where that is wanted.
func (r *Run) verify(ctx context.Context) error {
	if err := r.compare(ctx); err != nil || !r.RemoveDuplicates {
		return err
	}
	removed, err := r.removeDuplicates(ctx)
	if err != nil || !removed {
		return err
	}
	return r.compare(ctx)
}

// compare corrects the outcomes by what is live. Where nothing was sent there is nothing to
// read.
func (r *Run) compare(ctx context.Context) error {
	if !slices.ContainsFunc(r.ledger.outcomes, func(o schema.Outcome) bool { return o.Attempts > 0 }) {
		return nil
	}
	live, err := r.list(ctx, "verify what is on the server")
	if err != nil {
		return err
	}
	corrections := r.ledger.corrections(live)
	if slices.ContainsFunc(corrections, r.ledger.isWorse) { // the values that it shows may be old
		if err := pause(ctx, r.interval()); err != nil {
			return err
		}
		if live, err = r.list(ctx, "verify what is on the server"); err != nil {
			return err
		}
		corrections = r.ledger.corrections(live)
	}
	return r.ledger.end(ctx, corrections...)
}

// isWorse reports whether an outcome is worse than the one that the ledger has.
func (l *ledger) isWorse(o schema.Outcome) bool {
	return l.outcomes[o.N].Status.Good() && !o.Status.Good()
}

// corrections are the outcomes that the live list contradicts.
func (l *ledger) corrections(live []schema.Record) []schema.Outcome {
	byID, found := recordsByID(live), l.find(live)
	same := l.sameIdentity(live, byID)
	var corrected []schema.Outcome
	for n, o := range l.outcomes {
		if a := l.action(n); !a.Op.Writes() || o.Attempts > 0 {
			now := confirm(a, o, byID, found)
			switch have, there := byID[now.ID]; {
			case there && now.Status.Good() && len(same[have.Key()]) > 1:
				now = duplicated(now, slices.Clone(same[have.Key()]))
			case there && now.Status == schema.StatusCreated && !schema.WholeDigest(now.Shown):
				now.Shown = have.Digest()
			}
			if now.Shown != o.Shown || now.Status != o.Status || now.Error != o.Error || now.Advice != o.Advice {
				corrected = append(corrected, now)
			}
		}
	}
	return corrected
}

// sameIdentity lists the ids of the live records that have the identity of one of the plan, itself
// among them: somebody else may have made or renamed another one during the run.
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

// confirm compares an outcome with what is live.
func confirm(a *schema.Action, o schema.Outcome, byID map[int64]schema.Record, found sighting) schema.Outcome {
	switch {
	case !a.Op.Writes():
		o, _ = stillThere(a, o, byID[a.Have.ID])
		return o
	case a.Op == schema.OpUpdate:
		return confirmUpdate(a, o, byID)
	case a.Op == schema.OpDelete:
		return confirmDelete(a, o, byID)
	case o.Status == schema.StatusUnprocessed:
		return o
	case o.Status == schema.StatusConflict && o.ID != 0: // was there several times, and may be no longer
		o = created(o, o.ID)
	}
	if have, there := byID[o.ID]; o.ID != 0 && (!there || schema.Known{ID: o.ID, InitDate: o.InitDate}.Contradicts(have) || isAnother(a.Want, have)) {
		return vanished(o, found.surplus[a.N])
	}
	e := found.evidence(a, o)
	o = found.conclude(e.decide(), a, o)
	if o.Status == schema.StatusCreated {
		return confirmCreate(a, o, byID[o.ID])
	}
	return o
}

// isAnother reports whether a live repository, whose id alone does not identify it, is another one.
func isAnother(want, have schema.Record) bool {
	return have.Kind() == schema.KindRepository && slices.ContainsFunc(match.Changes(want, have), func(c schema.Change) bool {
		return c.Field == schema.FieldKind || c.Field == schema.FieldOrigin
	})
}

// vanished is the outcome of a create whose record is no longer on the server, where others that are
// new may have its identity.
func vanished(o schema.Outcome, others []schema.Record) schema.Outcome {
	o.Status, o.Error = schema.StatusFailed, fmt.Sprintf("the server made it as %d, and that record is no longer there", o.ID)
	o.Advice = "somebody may have removed it in the meantime; if not on purpose, run the same command again"
	if len(others) > 0 {
		o.Status, o.Error = schema.StatusConflict, o.Error+"; "+match.Called(others[0])+" has its identity now"
		o.Advice = "compare it in Jira, then run the same command again"
	}
	return o
}

func confirmCreate(a *schema.Action, o schema.Outcome, have schema.Record) schema.Outcome {
	if changes := match.Changes(a.Want, have); len(changes) > 0 {
		o.Seen = &schema.Seen{Have: have, Changes: changes}
		return notTaken(o, fmt.Sprintf("made as %d", o.ID), changes)
	}
	return o
}

// notTaken is the outcome of a write after which some value differs.
func notTaken(o schema.Outcome, done string, changes []schema.Change) schema.Outcome {
	o.Status, o.Error = schema.StatusFailed, done+", but the server did not take every value: "+described(changes)
	o.Advice = "set it in Jira, or write in the manifest what the server makes of it"
	return o
}

func described(changes []schema.Change) string {
	words := make([]string, len(changes))
	for i, c := range changes {
		words[i] = fmt.Sprintf("%s is %s instead of %s", c.Field, schema.Quote(c.From.String()), schema.Quote(c.To.String()))
	}
	return strings.Join(words, "; ")
}

// confirmUpdate judges one whose answer was lost by what the server shows; where it changed
// something that the server does not show, it stays unknown.
func confirmUpdate(a *schema.Action, o schema.Outcome, byID map[int64]schema.Record) schema.Outcome {
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
		return notTaken(o, "the update was sent", changes)
	case o.Status == schema.StatusUnknown && !unseen:
		o.Status, o.Class, o.ID, o.Error, o.Advice = schema.StatusUpdated, schema.ClassDone, have.ID, "", ""
	}
	return o
}

func confirmDelete(a *schema.Action, o schema.Outcome, byID map[int64]schema.Record) schema.Outcome {
	_, there := byID[a.Have.ID]
	switch {
	case o.Status == schema.StatusDeleted && there:
		o.Status, o.Error = schema.StatusFailed, fmt.Sprintf("the server said that %d was deleted, and it is still there", a.Have.ID)
		o.Advice = "run the same command again"
	case o.Status == schema.StatusUnknown && there:
		o.Status, o.Error = schema.StatusFailed, fmt.Sprintf("%s is still there: %s", match.Called(a.Have), o.Error)
		o.Advice = "run the same command again"
	case o.Status == schema.StatusUnknown:
		o.Status, o.Class, o.Error, o.Advice = schema.StatusDeleted, schema.ClassDone, "", ""
	}
	return o
}
