package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

// MaxIntentAge is how long after its intent a request may leave; an older intent is recorded
// again first.
const MaxIntentAge = 5 * time.Second

// Restored is the error of a run after the server has given an id to another record: nothing that the run knows
// of ids counts any more, and nothing more is sent.
type Restored struct {
	Now  schema.Record // the live record
	Sent bool          // this process had sent something before it was seen
}

// Error names the record.
func (r *Restored) Error() string {
	sent := "nothing"
	if r.Sent {
		sent = "nothing more"
	}
	return match.Called(r.Now) + " is not the record that had this id when the run began: this Jira was restored or copied since; " + sent + " was sent"
}

// BootClock returns the boot of the machine and the time since then, which no setting of the clock
// changes; the id is "" where it is not known. The zero BootClock knows no boot.
type BootClock struct {
	Boot func() (id string, since time.Duration)
}

// Resume carries out what an interrupted run has left, given its outcomes and intents so far.
// First it reads the list: what others made meanwhile of that which was never sent exists, and
// what they changed of that which was to be changed or deleted is a conflict. Then it sends all
// that can be sent, and after that it settles what was lost.
func (r *Run) Resume(ctx context.Context, earlier []schema.Outcome, intents []schema.Intent) error {
	ctx, release := r.openLedger(ctx, earlier)
	defer release()
	r.restoreLostCreates(intents)
	if err := r.recheck(ctx); err != nil {
		return err
	}
	return r.carryOut(ctx)
}

func (r *Run) restoreLostCreates(intents []schema.Intent) {
	now := time.Now()
	isUnknown := func(n int) bool {
		return r.ledger.outcomes[n].Status == schema.StatusUnknown && r.ledger.action(n).Op == schema.OpCreate
	}
	for _, i := range intents {
		if isUnknown(i.N) {
			r.ledger.addLost(i.N, now.Add(MaxIntentAge-r.intentAge(i)))
		}
	}
	for n := range r.ledger.outcomes {
		if isUnknown(n) && r.ledger.lost[n] == nil {
			r.ledger.addLost(n, now.Add(MaxIntentAge))
		}
	}
	for _, l := range r.ledger.lost {
		slices.SortFunc(l.sent, time.Time.Compare)
	}
}

// intentAge is a lower bound: 0 after another boot, or where the boot is not known.
func (r *Run) intentAge(i schema.Intent) time.Duration {
	if i.Boot == "" || r.Clock.Boot == nil {
		return 0
	}
	if boot, since := r.Clock.Boot(); boot == i.Boot {
		return max(0, since-i.Since)
	}
	return 0
}

func (r *Run) recheck(ctx context.Context) error {
	read := time.Now()
	live, err := r.list(ctx, "check what changed since the run stopped")
	if err != nil {
		return err
	}
	if err := r.refuseRestored(live); err != nil {
		return err
	}
	if _, err := r.settleByList(ctx, live, read); err != nil {
		return err
	}
	return r.ledger.recordOutcomes(ctx, r.ledger.changedByOthers(live)...)
}

func (r *Run) refuseRestored(live []schema.Record) error {
	if now, found := r.Plan.Reassigned(r.ledger.outcomes, live); found {
		return &Restored{Now: now, Sent: r.ledger.wrote}
	}
	return nil
}

func (l *ledger) changedBeforeSent(live []schema.Record) []schema.Outcome {
	isLeft := func(o schema.Outcome) bool { return l.outcomes[o.N].Status == schema.StatusUnprocessed }
	if !slices.ContainsFunc(l.outcomes, isLeft) {
		return nil // spares most runs the comparison
	}
	return slices.DeleteFunc(l.changedByOthers(live), func(now schema.Outcome) bool { return !isLeft(now) })
}

