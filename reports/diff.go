package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gijbulk/schema"
)

// Difference is how a record differs between a run and an earlier one.
type Difference string

// The differences, in the order of the text.
const (
	NewFailure  Difference = "new-failure" // it went wrong, or drifts, and did not before
	Fixed       Difference = "fixed"       // it is good now, and was not before
	Appeared    Difference = "appeared"    // it was in the later run alone
	Disappeared Difference = "disappeared" // it was in the earlier run alone
	Changed     Difference = "changed"     // something else about it differs
)

// Differences lists all differences.
func Differences() []Difference {
	return []Difference{NewFailure, Fixed, Appeared, Disappeared, Changed}
}

// Comparison is what differs between a report and an earlier one.
type Comparison struct {
	Before, After RunInfo
	Records       []DifferentRecord // by their difference, then in the order of the manifest
	Same          int               // records without a difference
	StillFailing  int               // those of them that are as bad as before
}

// DifferentRecord is a record that differs.
type DifferentRecord struct {
	Difference Difference    `json:"difference"`
	Fields     []FieldChange `json:"fields"` // what differs
	Before     *RecordInfo   `json:"before"` // null if it was not in the earlier run
	After      *RecordInfo   `json:"after"`  // likewise
}

// FieldChange is something about a record, as texts for people.
type FieldChange struct {
	Field string `json:"field"`
	From  string `json:"from"`
	To    string `json:"to"`
}

// Compare finds what differs between a report and an earlier one. Records are
// matched by their identity, and where that changed by their id on the same server.
func Compare(before, after Report) Comparison {
	c := Comparison{Before: before.Run, After: after.Run}
	sameTarget := schema.NormalURL(before.Run.Target) == schema.NormalURL(after.Run.Target)
	for _, pair := range matched(before.Records, after.Records, sameTarget) {
		d, bad := c.compare(pair.before, pair.after, sameTarget)
		if d.Difference != "" {
			c.Records = append(c.Records, d)
			continue
		}
		c.Same++
		if bad {
			c.StillFailing++
		}
	}
	order := Differences()
	slices.SortStableFunc(c.Records, func(a, b DifferentRecord) int {
		return cmp.Compare(slices.Index(order, a.Difference), slices.Index(order, b.Difference))
	})
	return c
}

// Count counts the records that differ in this way.
func (c Comparison) Count(d Difference) int {
	n := 0
	for _, r := range c.Records {
		if r.Difference == d {
			n++
		}
	}
	return n
}

func (c Comparison) compare(before, after *RecordInfo, sameTarget bool) (d DifferentRecord, bad bool) {
	d = DifferentRecord{Before: before, After: after, Fields: []FieldChange{}}
	wasBad := before != nil && differsOrFailed(c.Before, before)
	bad = after != nil && differsOrFailed(c.After, after)
	if before != nil && after != nil {
		d.Fields = c.fields(before, after, bad, sameTarget)
	}
	switch {
	case after == nil:
		d.Difference = Disappeared
	case bad && !wasBad:
		d.Difference = NewFailure
	case before == nil:
		d.Difference = Appeared
	case wasBad && !bad:
		d.Difference = Fixed
	case len(d.Fields) > 0:
		d.Difference = Changed
	}
	return d, bad
}

func differsOrFailed(run RunInfo, r *RecordInfo) bool {
	if run.DryRun {
		return r.drifts()
	}
	return !r.Status.Good()
}

// stateIn is the action of a record in a dry run, else its status.
func stateIn(run RunInfo, r *RecordInfo) string {
	if run.DryRun {
		return string(r.Action)
	}
	return string(r.Status)
}

// fields lists what differs. What one of the runs does not know is not a difference.
func (c Comparison) fields(before, after *RecordInfo, bad, sameTarget bool) []FieldChange {
	list := []FieldChange{}
	add := func(name, from, to string) {
		if from != to {
			list = append(list, FieldChange{name, from, to})
		}
	}
	known := func(name, from, to string) {
		if from != "" && to != "" {
			add(name, from, to)
		}
	}
	was, is := stateIn(c.Before, before), stateIn(c.After, after)
	add(fieldState, was, is)
	known("displayName", before.DisplayName, after.DisplayName)
	known("origin", before.Origin, after.Origin)
	if sameTarget {
		known("id", numberOrBlank(before.ID), numberOrBlank(after.ID))
	}
	if bad {
		add("error", before.Error, after.Error)
	}
	if was == is {
		list = append(list, changedDriftFields(before.Changes, after.Changes)...)
	}
	return list
}

// fieldState is a field that every record has (see stateIn).
const fieldState = "state"

// asWanted stands for a field that does not differ from the manifest.
const asWanted = "as wanted"

func changedDriftFields(before, after []ChangeInfo) (list []FieldChange) {
	text := func(changes []ChangeInfo, field string) string {
		for _, c := range changes {
			if c.Field == field {
				return changeText(c)
			}
		}
		return asWanted
	}
	var names []string
	for _, c := range slices.Concat(before, after) {
		if slices.Contains(names, c.Field) {
			continue
		}
		names = append(names, c.Field)
		if from, to := text(before, c.Field), text(after, c.Field); from != to {
			list = append(list, FieldChange{c.Field, from, to})
		}
	}
	return list
}

// pair is a record in two runs; nil where it was not there.
type pair struct{ before, after *RecordInfo }

// matched pairs the records of two runs, in the order of the later one; those of the
// earlier one alone come last.
func matched(before, after []RecordInfo, byID bool) []pair {
	pairs := make([]pair, len(after))
	waiting := make(map[schema.Key][]*RecordInfo, len(before))
	for i := range before {
		k := identityOf(&before[i])
		waiting[k] = append(waiting[k], &before[i])
	}
	taken := make(map[*RecordInfo]bool, len(before))
	for i := range after {
		pairs[i].after = &after[i]
		if k := identityOf(&after[i]); len(waiting[k]) > 0 {
			pairs[i].before, waiting[k] = waiting[k][0], waiting[k][1:]
			taken[pairs[i].before] = true
		}
	}
	ids := make(map[string]*RecordInfo)
	for i := range before {
		if r := &before[i]; byID && r.ID != 0 && !taken[r] {
			ids[idAndKind(r)] = r
		}
	}
	for i, p := range pairs {
		if r := ids[idAndKind(p.after)]; p.before == nil && r != nil {
			pairs[i].before, taken[r] = r, true
			delete(ids, idAndKind(r))
		}
	}
	for i := range before {
		if !taken[&before[i]] {
			pairs = append(pairs, pair{before: &before[i]})
		}
	}
	return pairs
}

func idAndKind(r *RecordInfo) string { return fmt.Sprint(r.Kind, " ", r.ID) }

func identityOf(r *RecordInfo) schema.Key { return r.identity().Key() }

func (d *DifferentRecord) title() string {
	r := cmp.Or(d.After, d.Before)
	name := ""
	if r.DisplayName != "" {
		name = `"` + r.DisplayName + `"`
	}
	return oneLine(strings.TrimSpace(joinNonEmpty(" ", cmp.Or(r.Type, r.Kind), r.Origin, name)))
}
