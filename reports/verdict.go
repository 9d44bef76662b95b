package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gijbulk/schema"
)

// totals are the counts of a run's records and findings.
type totals struct {
	run      RunInfo
	ops      map[schema.Op]int
	drift    int // records that are not on the server as the manifest wants them
	errors   int // findings
	warnings int

	preflight *PreflightInfo
}

func totalsOf(d reportData) totals {
	c := totals{run: d.run, preflight: d.preflight, ops: map[schema.Op]int{}}
	for i := range d.records {
		r := &d.records[i]
		c.ops[r.Action]++
		if r.drifts() {
			c.drift++
		}
	}
	for _, f := range d.findings {
		if f.Level == schema.LevelWarning.String() {
			c.warnings++
		} else {
			c.errors++
		}
	}
	return c
}

// checks reports whether the command never plans anything.
func (r *RunInfo) checks() bool { return r.Command == "validate" || r.Command == "preflight" }

// rating is how good a verdict is.
type rating string

const (
	ratingGood rating = "good" // nothing to do
	ratingWarn rating = "warn" // worth a look
	ratingBad  rating = "bad"  // needs attention
)

// checkedOnly reports whether the run ended with the check of the manifest, by its
// command or because of what was found.
func (c totals) checkedOnly() bool {
	return c.run.checks() || c.errors > 0 && c.run.Writes == 0 && c.ops[schema.OpInvalid]+c.ops[schema.OpValid] == c.run.Total
}

// grouping is what a run's records are counted by.
type grouping string

const (
	byStatus grouping = "status" // how they ended
	byAction grouping = "action" // what would be done
	byCheck  grouping = "check"  // whether they have errors
)

// The states of records that were only checked.
const (
	stateInvalid = "invalid"
	stateValid   = "valid"
)

func (c totals) by() grouping {
	switch {
	case c.checkedOnly():
		return byCheck
	case c.run.DryRun:
		return byAction
	}
	return byStatus
}

// states lists all states of a record, the worst first; of what would be done, the deletions.
func (c totals) states() []string {
	switch c.by() {
	case byCheck:
		return []string{stateInvalid, stateValid}
	case byAction:
		return mapTo([]schema.Op{schema.OpDelete, schema.OpInvalid, schema.OpConflict, schema.OpIndexingError, schema.OpUpdate, schema.OpCreate,
			schema.OpExists, schema.OpUnchanged}, func(o schema.Op) string { return string(o) })
	}
	return mapTo([]schema.Status{schema.StatusFailed, schema.StatusConflict, schema.StatusUnknown, schema.StatusUnprocessed, schema.StatusDeleted,
		schema.StatusUpdated, schema.StatusExists, schema.StatusCreated, schema.StatusUnchanged}, func(s schema.Status) string { return string(s) })
}

// mentioned are the states whose records a summary names, the worst first.
func (c totals) mentioned() []string {
	return slices.DeleteFunc(c.states(), func(s string) bool { return s == stateValid || s == string(schema.OpUnchanged) })
}

func (c totals) stateOf(r *RecordInfo) string {
	switch by := c.by(); {
	case by == byAction:
		return string(r.Action)
	case by == byStatus:
		return string(r.Status)
	case r.Status == schema.StatusFailed:
		return stateInvalid
	}
	return stateValid
}

func (c totals) counts() map[string]int {
	counts := map[string]int{}
	switch c.by() {
	case byCheck:
		counts[stateInvalid] = c.run.Counts[schema.StatusFailed]
		counts[stateValid] = c.run.Total - counts[stateInvalid]
	case byAction:
		for op, n := range c.ops {
			counts[string(op)] = n
		}
	default:
		for status, n := range c.run.Counts {
			counts[string(status)] = n
		}
	}
	return counts
}

func (c totals) verdict() (string, rating) {
	switch {
	case c.preflight != nil:
		return c.preflightVerdict()
	case c.checkedOnly():
		return c.manifestVerdict()
	case c.run.DryRun && c.run.Complete && c.run.Command == "audit":
		return c.driftVerdict()
	case c.run.DryRun && c.run.Complete:
		return c.planVerdict()
	case !c.run.Complete:
		return c.unfinishedVerdict(), ratingBad
	}
	return c.runVerdict()
}