func (l *ledger) changedByOthers(live []schema.Record) []schema.Outcome {
	found, byID, taken, renames := l.findCreates(live), recordsByID(live), l.identityTaken(live), l.renamesTaken(live)
	var outcomes []schema.Outcome
	for n, o := range l.outcomes {
		a := l.action(n)
		if a.Op.Writes() && o.Status != schema.StatusUnprocessed && (o.Status != schema.StatusUnknown || a.Op == schema.OpCreate) {
			continue
		}
		have := byID[a.Have.ID]
		if a.Op == schema.OpCreate {
			have = taken[n]
		}
		now, changed := outcomeAfterOthers(a, o, found.found[n], have)
		if other, isTaken := renames[a]; isTaken && !changed {
			now, changed = takenOutcome(o, other), true
		}
		if why, undecided := found.undecided[n]; undecided && !changed {
			now.Status, now.Error, now.Advice, changed = schema.StatusConflict, why, "write each record as the server shows it", true
		}
		if changed {
			now.Inferred = now.Status == schema.StatusExists && found.inexact[n]
			outcomes = append(outcomes, now)
		}
	}
	return outcomes
}

// identityTaken are the live records, by the number of a create that was not sent or may be sent again, that
// have its identity now and are not new: the run knows them under another one.
func (l *ledger) identityTaken(live []schema.Record) map[int]schema.Record {
	var want, others, old []schema.Record
	var numbers []int
	for n, o := range l.outcomes {
		a := l.action(n)
		open := a.Op == schema.OpCreate && o.ID == 0 && slices.Contains([]schema.Status{schema.StatusUnprocessed, schema.StatusUnknown}, o.Status)
		identity := a.Want.WithIdentityOnly() // not what it was before
		switch {
		case !identity.Key().Exact():
		case open:
			want, numbers = append(want, identity), append(numbers, n)
		case a.Op != schema.OpDelete:
			others = append(others, identity)
		}
	}
	want = append(want, others...)
	claimed := l.claimed()
	for _, r := range live {
		if claimed[r.ID] || l.run.Plan.WasLive(r.ID) {
			old = append(old, r)
		}
	}
	pairs := match.Match(want, old, nil)
	pairs.Fold(want, old)
	taken := make(map[int]schema.Record)
	for i, w := range pairs.ClaimedBy {
		if w != match.None && w < len(numbers) {
			taken[numbers[w]] = old[i]
		}
	}
	return taken
}

// renamesTaken are the renames that are still to be sent, to an identity that another record has now, with that record.
func (l *ledger) renamesTaken(live []schema.Record) map[*schema.Action]schema.Record {
	var open []*schema.Action
	for n, o := range l.outcomes {
		if o.Status == schema.StatusUnprocessed || o.Status == schema.StatusUnknown {
			open = append(open, l.action(n))
		}
	}
	return match.Taken(open, live, l.run.Plan.Others)
}

// outcomeAfterOthers is for an action that is still to be sent: found are new records for a create, have
// is the record of the action or the one that has its identity. changed is false where it can be sent.
func outcomeAfterOthers(a *schema.Action, o schema.Outcome, found []schema.Record, have schema.Record) (_ schema.Outcome, changed bool) {
	switch {
	case a.Op == schema.OpCreate && len(found) == 1:
		o.Status, o.ID, o.Advice = schema.StatusExists, found[0].ID, "it was created after the plan was made"
	case a.Op == schema.OpCreate && len(found) > 1:
		o = duplicatedOutcome(o, schema.RecordIDs(found))
	case a.Op == schema.OpCreate && have.ID != 0:
		o = takenOutcome(o, have)
	case a.Op == schema.OpCreate:
		return o, false
	case !a.Op.Writes():
		return confirmUntouched(a, o, have)
	case have.ID != 0 && idReassigned(a, have):
		return changedMeanwhile(o, have, []schema.Change{{Field: schema.FieldType, From: have.Get(schema.FieldType), To: a.Have.Get(schema.FieldType)}})
	case a.Op == schema.OpUpdate && have.ID != 0 && o.Status == schema.StatusUnknown && asWanted(a, have):
		o.Status, o.ID, o.Error, o.Advice = schema.StatusUpdated, have.ID, "", ""
	case a.Op == schema.OpUpdate && have.ID != 0:
		return changedMeanwhile(o, have, neitherOldNorWanted(a, have))
	case a.Op == schema.OpDelete && have.ID != 0:
		return changedMeanwhile(o, have, changesBeforeDelete(a, have))
	case a.Op == schema.OpUpdate && a.Have.Kind() == schema.KindNested:
		return unlisted(a, o), true
	case a.Op == schema.OpUpdate: // and perhaps the id is another's of a kind that is not listed
		return removedMeanwhile(o, a.Have), true
	default:
		o.Status, o.ID, o.Class, o.Error, o.Advice = schema.StatusDeleted, a.Have.ID, schema.ClassDone, "", ""
	}
	return o, true
}

