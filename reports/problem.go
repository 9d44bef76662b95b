package reports

import (
	"cmp"
	"fmt"
	"slices"

	"gijbulk/schema"
)

// problem is a finding, or a record that failed or differs, as CI systems show it at a line of the
// manifest.
type problem struct {
	level   schema.Level
	check   string // the code of the finding, or the state of the record
	record  string // the identity of the record; "" of a whole file
	field   string
	place   schema.Place
	message string
	advice  string
}

// problemsOf lists errors before warnings: CI systems show only some of them.
func problemsOf(d reportData) []problem {
	c := totalsOf(d)
	identities := make(map[schema.Place]string)
	var problems []problem
	for i := range d.records {
		r := &d.records[i]
		identities[schema.Place{File: r.File, Record: r.Record}] = writtenName(r)
		if p, is := problemOf(c, r); is {
			problems = append(problems, p)
		}
	}
	found := mapTo(d.findings, func(f FindingInfo) problem { return problemOfFinding(f, identities) })
	problems = append(found, problems...)
	slices.SortStableFunc(problems, func(p, q problem) int { return int(p.level) - int(q.level) })
	return problems
}

func problemOfFinding(f FindingInfo, identities map[schema.Place]string) problem {
	p := problem{level: schema.LevelError, check: string(f.Code), record: identities[schema.Place{File: f.File, Record: f.Record}], field: f.Field,
		place:   schema.Place{File: f.File, Line: f.Line, Column: f.Column},
		message: clipped(joinNonEmpty(": ", f.Field, f.Message)), advice: clipped(f.Advice)}
	if f.Level == schema.LevelWarning.String() {
		p.level = schema.LevelWarning
	}
	return p
}

// problemOf is what a record's state shows. What is wrong with an invalid record is in its findings.
func problemOf(c totals, r *RecordInfo) (problem, bool) {
	kind := kindOf(c.run, r)
	if r.Action == schema.OpInvalid || kind != caseFailed && kind != caseBroken {
		return problem{}, false
	}
	p := problem{level: schema.LevelError, check: c.stateOf(r), record: writtenName(r), place: schema.Place{File: r.File, Line: r.Line},
		message: clipped(joinNonEmpty(": ", nameWithType(r), whyOf(c, r))), advice: clipped(r.Advice)}
	if c.run.DryRun && r.Action != schema.OpConflict {
		p.level = schema.LevelWarning
	}
	return p, true
}

// whyOf says in what a record differs, or why it failed.
func whyOf(c totals, r *RecordInfo) string {
	switch {
	case r.Error != "" || !c.run.DryRun:
		return causeOf(r)
	case r.Action == schema.OpCreate:
		return "not on the server"
	case r.Action == schema.OpDelete:
		return "on the server, but not in the manifest"
	}
	changes := mapTo(r.Changes, func(c ChangeInfo) string { return c.Field + ": " + changeText(c) })
	return "differs: " + joinNonEmpty(", ", changes...)
}

func causeOf(r *RecordInfo) string {
	if r.Error == "" && r.HTTP != 0 {
		return fmt.Sprintf("the server answered %d", r.HTTP)
	}
	return cmp.Or(clipped(r.Error), string(r.Status))
}

// writtenName names a record by what CI systems know it by when rows move.
func writtenName(r *RecordInfo) string {
	return joinNonEmpty(" ", r.Kind, r.Type, r.Origin, r.DisplayName)
}

func nameWithType(r *RecordInfo) string {
	name := r.Origin
	if r.DisplayName != "" {
		name = `"` + r.DisplayName + `"`
	}
	return joinNonEmpty(" ", r.typeOrKind(), name)
}