func (c totals) manifestVerdict() (string, rating) {
	records := "one record"
	if c.run.Total != 1 {
		records = fmt.Sprintf("%s records", withSeparators(c.run.Total))
	}
	switch {
	case c.errors > 0:
		return fmt.Sprintf("The manifest of %s has %s; nothing was sent.", records, c.findingWords()), ratingBad
	case c.warnings > 0:
		return fmt.Sprintf("The manifest of %s is valid, with %s.", records, c.findingWords()), ratingWarn
	}
	return fmt.Sprintf("The manifest of %s is valid: no errors, no warnings.", records), ratingGood
}

func (c totals) findingWords() string {
	var parts []string
	if c.errors > 0 {
		parts = append(parts, plural(c.errors, "error"))
	}
	if c.warnings > 0 {
		parts = append(parts, plural(c.warnings, "warning"))
	}
	return strings.Join(parts, " and ")
}

func (c totals) driftVerdict() (string, rating) {
	if c.drift == 0 {
		return fmt.Sprintf("The server matches the manifest: %s, no drift.", plural(c.run.Total, "record")), ratingGood
	}
	words := map[schema.Op]string{schema.OpCreate: "to create", schema.OpUpdate: "to update", schema.OpDelete: "to delete",
		schema.OpExists: "on the server with differences", schema.OpConflict: "in conflict", schema.OpIndexingError: "with indexing errors",
		schema.OpInvalid: "left out with errors"}
	var parts []string
	for _, op := range schema.Ops() {
		if n := c.ops[op]; n > 0 && words[op] != "" {
			parts = append(parts, withSeparators(n)+" "+words[op])
		}
	}
	return fmt.Sprintf("The server differs from the manifest in %s of %s: %s; nothing was changed.",
		withSeparators(c.drift), plural(c.run.Total, "record"), strings.Join(parts, ", ")), ratingWarn
}

func (c totals) unfinishedVerdict() string {
	why := "it is still running or was killed"
	if !c.run.Ended.IsZero() {
		why = cmp.Or(strings.TrimSuffix(strings.TrimPrefix(oneLine(c.run.Why), "the run was stopped: "), "."), "it was stopped")
	}
	return fmt.Sprintf("The run was interrupted: %s. So far: %s.", why, c.statusWords(schema.Statuses()))
}

func (c totals) runVerdict() (string, rating) {
	bad := slices.DeleteFunc(schema.Statuses(), schema.Status.Good)
	n := 0
	for _, s := range bad {
		n += c.run.Counts[s]
	}
	good := slices.DeleteFunc(schema.Statuses(), func(s schema.Status) bool { return !s.Good() })
	need := "need"
	if n == 1 {
		need = "needs"
	}
	switch {
	case c.run.Total == 0:
		return "No records.", ratingGood
	case n > 0 && n == c.run.Total:
		return fmt.Sprintf("%s %s attention: %s.", plural(n, "record"), need, c.statusWords(bad)), ratingBad
	case n > 0:
		return fmt.Sprintf("%s of %s %s attention: %s; the others: %s.", withSeparators(n), plural(c.run.Total, "record"), need, c.statusWords(bad), c.statusWords(good)), ratingBad
	case c.run.Counts[schema.StatusExists] > 0:
		return fmt.Sprintf("%s on the server: %s; those that exist differ, and an import leaves them as they are.",
			plural(c.run.Total, "record"), c.statusWords(good)), ratingWarn
	case c.run.Command == "undo":
		return fmt.Sprintf("Everything was undone: %s.", c.statusWords(good)), ratingGood
	}
	return fmt.Sprintf("The server matches the manifest: %s.", c.statusWords(good)), ratingGood
}

func (c totals) statusWords(statuses []schema.Status) string {
	var parts []string
	for _, s := range statuses {
		if n := c.run.Counts[s]; n > 0 {
			parts = append(parts, withSeparators(n)+" "+string(s))
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "no records")
}

func withSeparators(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return withSeparators(n) + " " + noun + "s"
}