func takenOutcome(o schema.Outcome, by schema.Record) schema.Outcome {
	o.Status, o.Advice = schema.StatusConflict, "check it in Jira, then run the same command again"
	o.Error = match.Called(by) + " was given its identity after the plan was made"
	return o
}

func confirmUntouched(a *schema.Action, o schema.Outcome, have schema.Record) (_ schema.Outcome, changed bool) {
	if a.Op != schema.OpUnchanged && a.Op != schema.OpExists || a.Have.ID == 0 {
		return o, false
	}
	if have.ID == 0 || idReassigned(a, have) {
		return removedMeanwhile(o, a.Have), true
	}
	if a.Op == schema.OpExists || len(match.Changes(a.Want, a.Have)) > 0 {
		return o, false
	}
	return changedMeanwhile(o, have, match.Changes(a.Want, have))
}

func removedMeanwhile(o schema.Outcome, r schema.Record) schema.Outcome {
	o.Status, o.Advice = schema.StatusConflict, "run the same command again"
	o.Error = match.Called(r) + " was removed after the plan was made"
	return o
}

// asWanted reports whether an update whose answer was lost has certainly been carried out: the server shows each of its
// fields as it was sent.
func asWanted(a *schema.Action, have schema.Record) bool {
	return !slices.ContainsFunc(a.Changes, func(c schema.Change) bool { return c.Unseen || !have.Get(c.Field).Equal(c.To) })
}

func neitherOldNorWanted(a *schema.Action, have schema.Record) []schema.Change {
	wanted := schema.Changes(a.Want, have)
	before := schema.Changes(withBlanksBefore(a.Have, have), have)
	return slices.DeleteFunc(wanted, func(c schema.Change) bool {
		ours := slices.ContainsFunc(a.Changes, func(p schema.Change) bool {
			return p.Field == c.Field && (p.From.IsSet() || c.Field.LeftOutWhereBlank())
		})
		old := !slices.ContainsFunc(before, func(b schema.Change) bool { return b.Field == c.Field })
		return !ours || old
	})
}

func changesBeforeDelete(a *schema.Action, have schema.Record) []schema.Change {
	return schema.Changes(withBlanksBefore(a.Have.WithoutServerMade(), have), have)
}

// withBlanksBefore adds to a record as it was the fields that it must have left out for being blank: its server
// shows them now.
func withBlanksBefore(before, now schema.Record) schema.Record {
	for f, v := range now.All() {
		if f.LeftOutWhereBlank() && !before.Has(f) && !v.Blank() {
			before = before.Set(f, schema.Text(""))
		}
	}
	return before
}

// idReassigned: where the server shows no initDate, only the identity proves that the id still
// belongs to the same record.
func idReassigned(a *schema.Action, have schema.Record) bool {
	known := schema.Known{ID: a.Have.ID, InitDate: a.Have.InitDate}
	is := func(r schema.Record) bool { return have.Key() == r.Key() }
	return known.Contradicts(have) || match.KindAndTypeOf(a.Have) != match.KindAndTypeOf(have) || !known.Proves(have) && !is(a.Have) && !is(a.Want)
}

func changedMeanwhile(o schema.Outcome, have schema.Record, changes []schema.Change) (_ schema.Outcome, changed bool) {
	if len(changes) == 0 {
		return o, false
	}
	o.Status, o.ID, o.Seen = schema.StatusConflict, have.ID, &schema.Seen{Have: have, Changes: changes}
	o.Error = fmt.Sprintf("%s was changed after the plan was made: %s", match.Called(have), describeChanges(changes))
	o.Advice = "check it in Jira, then run the same command again"
	return o, true
}
