package planner

import (
	"fmt"

	"gijbulk/importer/match"
	"gijbulk/schema"
)

// scope is what a manifest answers for with prune: live records of a kind and type in a set, or in none.
type scope struct {
	of  match.KindAndType
	set string
}

func scopesOf(want []schema.Record) map[scope]bool {
	scopes := make(map[scope]bool)
	for _, r := range want {
		scopes[scope{match.KindAndTypeOf(r), r.SetName()}] = true
	}
	return scopes
}

// surplus lists the live records that are deleted: no wanted record is, or may be, one of them.
func (d *differ) surplus() []schema.Record {
	var surplus []schema.Record
	for l, r := range d.have {
		if d.pairs.ClaimedBy[l] == match.None && d.prunes(l) {
			surplus = append(surplus, r)
		}
	}
	return surplus
}

// prunes reports whether a live record is deleted where no wanted record is it.
func (d *differ) prunes(l int) bool {
	r := d.have[l]
	return d.options.Prune && d.scopes[scope{match.KindAndTypeOf(r), d.options.Sets[r.ID]}]
}

// withSet is a live record with its set, so that an undo of its deletion restores that too.
func (d *differ) withSet(live schema.Record) schema.Record {
	if set := d.options.Sets[live.ID]; set != "" {
		return live.Set(schema.FieldSet, schema.Text(set))
	}
	return live
}

// decideForeign leaves alone a record of another set. An import changes no live record anyway.
func (d *differ) decideForeign(r, have schema.Record) (a schema.Action, decided bool) {
	owner := d.options.Sets[have.ID]
	if !d.options.Update || owner == "" || owner == r.SetName() {
		return a, false
	}
	a = schema.Action{Op: schema.OpConflict, Want: r, Have: have,
		Reason: fmt.Sprintf("%s belongs to set %s, and this record to set %s", match.Called(have), schema.Quote(owner), schema.Quote(r.SetName())),
		Advice: "remove the record from the manifests of one of the sets"}
	if r.SetName() == "" {
		a.Reason = fmt.Sprintf("%s belongs to set %s, and this record to no set", match.Called(have), schema.Quote(owner))
		a.Advice = fmt.Sprintf("write set: %s if the manifest is that of the set, else remove the record", schema.Quote(owner))
	}
	return a, true
}

// adopts reports whether the record takes a live one, which no set has, into its set.
func (d *differ) adopts(r, have schema.Record) bool {
	return d.options.Update && d.options.Sets != nil && r.SetName() != "" && d.options.Sets[have.ID] == ""
}
