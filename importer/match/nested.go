package match

import (
	"gijbulk/schema"
)

// Nested compares live nested repositories with the rules of their integrations.
type Nested struct {
	live          []schema.Record
	byIntegration map[int64][]int
	shown         [256]bool // fields, by any of them
	update        bool
	sent          func(id int64, f schema.Field, v schema.Value) bool
}

// NewNested takes live nested repositories. sent tells whether a value is the last that was sent for a field that the
// server does not show; nil: nothing is known. Without update what differs is left as it is.
func NewNested(live []schema.Record, update bool, sent func(id int64, f schema.Field, v schema.Value) bool) Nested {
	n := Nested{live: live, byIntegration: make(map[int64][]int), update: update, sent: sent}
	for i := range live {
		if r := &live[i]; r.ID != 0 && r.Integration != 0 {
			n.byIntegration[r.Integration] = append(n.byIntegration[r.Integration], i)
		}
		for f := range live[i].All() {
			n.shown[f] = true
		}
	}
	return n
}

// Of counts the live nested repositories of an integration.
func (n Nested) Of(integration int64) int { return len(n.byIntegration[integration]) }

// Live lists the live nested repositories of an integration.
func (n Nested) Live(integration int64) []schema.Record {
	of := n.byIntegration[integration]
	live := make([]schema.Record, len(of))
	for i, at := range of {
		live[i] = n.live[at]
	}
	return live
}

// Apply gives the actions for the nested repositories of a live integration that differ from the first of its rules that
// matches them, and counts those that are as their rule wants them. Each action is of the wave of the integration.
func (n Nested) Apply(want schema.Record, integration int64) (actions []schema.Action, unchanged int) {
	rules := schema.NewRuleMatcher(want.Rules)
	wave := want.Get(schema.FieldWave)
	for _, i := range n.byIntegration[integration] {
		have := &n.live[i]
		at, matched := rules.First(schema.NestedPath(have.Origin()))
		if !matched {
			continue
		}
		changes := n.changes(&want.Rules[at], have)
		if len(changes) == 0 {
			unchanged++
			continue
		}
		a := schema.Action{Op: schema.OpExists, Have: *have, Want: wanted(want.Rules[at], have, wave), Changes: changes}
		if n.update {
			a.Op = schema.OpUpdate
		}
		actions = append(actions, a)
	}
	return actions, unchanged
}

// changes are what a rule sets and the repository does not have. A field that the server leaves out here and shows of
// others is blank; one that it never shows counts only where it was not what was sent last.
func (n Nested) changes(rule, have *schema.Record) []schema.Change {
	var changes []schema.Change
	for f, want := range rule.All() {
		if !f.Settable() {
			continue
		}
		live := have.Get(f)
		switch {
		case live.IsSet() && (want.Equal(live) || want.Blank() && live.Blank()):
		case live.IsSet():
			changes = append(changes, schema.Change{Field: f, From: live, To: want})
		case want.Blank():
		case n.shown[f]:
			changes = append(changes, schema.Change{Field: f, To: want})
		case n.update && (n.sent == nil || !n.sent(have.ID, f, want)):
			changes = append(changes, schema.Change{Field: f, To: want, Unseen: true})
		}
	}
	return changes
}

// wanted is a live nested repository as its rule wants it.
func wanted(rule schema.Record, have *schema.Record, wave schema.Value) schema.Record {
	want := rule.Set(schema.FieldKind, have.Get(schema.FieldKind)).Set(schema.FieldOrigin, have.Get(schema.FieldOrigin)).Set(schema.FieldWave, wave)
	want.Integration, want.Findings = have.Integration, nil
	return want
}
