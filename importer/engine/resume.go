package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

// MaxDeparture is how long after its intent a request may leave. After that the intent is
// renewed first.
const MaxDeparture = 5 * time.Second

// Restored is the error of a resume after the server has given an id to another record: nothing that
// the run knows of ids counts any more, and nothing was sent.
type Restored struct {
	Now schema.Record // the live record
}

// Error names the record.
func (r *Restored) Error() string {
	return match.Called(r.Now) + " is another one than when the run began: this Jira was restored or copied since; nothing was sent"
}

// Clock tells the boot of the machine and the time since then, which no setting of the clock
// changes; the id is "" where it is not known. The zero Clock knows no boot.
type Clock struct {
	Boot func() (id string, since time.Duration)
}

// Resume carries out what an interrupted run has left, given its outcomes and intents so far.
// First it reads the list: what others made meanwhile of that which was never sent exists, and
// what they changed of that which was to be changed or deleted is a conflict. Then it sends all
// that can be sent, and after that it settles what was lost.
func (r *Run) Resume(ctx context.Context, earlier []schema.Outcome, intents []schema.Intent) error {
	ctx, release := r.open(ctx, earlier)
	defer release()
	r.recall(intents)
	if err := r.recheck(ctx); err != nil {
		return err
	}
	return r.carryOut(ctx)
}

// recall gives the ledger the creates that an earlier process left unknown.
func (r *Run) recall(intents []schema.Intent) {
	now := time.Now()
	isUnknown := func(n int) bool {
		return r.ledger.outcomes[n].Status == schema.StatusUnknown && r.ledger.action(n).Op == schema.OpCreate
	}
	for _, i := range intents {
		if isUnknown(i.N) {
			r.ledger.lose(i.N, now.Add(MaxDeparture-r.age(i)))
		}
	}
	for n := range r.ledger.outcomes {
		if isUnknown(n) && r.ledger.lost[n] == nil {
			r.ledger.lose(n, now.Add(MaxDeparture))
		}
	}
	for _, l := range r.ledger.lost {
		slices.SortFunc(l.sent, time.Time.Compare)
	}
}

// age is how long ago an intent was certainly recorded: 0 where that was in another boot, or
// where it is not known.
func (r *Run) age(i schema.Intent) time.Duration {
	if i.Boot == "" || r.Clock.Boot == nil {
		return 0
	}
	if boot, since := r.Clock.Boot(); boot == i.Boot {
		return max(0, since-i.Since)
	}
	return 0
}

// recheck compares the live list with what is still to be sent or settled.
func (r *Run) recheck(ctx context.Context) error {
	read := time.Now()
	live, err := r.list(ctx, "look for what was changed in the meantime")
	if err != nil {
		return err
	}
	if now, found := r.Plan.Reassigned(r.ledger.outcomes, live); found {
		return &Restored{Now: now}
	}
	if _, err := r.judge(ctx, live, read); err != nil {
		return err
	}
	return r.ledger.end(ctx, r.ledger.overtaken(live)...)
}

// overtaken are the outcomes of what others did before it was sent.
func (l *ledger) overtaken(live []schema.Record) []schema.Outcome {
	found, byID, taken := l.find(live), recordsByID(live), l.taken(live)
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
		if now, changed := overtakenBy(a, o, found.found[n], have); changed {
			outcomes = append(outcomes, now)
		}
	}
	return outcomes
}

// taken are the live records, by the number of a create that was not sent, that have its identity now
// and are not new: the run knows them under another one.
func (l *ledger) taken(live []schema.Record) map[int]schema.Record {
	var want, old []schema.Record
	var numbers []int
	for n, o := range l.outcomes {
		if a := l.action(n); a.Op == schema.OpCreate && o.Status == schema.StatusUnprocessed && a.Want.Key().Exact() {
			want, numbers = append(want, a.Want.WithIdentityOnly()), append(numbers, n) // not what it was before
		}
	}
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
		if w != match.None {
			taken[numbers[w]] = old[i]
		}
	}
	return taken
}

