package reports

import (
	"iter"
	"slices"

	"gijbulk/schema"
)

// Masked returns the run and its outcomes with every secret that the mask knows replaced
// in every text that a report could show. It works on values, before any encoding: an
// escaped secret would no longer be found.
func Masked(run schema.Run, outcomes iter.Seq[schema.Outcome], mask schema.Mask) (schema.Run, iter.Seq[schema.Outcome]) {
	run.ID = mask.Hide(run.ID)
	run.Command = mask.Hide(run.Command)
	run.Version = mask.Hide(run.Version)
	run.Target = mask.Hide(run.Target)
	run.User = mask.Hide(run.User)
	run.Files = mapped(run.Files, mask.Hide)
	run.Manifest = mask.Hide(run.Manifest)
	run.Digest = mask.Hide(run.Digest)
	run.Why = mask.Hide(run.Why)
	run.Findings = mapped(run.Findings, func(f schema.Finding) schema.Finding { return maskedFinding(f, mask) })
	return run, func(yield func(schema.Outcome) bool) {
		for o := range outcomes {
			o.Action = maskedAction(o.Action, mask)
			o.Error = mask.Hide(o.Error)
			o.Advice = mask.Hide(o.Advice)
			if !yield(o) {
				return
			}
		}
	}
}

// MaskedPlan returns the plan with every secret that the mask knows replaced. Its digest
// is no longer the plan's where something was: take the digest before.
func MaskedPlan(plan schema.Plan, mask schema.Mask) schema.Plan {
	plan.Actions = slices.Clone(plan.Actions)
	for i, a := range plan.Actions {
		plan.Actions[i] = maskedAction(a, mask)
	}
	return plan
}

// MaskedFindings returns the findings with every secret that the mask knows replaced.
func MaskedFindings(findings iter.Seq[schema.Finding], mask schema.Mask) iter.Seq[schema.Finding] {
	return func(yield func(schema.Finding) bool) {
		for f := range findings {
			if !yield(maskedFinding(f, mask)) {
				return
			}
		}
	}
}

func maskedFinding(f schema.Finding, mask schema.Mask) schema.Finding {
	f.Place.File = mask.Hide(f.Place.File)
	f.Field = mask.Hide(f.Field)
	f.Message = mask.Hide(f.Message)
	f.Advice = mask.Hide(f.Advice)
	return f
}

func maskedAction(a schema.Action, mask schema.Mask) schema.Action {
	a.Want = maskedRecord(a.Want, mask)
	a.Have = maskedRecord(a.Have, mask)
	a.Changes = slices.Clone(a.Changes)
	for i, c := range a.Changes {
		a.Changes[i].From, a.Changes[i].To = maskedValue(c.From, mask), maskedValue(c.To, mask)
	}
	a.Reason = mask.Hide(a.Reason)
	return a
}

func maskedRecord(r schema.Record, mask schema.Mask) schema.Record {
	r.Place.File = mask.Hide(r.Place.File)
	r.Columns = mapped(r.Columns, mask.Hide)
	r.Cells = mapped(r.Cells, func(c schema.Column) schema.Column {
		return schema.Column{Name: mask.Hide(c.Name), Text: mask.Hide(c.Text)}
	})
	r.CreateNeeds = mapped(r.CreateNeeds, func(f schema.Finding) schema.Finding { return maskedFinding(f, mask) })
	for _, f := range r.Fields() {
		v := r.Get(f)
		if masked := maskedValue(v, mask); !masked.Equal(v) {
			r = r.Set(f, masked)
		}
	}
	return r
}

func maskedValue(v schema.Value, mask schema.Mask) schema.Value {
	switch x := v.Plain().(type) {
	case string: // also a secret's reference, which may be a command that names another
		if hidden := mask.Hide(x); hidden != x {
			return schema.Text(hidden)
		}
	case []string:
		return schema.Words(mapped(x, mask.Hide)...)
	}
	return v
}

// mapped copies only where something changes: most texts hold no secret, and the header
// of a table is shared by all its records.
func mapped[T comparable](list []T, f func(T) T) []T {
	changed := false
	for i, v := range list {
		m := f(v)
		if m == v {
			continue
		}
		if !changed {
			list, changed = slices.Clone(list), true
		}
		list[i] = m
	}
	return list
}
