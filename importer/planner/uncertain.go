package planner

import (
	"fmt"
	"slices"
	"strings"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

// decideUncertain leaves alone a live record that is the wanted one only by inference, unless an
// earlier run recorded it as ours: it may be a person's. It also decides about one that an
// update would make equal to another record.
func (d *differ) decideUncertain(r, have schema.Record, rule match.Rule) (a schema.Action, decided bool) {
	switch {
	case rule.Folds():
		return d.decideRewritten(r, have, rule), true
	case rule == match.Inferred && !d.ours(r, have):
		return d.decideInferred(r, have), true
	case d.collides(r, have):
		return schema.Action{Op: schema.OpConflict, Want: r, Have: have, Advice: conflictAdvice(r),
			Reason: fmt.Sprintf("the name of %s belongs to another record of this origin", match.Called(have))}, true
	}
	return a, false
}

func (d *differ) ours(r, have schema.Record) bool {
	known, recorded := d.options.Known[r.Key()]
	return recorded && known.ID == have.ID && !known.Contradicts(have)
}

// collides reports whether a record without a name, moved to where it is wanted, would have
// the identity of another.
func (d *differ) collides(r, have schema.Record) bool {
	moved := have.Key()
	if moved.Origin = r.Key().Origin; r.Key().Exact() || moved.Origin == "" || moved == have.Key() {
		return false
	}
	for l, other := range d.have {
		if other.Key() == moved && d.stays(l) {
			return true
		}
	}
	return slices.ContainsFunc(d.want, func(other schema.Record) bool { return other.Key() == moved })
}

// stays reports whether a live record keeps its identity: it is neither deleted, nor that of a
// wanted record, whose identity it gets.
func (d *differ) stays(l int) bool {
	w := d.pairs.ClaimedBy[l]
	if w == match.None {
		return !d.prunes(l)
	}
	return d.pairs.Live[w] != l || d.pairs.Rule[w] > match.Earlier || !d.want[w].Key().Exact()
}

func (d *differ) decideInferred(r, have schema.Record) schema.Action {
	a := schema.Action{Op: schema.OpExists, Want: r, Have: have, Inferred: true}
	changes := schema.Changes(r, have)
	switch {
	case !d.options.Update:
		a.Changes = changes
	case len(changes) == 0:
		a.Op = schema.OpUnchanged
	default:
		a.Op = schema.OpConflict
		a.Reason = fmt.Sprintf("%s may be another record: only its type and origin match, and it differs in %s", match.Called(have), fieldNames(changes))
		a.Advice = "if it is this record, write " + asManifestText(have, schema.FieldDisplayName)
	}
	return a
}

func (d *differ) decideRewritten(r, have schema.Record, rule match.Rule) schema.Action {
	a := schema.Action{Op: schema.OpConflict, Want: r, Have: have, Inferred: true}
	fields := rewrittenFields(r, have)
	as := asManifestText(have, fields...)
	switch {
	case rule == match.FoldedPath:
		a.Reason = fmt.Sprintf("the origin of %s differs in letter case: it may be another repository", match.Called(have))
		a.Advice = fmt.Sprintf("if it is this record, write %s; else add a record for it", as)
	case d.options.Update:
		a.Reason = fmt.Sprintf("the server spells the identity of %s differently", match.Called(have))
		a.Advice = "write it as the server shows it: " + as
	default:
		a.Op, a.Changes = schema.OpExists, schema.Changes(r, have)
		d.findings = append(d.findings, schema.CodeRewrittenName.Newf(r.Place, fields[0].String(),
			"%s on the server is spelled differently: nothing is created", match.Called(have)).Advise("write it as the server shows it: %s", as))
	}
	return a
}

func rewrittenFields(r, have schema.Record) []schema.Field {
	var fields []schema.Field
	if r.Key().Origin != have.Key().Origin && r.Origin() != "" {
		fields = append(fields, schema.FieldOrigin)
	}
	if len(fields) == 0 || r.Kind() == schema.KindIntegration && r.Name() != "" && r.Name() != have.Name() {
		fields = append(fields, schema.FieldDisplayName)
	}
	return fields
}

func asManifestText(have schema.Record, fields ...schema.Field) string {
	words := make([]string, len(fields))
	for i, f := range fields {
		words[i] = fmt.Sprintf("%s: %s", f, have.Get(f).Text())
	}
	return strings.Join(words, ", ")
}

// drift leaves out of the changes what the server only rewrote of what it was last sent.
func (d *differ) drift(have schema.Record, changes []schema.Change) []schema.Change {
	var drift []schema.Change
	for _, c := range changes {
		if d.options.Sent != nil && match.Rewritten(c) {
			if same, judged := d.options.Sent.Compare(have.ID, c.Field, c.To); same && judged {
				continue
			}
		}
		drift = append(drift, c)
	}
	return drift
}