// overtakenBy is the outcome of an action that was not sent, or not answered and can be repeated,
// after what is live now: new records that are found for a create, and have, the record of the action or
// what has taken its identity. changed is false where the action can be sent.
func overtakenBy(a *schema.Action, o schema.Outcome, found []schema.Record, have schema.Record) (_ schema.Outcome, changed bool) {
	switch {
	case a.Op == schema.OpCreate && len(found) == 1:
		o.Status, o.ID, o.Advice = schema.StatusExists, found[0].ID, "it was made while the run was interrupted"
	case a.Op == schema.OpCreate && len(found) > 1:
		o = duplicated(o, schema.RecordIDs(found))
	case a.Op == schema.OpCreate && have.ID != 0:
		o.Status, o.Advice = schema.StatusConflict, "compare it in Jira, then run the same command again"
		o.Error = match.Called(have) + " was given its identity after the plan was made"
	case a.Op == schema.OpCreate:
		return o, false
	case !a.Op.Writes():
		return stillThere(a, o, have)
	case have.ID != 0 && replaced(a, have):
		return changedMeanwhile(o, have, []schema.Change{{Field: schema.FieldType, From: have.Get(schema.FieldType), To: a.Have.Get(schema.FieldType)}})
	case a.Op == schema.OpUpdate && have.ID != 0:
		return changedMeanwhile(o, have, thirdValues(a, have))
	case a.Op == schema.OpDelete && have.ID != 0:
		return changedMeanwhile(o, have, deletedDiffers(a, have))
	default:
		return o, false
	}
	return o, true
}

// stillThere is the outcome of a record to which nothing was to be done: a conflict where it is not as
// it was when the plan was made.
func stillThere(a *schema.Action, o schema.Outcome, have schema.Record) (_ schema.Outcome, changed bool) {
	if a.Op != schema.OpUnchanged && a.Op != schema.OpExists || a.Have.ID == 0 {
		return o, false
	}
	if have.ID == 0 || replaced(a, have) {
		o.Status, o.Advice = schema.StatusConflict, "run the same command again"
		o.Error = match.Called(a.Have) + " was removed after the plan was made"
		return o, true
	}
	if a.Op == schema.OpExists || len(match.Changes(a.Want, a.Have)) > 0 {
		return o, false
	}
	return changedMeanwhile(o, have, match.Changes(a.Want, have))
}

// thirdValues are the fields of an update that have neither their old nor their wanted value.
func thirdValues(a *schema.Action, have schema.Record) []schema.Change {
	wanted := schema.Changes(a.Want, have)
	before := schema.Changes(a.Have, have)
	return slices.DeleteFunc(wanted, func(c schema.Change) bool {
		ours := slices.ContainsFunc(a.Changes, func(p schema.Change) bool { return p.Field == c.Field && p.From.IsSet() })
		old := !slices.ContainsFunc(before, func(b schema.Change) bool { return b.Field == c.Field })
		return !ours || old
	})
}

// deletedDiffers are the fields in which a record is not as it was to be deleted.
func deletedDiffers(a *schema.Action, have schema.Record) []schema.Change {
	return schema.Changes(a.Have.WithoutServerMade(), have)
}

// replaced reports whether the server has given an id to another record. Where it shows no initDate,
// only the identity proves that it has not.
func replaced(a *schema.Action, have schema.Record) bool {
	known := schema.Known{ID: a.Have.ID, InitDate: a.Have.InitDate}
	is := func(r schema.Record) bool { return have.Key() == r.Key() }
	return known.Contradicts(have) || match.KindAndTypeOf(a.Have) != match.KindAndTypeOf(have) || !known.Proves(have) && !is(a.Have) && !is(a.Want)
}

func changedMeanwhile(o schema.Outcome, have schema.Record, changes []schema.Change) (_ schema.Outcome, changed bool) {
	if len(changes) == 0 {
		return o, false
	}
	o.Status, o.ID, o.Seen = schema.StatusConflict, have.ID, &schema.Seen{Have: have, Changes: changes}
	o.Error = fmt.Sprintf("%s was changed after the plan was made: %s", match.Called(have), described(changes))
	o.Advice = "compare it in Jira, then run the same command again"
	return o, true
}
