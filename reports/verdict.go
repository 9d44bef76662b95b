package reports

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gijbulk/schema"
)

// census is what the records of a run add up to.
type census struct {
	run      RunInfo
	ops      map[schema.Op]int
	drift    int // records that are not on the server as the manifest wants them
	errors   int // findings
	warnings int
}

func newCensus(d document) census {
	c := census{run: d.run, ops: map[schema.Op]int{}}
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

// mood is how a verdict is meant.
type mood string

const (
	moodGood mood = "good" // nobody needs to look
	moodWarn mood = "warn" // somebody should
	moodBad  mood = "bad"  // somebody has to
)

// checkedOnly reports whether the run ended with the check of the manifest, by its
// command or because of what was found.
func (c census) checkedOnly() bool {
	return c.run.Command == "validate" || c.errors > 0 && c.run.Writes == 0 && c.ops[schema.OpInvalid]+c.ops[schema.OpValid] == c.run.Total
}

// manner is what tells a run's records apart.
type manner string

const (
	byStatus manner = "status" // what became of them
	byAction manner = "action" // what would be done about them
	byCheck  manner = "check"  // whether they have errors
)

// The states of records that were only checked.
const (
	stateInvalid = "invalid"
	stateValid   = "valid"
)

func (c census) by() manner {
	switch {
	case c.checkedOnly():
		return byCheck
	case c.run.DryRun:
		return byAction
	}
	return byStatus
}

// states lists what a record can be, the good before the bad.
func (c census) states() []string {
	switch c.by() {
	case byCheck:
		return []string{stateValid, stateInvalid}
	case byAction:
		return mapTo(schema.Ops(), func(o schema.Op) string { return string(o) })
	}
	return mapTo(schema.Statuses(), func(s schema.Status) string { return string(s) })
}

func (c census) stateOf(r *RecordInfo) string {
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

// counts are the records by their state.
func (c census) counts() map[string]int {
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

// verdict says in a sentence how a run ended.
func (c census) verdict() (string, mood) {
	switch {
	case c.checkedOnly():
		return c.manifestVerdict()
	case c.run.DryRun && c.run.Complete:
		return c.driftVerdict()
	case !c.run.Complete:
		return c.unfinishedVerdict(), moodBad
	}
	return c.runVerdict()
}

func (c census) manifestVerdict() (string, mood) {
	records := "one record"
	if c.run.Total != 1 {
		records = fmt.Sprintf("%s records", grouped(c.run.Total))
	}
	switch {
	case c.errors > 0:
		return fmt.Sprintf("The manifest of %s has %s; nothing was sent.", records, c.findingWords()), moodBad
	case c.warnings > 0:
		return fmt.Sprintf("The manifest of %s can be sent, with %s.", records, c.findingWords()), moodWarn
	}
	return fmt.Sprintf("The manifest of %s can be sent: nothing was found.", records), moodGood
}

func (c census) findingWords() string {
	var parts []string
	if c.errors > 0 {
		parts = append(parts, plural(c.errors, "error"))
	}
	if c.warnings > 0 {
		parts = append(parts, plural(c.warnings, "warning"))
	}
	return strings.Join(parts, " and ")
}

func (c census) driftVerdict() (string, mood) {
	if c.drift == 0 {
		return fmt.Sprintf("The server is as the manifest wants it: %s, no drift.", plural(c.run.Total, "record")), moodGood
	}
	words := map[schema.Op]string{schema.OpCreate: "to create", schema.OpUpdate: "to update", schema.OpDelete: "to delete",
		schema.OpExists: "there with differences", schema.OpConflict: "in conflict", schema.OpInvalid: "left out with errors"}
	var parts []string
	for _, op := range schema.Ops() {
		if n := c.ops[op]; n > 0 && words[op] != "" {
			parts = append(parts, grouped(n)+" "+words[op])
		}
	}
	return fmt.Sprintf("The server differs from the manifest in %s of %s: %s; nothing was changed.",
		grouped(c.drift), plural(c.run.Total, "record"), strings.Join(parts, ", ")), moodWarn
}

func (c census) unfinishedVerdict() string {
	why := "it is still going on, or it was killed"
	if !c.run.Ended.IsZero() {
		why = cmp.Or(strings.TrimSuffix(strings.TrimPrefix(oneLine(c.run.Why), "the run was stopped: "), "."), "it was stopped")
	}
	return fmt.Sprintf("The run did not end by itself: %s. So far: %s.", why, c.statusWords(schema.Statuses()))
}

func (c census) runVerdict() (string, mood) {
	bad := slices.DeleteFunc(schema.Statuses(), schema.Status.Good)
	n := 0
	for _, s := range bad {
		n += c.run.Counts[s]
	}
	good := slices.DeleteFunc(schema.Statuses(), func(s schema.Status) bool { return !s.Good() })
	switch {
	case c.run.Total == 0:
		return "There were no records.", moodGood
	case n > 0 && n == c.run.Total:
		return fmt.Sprintf("%s to look at: %s.", plural(n, "record"), c.statusWords(bad)), moodBad
	case n > 0:
		return fmt.Sprintf("%s of %s to look at: %s; the others: %s.", grouped(n), plural(c.run.Total, "record"), c.statusWords(bad), c.statusWords(good)), moodBad
	case c.run.Counts[schema.StatusExists] > 0:
		return fmt.Sprintf("%s on the server: %s; those that exist differ, and an import leaves them as they are.",
			plural(c.run.Total, "record"), c.statusWords(good)), moodWarn
	case c.run.Command == "undo":
		return fmt.Sprintf("All is taken back: %s.", c.statusWords(good)), moodGood
	}
	return fmt.Sprintf("The server is as the manifest wants it: %s.", c.statusWords(good)), moodGood
}

func (c census) statusWords(statuses []schema.Status) string {
	var parts []string
	for _, s := range statuses {
		if n := c.run.Counts[s]; n > 0 {
			parts = append(parts, grouped(n)+" "+string(s))
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "no records")
}

// grouped writes a number so that large ones can be read.
func grouped(n int) string {
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
	return grouped(n) + " " + noun + "s"
}
