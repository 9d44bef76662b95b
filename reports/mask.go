package reports

import (
	"iter"
	"slices"

	"gijbulk/schema"
)

// Masked returns the run and its results with every secret that the mask knows replaced
// in every text that a report could show, and user names that came by reference in
// messages about a record. It works on values, before any encoding: an escaped secret would
// no longer be found. The plan's actions are left as they are, and where nothing was
// replaced, which is nearly always so, the results are those that were given: a second copy
// of many is costly.
func Masked(run schema.Run, results []schema.Result, mask schema.Mask) (schema.Run, []schema.Result) {
	return maskedRun(run, mask), maskedList(results, mask, (*masker).result)
}

// maskedList copies the list only where something changes.
func maskedList[T any](list []T, mask schema.Mask, hide func(*masker, T) T) []T {
	m, masked := masker{mask: mask}, list
	copied := false
	for i, one := range list {
		m.found = false
		if one = hide(&m, one); m.found {
			if !copied {
				masked, copied = slices.Clone(list), true
			}
			masked[i] = one
		}
	}
	return masked
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
	run.Apply, run.Again, run.Resume = mask.Hide(run.Apply), mask.Hide(run.Again), mask.Hide(run.Resume)
	run.Limits = mapped(run.Limits, func(u schema.LimitUse) schema.LimitUse {
		u.Op, u.What, u.Limit, u.Flag = schema.Op(mask.Hide(string(u.Op))), mask.Hide(u.What), mask.Hide(u.Limit), mask.Hide(u.Flag)
		return u
	})
	run.Why = mask.HideSaid(run.Why)
	run.Findings = mapped(run.Findings, m.finding)
	return run
}

// MaskedPlan returns the plan with every secret that the mask knows replaced. Its digest
// is no longer the plan's where something was: take the digest before. Where nothing was,
// which is nearly always so, it is the plan itself.
func MaskedPlan(plan schema.Plan, mask schema.Mask) schema.Plan {
	plan.Actions = maskedList(plan.Actions, mask, (*masker).action)
	return plan
}

// masker hides secrets in values, and knows whether there were any.
type masker struct {
	mask  schema.Mask
	found bool

	columns, masked []string // the last header
}

func (m *masker) hide(s string) string { return m.note(s, m.mask.Hide(s)) }

func (m *masker) hideSaid(s string) string { return m.note(s, m.mask.HideSaid(s)) }

func (m *masker) note(s, hidden string) string {
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

func (m *masker) result(r schema.Result) schema.Result {
	if action := m.action(*r.Action); m.found {
		r.Action = new(action) // the other is the plan's
	}
	if r.Seen != nil {
		r.Seen = &schema.Seen{Have: m.record(r.Seen.Have), Changes: m.changes(r.Seen.Changes)}
	}
	r.Error = m.hideSaid(r.Error)
	r.Advice = m.hideSaid(r.Advice)
	return r
}

func (m *masker) action(a schema.Action) schema.Action {
	a.Want, a.Have = m.record(a.Want), m.record(a.Have)
	a.Changes = m.changes(a.Changes)
	a.Reason = m.hide(a.Reason)
	a.Advice = m.hide(a.Advice)
	if a.Loss != nil {
		loss := *a.Loss
		loss.Paths = mapped(loss.Paths, m.hide)
		a.Loss = &loss
	}
	return a
}

func (m *masker) changes(changes []schema.Change) []schema.Change {
	return mappedBy(changes, sameChange, m.change)
}

func (m *masker) change(c schema.Change) schema.Change {
	c.From, c.To = m.value(c.From), m.value(c.To)
	return c
}

func sameChange(a, b schema.Change) bool { return a.From.Equal(b.From) && a.To.Equal(b.To) }

func (m *masker) record(r schema.Record) schema.Record {
	r.Place.File, r.Owner.File = m.hide(r.Place.File), m.hide(r.Owner.File)
	r.Columns = m.header(r.Columns)
	r.Cells = mapped(r.Cells, func(c schema.Column) schema.Column {
		return schema.Column{Name: m.hide(c.Name), Text: m.hide(c.Text)}
	})
	for f, v := range r.All() {
		if masked := m.value(v); !masked.Equal(v) {
			r = r.Set(f, masked)
		}
	}
	if len(r.Rules) > 0 {
		r.Rules = mapTo(r.Rules, m.record)
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
	m.found = m.found || &m.masked[0] != &columns[0]
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
	return mappedBy(list, func(a, b T) bool { return a == b }, f)
}

func mappedBy[T any](list []T, same func(a, b T) bool, f func(T) T) []T {
	changed := false
	for i, v := range list {
		m := f(v)
		if same(m, v) {
			continue
		}
		if !changed {
			list, changed = slices.Clone(list), true
		}
		list[i] = m
	}
	return list
}
