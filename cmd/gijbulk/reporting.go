package main

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"gijbulk/reports"
	"gijbulk/schema"
)

// reportOptions say which reports are written, and where.
type reportOptions struct {
	dir       string
	wanted    reportFlag
	overwrite bool
}

func (o *reportOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.dir, "report-dir", "", "`DIR` for the reports (default gijbulk-reports/RUN)")
	f.Var(&o.wanted, "report", "additional report, `FORMAT[=PATH]`: html, junit, markdown, json, csv, github or codequality; without a path in --report-dir (github: on standard output); - is standard output (repeatable)")
	f.BoolVar(&o.overwrite, overwriteFlag, false, "replace a file at PATH or --metrics-file that is not a report of gijbulk")
}

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

func (a *app) wantedReports(o reportOptions) ([]reports.Wanted, error) {
	wanted := slices.Clone(o.wanted)
	taken := make(map[string]bool)
	for i, w := range wanted {
		if w.Path == "" && w.Format == reports.FormatGitHub {
			w.Path = standardOutput // where the runner reads commands
		}
		where := filepath.Clean(w.Path)
		if w.Path == "" {
			where = "the report directory's " + w.Format.FileName()
		}
		if taken[where] {
			return nil, usage("--report: two reports would go to %s", where)
		}
		taken[where] = true
		if w.Path == standardOutput {
			if a.json() {
				return nil, usage("--report %s=- and --output json both want standard output", w.Format).hinted("give --report %s=PATH", w.Format)
			}
			wanted[i].Out = a.stdout
		} else if w.Path != "" && !o.overwrite && !w.Format.Owns(w.Path) {
			return nil, notOverwritten("report", w.Path, "is no "+string(w.Format)+" report of gijbulk")
		}
	}
	return append(wanted, a.stepSummary(wanted)...), nil
}

const standardOutput = "-"

func (w *workspace) reportDir(run schema.Run) string {
	return cmp.Or(w.settings.report.dir, filepath.Join("gijbulk-reports", run.ID))
}

// finished is a run with its results, for the metrics.
type finished struct {
	run      schema.Run
	plan     schema.Plan
	outcomes []schema.Outcome // nil: nothing was sent
	written  []string         // the paths of its reports
}

func (f finished) results() []schema.Result {
	if f.outcomes == nil {
		return f.plan.Results(f.plan.Outcomes())
	}
	return f.plan.Results(f.outcomes)
}
