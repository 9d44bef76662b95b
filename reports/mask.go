package reports

import (
	"iter"
	"slices"

	"gijbulk/schema"
)

// Masked returns the run and its outcomes with every secret that the mask knows replaced
// in every text that a report could show, and user names that came by reference in what
// is said about a record. It works on values, before any encoding: an
// escaped secret would no longer be found.
func Masked(run schema.Run, outcomes iter.Seq[schema.Outcome], mask schema.Mask) (schema.Run, iter.Seq[schema.Outcome]) {
	return maskedRun(run, mask), func(yield func(schema.Outcome) bool) {
		m := masker{mask: mask} // one for each who goes through them
		for o := range outcomes {
			if !yield(m.outcome(o)) {
				return
			}
		}
	}
}

// maskAll is Masked for outcomes that are held, on all cores.
func maskAll(all []*schema.Outcome, mask schema.Mask) {
	inParts(len(all), func(from, to int) {
		m := masker{mask: mask}
		for _, o := range all[from:to] {
			*o = m.outcome(*o)
		}
	})
}

func maskedRun(run schema.Run, mask schema.Mask) schema.Run {
	m := masker{mask: mask}
	run.ID = mask.Hide(run.ID)
	run.Command = mask.Hide(run.Command)
	run.Version = mask.Hide(run.Version)
	run.Target = mask.Hide(run.Target)
	run.User = mask.Hide(run.User)
	run.Files = mapped(run.Files, mask.Hide)
	run.Manifest = mask.Hide(run.Manifest)
	run.Digest = mask.Hide(run.Digest)
	run.Why = mask.HideSaid(run.Why)
	run.Findings = mapped(run.Findings, m.finding)
	return run
}

// MaskedPlan returns the plan with every secret that the mask knows replaced. Its digest
// is no longer the plan's where something was: take the digest before. Where nothing was,
// which is nearly always so, it is the plan itself, since a large one is costly to have
// twice.
func MaskedPlan(plan schema.Plan, mask schema.Mask) schema.Plan {
	original := plan.Actions
	for i := range original {
		m := masker{mask: mask}
		masked := m.action(original[i])
		if !m.found {
			continue
		}
		if &plan.Actions[0] == &original[0] {
			plan.Actions = slices.Clone(original)
		}
		plan.Actions[i] = masked
	}
	return plan
}

// masker hides secrets in values, and knows whether there were any.
type masker struct {
	mask  schema.Mask
	found bool

	columns, masked []string // the last header
}

func (m *masker) hide(s string) string {
	hidden := m.mask.Hide(s)
	m.found = m.found || hidden != s
	return hidden
}

// MaskedFindings returns the findings with every secret that the mask knows replaced.
func MaskedFindings(findings iter.Seq[schema.Finding], mask schema.Mask) iter.Seq[schema.Finding] {
	return func(yield func(schema.Finding) bool) {
		m := masker{mask: mask}
		for f := range findings {
			if !yield(m.finding(f)) {
				return
			}
		}
	}
}

func (m *masker) finding(f schema.Finding) schema.Finding {
	f.Place.File = m.hide(f.Place.File)
	f.Field = m.hide(f.Field)
	f.Message = m.hide(f.Message)
	f.Advice = m.hide(f.Advice)
	return f
}

func (m *masker) outcome(o schema.Outcome) schema.Outcome {
	o.Action = m.action(o.Action)
	o.Error = m.mask.HideSaid(o.Error)
	o.Advice = m.mask.HideSaid(o.Advice)
	return o
}

func (m *masker) action(a schema.Action) schema.Action {
	a.Want = m.record(a.Want)
	a.Have = m.record(a.Have)
	a.Changes = slices.Clone(a.Changes)
	for i, c := range a.Changes {
		a.Changes[i].From, a.Changes[i].To = m.value(c.From), m.value(c.To)
	}
	a.Reason = m.hide(a.Reason)
	return a
}

func (m *masker) record(r schema.Record) schema.Record {
	r.Place.File = m.hide(r.Place.File)
	r.Columns = m.header(r.Columns)
	r.Cells = mapped(r.Cells, func(c schema.Column) schema.Column {
		return schema.Column{Name: m.hide(c.Name), Text: m.hide(c.Text)}
	})
	r.CreateNeeds = mapped(r.CreateNeeds, m.finding)
	for f := range r.FieldSet().All() {
		v := r.Get(f)
		if masked := m.value(v); !masked.Equal(v) {
			r = r.Set(f, masked)
		}
	}
	return r
}

// header masks the header of a table once: it is shared by all its records.
func (m *masker) header(columns []string) []string {
	if len(columns) == 0 {
		return columns
	}
	if len(m.columns) != len(columns) || &m.columns[0] != &columns[0] {
		m.columns, m.masked = columns, mapped(columns, m.hide)
	}
	return m.masked
}

func (m *masker) value(v schema.Value) schema.Value {
	if words := v.Words(); words != nil {
		return schema.Words(mapped(words, m.hide)...)
	}
	text := v.Text()
	if _, is := v.Secret(); is {
		text = v.String() // its reference, which may be a command that names another
	}
	if hidden := m.hide(text); hidden != text {
		return schema.Text(hidden)
	}
	return v
}

// mapped copies only where something changes: most texts hold no secret.
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
