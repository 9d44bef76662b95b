package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"gijbulk/reports"
	"gijbulk/schema"
)

// reportOptions say which reports are written, and where.
type reportOptions struct {
	dir    string
	wanted reportFlag
}

func (o *reportOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.dir, "report-dir", "", "`DIR` for the reports (default gijbulk-reports/RUN)")
	f.Var(&o.wanted, "report", "further report, `FORMAT[=PATH]`: html, junit, markdown, json or csv; without a path into --report-dir, - is standard output (repeatable)")
}

// formatNames are what --report takes.
func formatNames() []string {
	var names []string
	for _, f := range reports.Formats() {
		names = append(names, string(f))
	}
	return names
}

func unknownFormat(name string) error {
	text := fmt.Sprintf("%q is none of %s", name, strings.Join(formatNames(), ", "))
	if near := schema.Nearest(name, formatNames()); near != "" {
		text += "; did you mean " + near + "?"
	}
	return errors.New(text)
}

// reportFlag is FORMAT[=PATH], once or several times, or several separated by commas as
// in a variable: a path with a comma is quoted as in CSV.
type reportFlag []reports.Wanted

// Type is shown in help texts.
func (f *reportFlag) Type() string { return "FORMAT[=PATH]" }

// GetSlice tells shells that the flag may be given again.
func (f *reportFlag) GetSlice() []string { return strings.Split(f.String(), ",") }

// String is what Set reads.
func (f *reportFlag) String() string {
	if f == nil || len(*f) == 0 {
		return ""
	}
	var words []string
	for _, w := range *f {
		word := string(w.Format)
		if w.Path != "" {
			word += "=" + w.Path
		}
		words = append(words, word)
	}
	var b strings.Builder
	out := csv.NewWriter(&b)
	_ = out.Write(words)
	out.Flush()
	return strings.TrimSuffix(b.String(), "\n")
}

// Set adds reports.
func (f *reportFlag) Set(s string) error {
	words, err := csv.NewReader(strings.NewReader(s)).Read()
	if err != nil {
		return fmt.Errorf("%q cannot be read: %w", s, err)
	}
	for _, word := range words {
		name, path, given := strings.Cut(word, "=")
		w := reports.Wanted{Format: reports.Format(name), Path: path}
		if !w.Format.Valid() {
			return unknownFormat(name)
		}
		if given && path == "" {
			return fmt.Errorf("%s has no path after =", name)
		}
		*f = append(*f, w)
	}
	return nil
}

// wantedReports are the reports that were asked for, ready to be written.
func (a *app) wantedReports(f reportFlag) ([]reports.Wanted, error) {
	wanted := slices.Clone(f)
	taken := make(map[string]bool)
	for i, w := range wanted {
		where := filepath.Clean(w.Path)
		if w.Path == "" {
			where = "the report directory's " + w.Format.FileName()
		}
		if taken[where] {
			return nil, usage("--report: two reports would go to %s", where)
		}
		taken[where] = true
		if w.Path == "-" {
			if a.json() {
				return nil, usage("--report %s=- and --output json both want standard output", w.Format)
			}
			wanted[i].Out = a.stdout
		}
	}
	return wanted, nil
}

// reporting tells whether anybody will read of single records: of a dry run only where it
// was asked for.
func (j *job) reporting() bool {
	return !j.options.dryRun || j.options.report.dir != "" || len(j.wanted) > 0
}

// results are what became of the actions: of a plan that was only shown, what its
// decisions foresee.
func (j *job) results() []schema.Outcome {
	if j.foresees() {
		return slices.AppendSeq(make([]schema.Outcome, 0, len(j.planned.Actions)), foresee(j.planned))
	}
	return j.outcomes
}

// eachResult gives them one after the other: many are costly to hold beside the plan.
func (j *job) eachResult() iter.Seq[schema.Outcome] {
	if j.foresees() {
		return foresee(j.planned)
	}
	return slices.Values(j.outcomes)
}

func (j *job) foresees() bool { return j.options.dryRun && j.run.Complete }

// foresee gives a plan that is not carried out its outcomes, for the reports.
func foresee(plan schema.Plan) iter.Seq[schema.Outcome] {
	return func(yield func(schema.Outcome) bool) {
		for _, a := range plan.Actions {
			o := schema.Outcome{Action: a, Status: schema.StatusUnprocessed}
			switch a.Op {
			case schema.OpUnchanged:
				o.Status = schema.StatusUnchanged
			case schema.OpExists:
				o.Status = schema.StatusExists
			case schema.OpConflict:
				o.Status = schema.StatusConflict
			case schema.OpInvalid:
				o.Status = schema.StatusFailed
			}
			if !yield(o) {
				return
			}
		}
	}
}
