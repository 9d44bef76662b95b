package export

import (
	"fmt"
	"slices"
	"strings"

	"gijbulk/schema"
)

// settings are values that a rule can set, in the order of the fields.
type settings []schema.FieldValue

// settingsOf are those of a live record. A text that it leaves out is blank where that is known; projects count only
// where it is not for all.
func settingsOf(r *schema.Record, blank func(schema.Field) bool) settings {
	var all settings
	global := r.Get(schema.FieldGlobal)
	for f := range settable {
		v := r.Get(f)
		if !v.IsSet() && f.Shape() == schema.ShapeText && blank(f) {
			v = schema.Text("")
		}
		if f == schema.FieldProjectMappingIDs && (!global.IsSet() || global.Bool()) || !v.IsSet() {
			continue
		}
		all = append(all, schema.FieldValue{Field: f, Value: v})
	}
	return all
}

func settable(yield func(schema.Field) bool) {
	for _, f := range schema.Fields() {
		if f.Settable() && !yield(f) {
			return
		}
	}
}

func (s settings) has(fv schema.FieldValue) bool {
	return slices.ContainsFunc(s, func(own schema.FieldValue) bool {
		return own.Field == fv.Field && (own.Value.Equal(fv.Value) || own.Value.Blank() && fv.Value.Blank())
	})
}

func (s settings) sets(f schema.Field) bool {
	return slices.ContainsFunc(s, func(fv schema.FieldValue) bool { return fv.Field == f })
}

func (s settings) where(is func(schema.FieldValue) bool) settings {
	var left settings
	for _, fv := range s {
		if is(fv) {
			left = append(left, fv)
		}
	}
	return left
}

func (s settings) key() string {
	var b strings.Builder
	for _, fv := range s {
		fmt.Fprintf(&b, "%d %q ", fv.Field, fv.Value)
	}
	return b.String()
}

// groups are the settings in which nested repositories differ from their integration.
type groups struct {
	numbers map[string]group // by their keys
	differ  []settings       // by their numbers
	asOwn   settings         // what all of group 0 have: exceptions set some of it
	found   bool             // one of group 0
}

func (g *groups) of(s, own settings) group {
	if g.numbers == nil {
		g.numbers, g.differ = map[string]group{"": 0}, []settings{nil}
	}
	differs := s.where(func(fv schema.FieldValue) bool { return !own.has(fv) })
	key := differs.key()
	number, known := g.numbers[key]
	switch {
	case !known:
		number = group(len(g.differ))
		g.numbers[key], g.differ = number, append(g.differ, differs)
	case number == 0 && !g.found:
		g.asOwn, g.found = s, true
	case number == 0:
		g.asOwn = g.asOwn.where(s.has)
	}
	return number
}

// records are the rules as a manifest has them. An exception sets what the rule does that it is from, else anything that is
// as its integration has it, else nothing: then it only keeps the other rule off.
func (g *groups) records(rules []rule) []schema.Record {
	records := make([]schema.Record, 0, len(rules))
	for _, r := range rules {
		sets := g.differ[r.group]
		if r.group == 0 {
			over := g.differ[r.over]
			if sets = g.asOwn.where(func(fv schema.FieldValue) bool { return over.sets(fv.Field) }); len(sets) == 0 {
				sets = g.asOwn[:min(1, len(g.asOwn))]
			}
		}
		if sets.sets(schema.FieldProjectMappingIDs) { // then global is false
			sets = sets.where(func(fv schema.FieldValue) bool { return fv.Field != schema.FieldGlobal })
		}
		records = append(records, schema.RecordOf(append(slices.Clone(sets),
			schema.FieldValue{Field: schema.FieldKind, Value: schema.Text(string(schema.KindNested))},
			schema.FieldValue{Field: schema.FieldMatch, Value: schema.Text(r.match)})))
	}
	return records
}
