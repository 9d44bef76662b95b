package planner

import (
	"slices"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

// Options decide how a manifest is compared with a server. The zero value is that of
// an import of every record.
type Options struct {
	Target string                   // the server's base URL, which an id in the manifest must name
	Known  map[schema.Key]int64     // ids that identities got on this target in earlier runs
	Select func(schema.Record) bool // the records to act on; nil: all
	Inside []schema.Tracked         // repositories inside integrations of the server

	Update      bool   // what differs is updated; else it is left as it is
	Prune       bool   // what is live, of a kind and type that the manifest holds, and not in it, is deleted
	DeleteFiles bool   // with Prune: the clones on Jira's disk go as well
	Sent        Memory // with Update: what was sent for fields that the server does not show; nil: nothing is known
	Resend      bool   // with Update: secrets are sent again whatever was sent last
}

// Memory knows what was last sent for the fields of live records. same is whether it was
// this value; judged is false where that cannot be told, for the value is not at hand.
type Memory interface {
	Compare(id int64, f schema.Field, v schema.Value) (same, judged bool)
}

// Diff decides what is to be done about each wanted record. All of want take part in
// finding out which live record is meant; only the selected ones get an action. The
// findings are those that only the comparison can make: what a create lacks (errors), ids
// that do not count, and repositories that an integration holds as well (warnings).
func Diff(want, have []schema.Record, o Options) (schema.Plan, []schema.Finding) {
	byID, findings := matchIDs(want, have, o)
	pairs := match.Match(want, have, byID)
	d := differ{options: o, have: have, pairs: pairs, shown: shownFields(have)}
	inside := insideOf(o.Inside)
	plan := schema.Plan{Actions: make([]schema.Action, 0, len(want)), Live: liveIDs(have)}
	add := func(a schema.Action) {
		a.N = len(plan.Actions)
		plan.Actions = append(plan.Actions, a)
	}
	for w, r := range want {
		if o.Select != nil && !o.Select(r) {
			continue
		}
		a := d.decide(r, w)
		if a.Op == schema.OpCreate {
			if needs := r.CreateNeeds(); len(needs) > 0 {
				findings = append(findings, needs...)
				a.Op, a.Reason = schema.OpInvalid, needs[0].Message
			}
		}
		if f, twice := inside.twice(a); twice {
			findings = append(findings, f)
		}
		add(a)
	}
	if o.Prune {
		for _, r := range d.surplus(want) {
			add(schema.Action{Op: schema.OpDelete, Have: r, Files: o.DeleteFiles})
		}
	}
	return plan, findings
}

type differ struct {
	options Options
	have    []schema.Record
	pairs   match.Pairing
	shown   map[match.Class]schema.FieldSet
}

func (d *differ) decide(r schema.Record, w int) schema.Action {
	if faults := r.Faults(); len(faults) > 0 {
		return schema.Action{Op: schema.OpInvalid, Want: r, Reason: faults[0].Message}
	}
	if reason, undecided := d.pairs.Conflict[w]; undecided {
		return schema.Action{Op: schema.OpConflict, Want: r, Reason: reason}
	}
	l := d.pairs.Live[w]
	if l == match.None {
		return schema.Action{Op: schema.OpCreate, Want: r}
	}
	have := d.have[l]
	a := schema.Action{Op: schema.OpUnchanged, Want: r, Have: have, Changes: schema.Changes(r, have)}
	if d.options.Update {
		a.Changes = append(a.Changes, d.unseen(r, have)...)
	}
	switch {
	case len(a.Changes) == 0:
	case d.options.Update:
		a.Op = schema.OpUpdate
	default:
		a.Op = schema.OpExists
	}
	return a
}

// unseen lists the fields that the server does not show and whose values were not what
// was sent last. Secrets are among them always; another field that the server shows
// for other records of the kind and type, and leaves out here, is blank there.
func (d *differ) unseen(want, have schema.Record) []schema.Change {
	var changes []schema.Change
	shown := d.shown[match.ClassOf(want)]
	for f := range want.FieldSet().All() {
		v := want.Get(f)
		secret := f.Hidden()
		if f.Tool() || f == schema.FieldType || have.Has(f) && !secret || v.Blank() && !secret {
			continue
		}
		if !secret && shown.Has(f) {
			changes = append(changes, schema.Change{Field: f, To: v})
			continue
		}
		if !d.lastSent(have.ID, f, v) {
			changes = append(changes, schema.Change{Field: f, To: v, Unseen: true})
		}
	}
	return changes
}

// lastSent reports whether a value need not be sent again.
func (d *differ) lastSent(id int64, f schema.Field, v schema.Value) bool {
	secret, hidden := v.Secret()
	if hidden && !secret.Known() {
		return true // nobody knows the value, so nobody can send it
	}
	if hidden && d.options.Resend || d.options.Sent == nil {
		return false
	}
	same, judged := d.options.Sent.Compare(id, f, v)
	return same || !judged
}

// shownFields tells which fields this server shows at all, for each kind and type.
func shownFields(have []schema.Record) map[match.Class]schema.FieldSet {
	shown := make(map[match.Class]schema.FieldSet)
	for i := range have {
		shown[match.ClassOf(have[i])] |= have[i].FieldSet()
	}
	return shown
}

// surplus lists the live records that no wanted one means, of the kinds and types that
// the manifest holds.
func (d *differ) surplus(want []schema.Record) []schema.Record {
	held := make(map[match.Class]bool)
	for _, r := range want {
		held[match.ClassOf(r)] = true
	}
	var surplus []schema.Record
	for l, r := range d.have {
		if d.pairs.ClaimedBy[l] != match.None || !held[match.ClassOf(r)] {
			continue
		}
		surplus = append(surplus, r)
	}
	return surplus
}

// matchIDs pairs records whose id counts: it was given for this very target, or it was
// learned in an earlier run; and the live record of that id has the same kind and type.
func matchIDs(want, have []schema.Record, o Options) (map[int]int, []schema.Finding) {
	byID := make(map[int]int)
	var findings []schema.Finding
	if len(o.Known) == 0 && !slices.ContainsFunc(want, func(r schema.Record) bool { return r.Has(schema.FieldID) }) {
		return byID, nil
	}
	live := make(map[int64]int, len(have))
	for l, r := range have {
		live[r.ID] = l
	}
	taken := make(map[int]bool)
	pair := func(w, l int) { byID[w], taken[l] = l, true }
	for w, r := range want {
		id, of := r.Get(schema.FieldID).Int(), r.Get(schema.FieldTarget).Text()
		if id == 0 || of == "" {
			continue
		}
		l, there := live[id]
		switch {
		case schema.NormalURL(of) != schema.NormalURL(o.Target):
			findings = append(findings, schema.CodeIDIgnored.Newf(r.Place, "id", "id %d is of %s, not of this Jira", id, of))
		case !there:
			findings = append(findings, schema.CodeIDIgnored.Newf(r.Place, "id", "this Jira has no %s %d", r.Kind(), id))
		case have[l].Kind() != r.Kind():
			findings = append(findings, schema.CodeIDIgnored.Newf(r.Place, "id", "id %d is that of a %s, not of a %s", id, have[l].Kind(), r.Kind()))
		case have[l].Type() != r.Type():
			findings = append(findings, schema.CodeIDIgnored.Newf(r.Place, "id", "integration %d is of type %s, not %s", id, have[l].Type(), r.Type()))
		default:
			pair(w, l)
		}
	}
	for w, r := range want {
		if _, paired := byID[w]; paired {
			continue
		}
		l, there := live[o.Known[r.Key()]]
		if there && !taken[l] && match.ClassOf(have[l]) == match.ClassOf(r) {
			pair(w, l)
		}
	}
	return byID, findings
}

func liveIDs(have []schema.Record) []int64 {
	ids := make([]int64, len(have))
	for i, r := range have {
		ids[i] = r.ID
	}
	slices.Sort(ids)
	return ids
}
