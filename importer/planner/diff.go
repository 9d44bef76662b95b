package planner

import (
	"slices"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

// Options decide how a manifest is compared with a server. The zero value is that of
// an import of every record.
type Options struct {
	Target string                      // the server's base URL, which an id in the manifest must name
	Known  map[schema.Key]schema.Known // the live records of this target as earlier runs recorded them
	Select func(schema.Record) bool    // the records to act on; nil: all
	Nested []schema.Record             // repositories inside integrations of the server

	AllowDropped bool // records of types that the vendor no longer supports are created

	Update      bool // what differs is updated; else it is left as it is
	Prune       bool // what is live, of a kind, type and set that the manifest holds, and not in it, is deleted
	DeleteFiles bool // with Prune: the clones on Jira's disk too
	Sent        Sent // with Update: what was sent for fields that the server does not show; nil: nothing is known
	Resend      bool // with Update: secrets are sent again whatever was sent last
	OnlySecrets bool // with Update: nothing but secrets is sent, and only to records that are on the server

	// Sets has the set of each live record that is known to belong to one, by id; nil: sets are not recorded.
	Sets map[int64]string
}

// Sent knows what was last sent for the fields of live records. same is whether it was
// this value; judged is false where that cannot be told, because the value is not known.
type Sent interface {
	Compare(id int64, f schema.Field, v schema.Value) (same, judged bool)

	// Why is why a value is sent that is not the same.
	Why(id int64, f schema.Field) schema.Resend
}

// Unmanaged are the live records that no wanted record is, or may be, as Diff matches them. The
// findings are about ids that do not count.
func Unmanaged(want, have []schema.Record, o Options) ([]schema.Record, []schema.Finding) {
	pairs, findings := pair(want, have, o)
	var unmanaged []schema.Record
	for l, r := range have {
		if pairs.ClaimedBy[l] == match.None {
			unmanaged = append(unmanaged, r)
		}
	}
	return unmanaged, findings
}

func pair(want, have []schema.Record, o Options) (match.Pairing, []schema.Finding) {
	ids, findings := matchIDs(want, have, o)
	pairs := match.Match(want, have, ids)
	pairs.Fold(want, have)
	return pairs, findings
}

// Diff decides what is to be done about each wanted record. All of want take part in the
// matching; only the selected ones get an action. The findings are those that only the
// comparison can make: what a create lacks, or a type that is no longer supported (errors), ids that
// do not count, records that the server spells differently, and repositories that an integration lists too
// (warnings).
func Diff(want, have []schema.Record, o Options) (schema.Plan, []schema.Finding) {
	pairs, findings := pair(want, have, o)
	d := differ{options: o, want: want, have: have, pairs: pairs, shown: match.ShownIn(have), scopes: scopesOf(want), findings: findings}
	nested := nestedOf(want, o.Nested)
	plan := schema.Plan{Actions: make([]schema.Action, 0, len(want)), Live: schema.KnownRecords(have)}
	for w, r := range want {
		if o.Select != nil && !o.Select(r) {
			continue
		}
		a := d.decide(r, w)
		if o.OnlySecrets {
			if a = onlySecrets(a); a.Op == schema.OpCreate {
				continue
			}
		}
		if a.Op == schema.OpCreate {
			found := r.CreateFindings(o.AllowDropped)
			d.findings = append(d.findings, found...)
			if i := slices.IndexFunc(found, isError); i >= 0 {
				a = invalid(r, found[i])
			}
		}
		if f, found := nested.alsoListed(a); found {
			d.findings = append(d.findings, f)
		}
		plan.Actions = append(plan.Actions, a)
	}
	if !o.OnlySecrets {
		d.applyRules(&plan)
	}
	if o.Prune {
		for _, r := range d.surplus() {
			plan.Actions = append(plan.Actions, schema.Action{Op: schema.OpDelete, Have: d.withSet(r), Files: o.DeleteFiles})
		}
	}
	return numbered(plan), d.findings
}

func isError(f schema.Finding) bool { return f.Level == schema.LevelError }

// Checked is the plan of records about which nothing is decided but whether they are valid:
// nothing of it is sent.
func Checked(records []schema.Record) schema.Plan {
	var plan schema.Plan
	for _, r := range schema.ListRules(records) {
		a := schema.Action{Op: schema.OpValid, Want: r}
		if errors := append(r.Errors(), r.CreateErrors()...); len(errors) > 0 {
			a = invalid(r, errors[0])
		}
		plan.Actions = append(plan.Actions, a)
	}
	return numbered(plan)
}

func numbered(plan schema.Plan) schema.Plan {
	for i := range plan.Actions {
		plan.Actions[i].N = i
	}
	return plan
}

func invalid(r schema.Record, why schema.Finding) schema.Action {
	return schema.Action{Op: schema.OpInvalid, Want: r, Reason: why.Message, Advice: why.Advice}
}

type differ struct {
	options Options
	want    []schema.Record
	have    []schema.Record
	pairs   match.Pairing
	shown   match.Shown
	scopes  map[scope]bool // of the wanted records

	findings []schema.Finding
}

func (d *differ) decide(r schema.Record, w int) schema.Action {
	if errors := r.Errors(); len(errors) > 0 {
		return invalid(r, errors[0])
	}
	if reason, undecided := d.pairs.Conflict[w]; undecided {
		return schema.Action{Op: schema.OpConflict, Want: r, Reason: reason, Advice: undecidedAdvice(r, d.pairs.Rule[w])}
	}
	l := d.pairs.Live[w]
	if l == match.None {
		return schema.Action{Op: schema.OpCreate, Want: r}
	}
	have := d.have[l]
	if a, decided := d.decideForeign(r, have); decided {
		return a
	}
	if a, decided := d.decideUncertain(r, have, d.pairs.Rule[w]); decided {
		return a
	}
	a := schema.Action{Op: schema.OpUnchanged, Want: r, Have: have, Adopts: d.adopts(r, have), Changes: d.drift(have, schema.Changes(r, have))}
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

func undecidedAdvice(r schema.Record, rule match.Rule) string {
	switch rule {
	case match.Earlier:
		return "keep this name or origin under previously in one record only"
	case match.Inferred:
		return "set displayName to that of its live record, or delete the duplicates in Jira"
	case match.Folded, match.FoldedPath:
		return "write each record as the server shows it"
	}
	return conflictAdvice(r)
}

func conflictAdvice(r schema.Record) string {
	if r.Kind() == schema.KindRepository {
		return "delete the duplicates in Jira"
	}
	return "delete the duplicates in Jira, or give each its own displayName"
}

// unseen lists the fields that the server does not show and that were last sent another value,
// secrets always among them. A field that servers leave out where it is blank is blank if the
// server shows it for other records of the kind and type. Other fields may be hidden from us: from
// a manager, the projects of records that others made.
func (d *differ) unseen(want, have schema.Record) []schema.Change {
	var changes []schema.Change
	of := match.KindAndTypeOf(want)
	for f, v := range want.All() {
		secret := f.Hidden()
		if f.Tool() || f == schema.FieldType || have.Has(f) && !secret || v.Blank() && !secret {
			continue
		}
		if d.shown.MeansBlank(of, f) {
			changes = append(changes, schema.Change{Field: f, To: v})
			continue
		}
		if !d.alreadySent(have.ID, f, v) {
			changes = append(changes, schema.Change{Field: f, To: v, Unseen: true, Resend: d.why(have.ID, f, secret)})
		}
	}
	return changes
}

func (d *differ) alreadySent(id int64, f schema.Field, v schema.Value) bool {
	secret, hidden := v.Secret()
	if hidden && !secret.Known() {
		return true // an unknown value cannot be sent
	}
	if hidden && d.options.Resend || d.options.Sent == nil {
		return false
	}
	same, judged := d.options.Sent.Compare(id, f, v)
	return same || !judged
}

func (d *differ) why(id int64, f schema.Field, secret bool) schema.Resend {
	switch {
	case secret && d.options.Resend:
		return schema.ResendRequested
	case d.options.Sent == nil:
		return schema.ResendUnrecorded
	}
	return d.options.Sent.Why(id, f)
}
