package reports

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"gijbulk/schema"
)

// Fleet is report.json of a command that ran on several targets.
type Fleet struct {
	Version int          `json:"version"`
	Fleet   FleetInfo    `json:"fleet"`
	Targets []TargetInfo `json:"targets"` // that have ended, in the order of the configuration
}

// FleetInfo is what ran on the targets, when, and with what result.
type FleetInfo struct {
	Gijbulk string    `json:"gijbulk"` // the version of the tool
	Command string    `json:"command"`
	Claim   string    `json:"claim,omitempty"` // the id under which processes shared the targets
	Started time.Time `json:"started"`         // UTC
	Ended   time.Time `json:"ended,omitzero"`  // UTC; absent until all targets have ended, and after a death
	Exit    int       `json:"exit"`            // the worst of the targets'
}

// TargetInfo is the result of one target.
type TargetInfo struct {
	Name   string                `json:"name"`
	URL    string                `json:"url"`
	Run    string                `json:"run"` // its id, or ""
	Exit   int                   `json:"exit"`
	Result string                `json:"result"`           // what the exit code means
	Said   string                `json:"said,omitempty"`   // the result in a few words
	Error  string                `json:"error,omitempty"`  // why it failed
	Counts map[schema.Status]int `json:"counts"`           // records by status; every status is there
	Report string                `json:"report,omitempty"` // the path of its report.json, relative to this file

	Page    string  `json:"-"` // the path of its HTML page, likewise; "": it has none
	Details *Report `json:"-"` // of its records; nil: it has none
}

// exitDrift is the exit code of a command that only looks.
const exitDrift = 2

func (t TargetInfo) good() bool { return t.Exit == 0 }

// WriteAll writes the requested reports over all targets, and then, last, report.json. It returns as
// [WriteAll] does that of a run.
func (f Fleet) WriteAll(dir string, wanted ...Wanted) ([]string, error) {
	var more []*pendingFile
	for _, w := range wanted {
		if w.Out == nil {
			more = append(more, f.file(dir, w))
		}
	}
	last := f.file(dir, Wanted{Format: FormatJSON})
	files := append(slices.Clone(more), last)
	defer discardAll(files)
	prepare(files)
	paths, failed := publish(more)
	for _, w := range wanted {
		if w.Out != nil {
			failed = errors.Join(failed, f.render(w.Out, w.Format))
		}
	}
	if err := last.publish(); err != nil {
		return paths, errors.Join(failed, err)
	}
	return append(paths, last.path), failed
}

func (f Fleet) file(dir string, w Wanted) *pendingFile {
	file := &pendingFile{path: filepath.Join(dir, w.Format.FileName())}
	if w.Path != "" {
		file.path, file.chosen = w.Path, w.Format
		f = f.seenFrom(filepath.Dir(w.Path), dir)
	}
	file.render = func(out io.Writer) error { return f.render(out, w.Format) }
	return file
}

// seenFrom is the fleet for a report in another folder than that of the targets' reports.
func (f Fleet) seenFrom(elsewhere, dir string) Fleet {
	from, err := filepath.Abs(elsewhere)
	to, toErr := filepath.Abs(dir)
	if errors.Join(err, toErr) != nil {
		return f
	}
	way, err := filepath.Rel(from, to)
	if err != nil {
		way = to // on another drive
	}
	f.Targets = slices.Clone(f.Targets)
	for i := range f.Targets {
		for _, p := range []*string{&f.Targets[i].Report, &f.Targets[i].Page} {
			if *p != "" {
				*p = path.Join(filepath.ToSlash(way), *p)
			}
		}
	}
	return f
}

func (f Fleet) render(w io.Writer, format Format) error {
	switch format {
	case FormatHTML:
		return f.html(w)
	case FormatJUnit:
		return f.junit(w)
	case FormatMarkdown:
		return f.markdown(w)
	case FormatJSON:
		return f.json(w)
	case FormatCSV:
		return f.csv(w)
	}
	return fmt.Errorf("unknown report format %q", format)
}

// json writes the targets one per line, so that they can be searched line by line.
func (f Fleet) json(w io.Writer) error {
	info, err := json.MarshalIndent(f.Fleet, "  ", "  ")
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(w, "{\n  \"version\": %d,\n  \"fleet\": %s,\n  \"targets\": ", f.Version, info); err != nil {
		return err
	}
	if err := writeRows(w, f.Targets); err != nil {
		return err
	}
	_, err = io.WriteString(w, "\n}\n")
	return err
}

func (f Fleet) verdict() (string, rating) {
	var results []string
	count := make(map[string]int)
	for _, t := range f.worstFirst() {
		if count[t.Result]++; count[t.Result] == 1 {
			results = append(results, t.Result)
		}
	}
	for i, result := range results {
		results[i] = fmt.Sprintf("%d %s", count[result], result)
	}
	text := plural(len(f.Targets), "target") + ": " + strings.Join(results, ", ")
	switch f.Fleet.Exit {
	case 0:
		return text, ratingGood
	case exitDrift:
		return text, ratingWarn
	}
	return text, ratingBad
}

// worstFirst are the targets that need attention, then those that drift, and then the others, each in their order.
func (f Fleet) worstFirst() []TargetInfo {
	rank := func(t TargetInfo) int {
		switch t.Exit {
		case 0:
			return 2
		case exitDrift:
			return 1
		}
		return 0
	}
	return slices.SortedStableFunc(slices.Values(f.Targets), func(a, b TargetInfo) int { return rank(a) - rank(b) })
}

func (f Fleet) facts() []fact {
	return []fact{{"What", "gijbulk " + f.Fleet.Command}, {"When", whenOf(RunInfo{Started: f.Fleet.Started, Ended: f.Fleet.Ended})}, {"By", "gijbulk " + f.Fleet.Gijbulk}}
}

func (t TargetInfo) counted() string {
	var parts []string
	for _, s := range schema.Statuses() {
		if n := t.Counts[s]; n > 0 {
			parts = append(parts, withSeparators(n)+" "+string(s))
		}
	}
	return strings.Join(parts, ", ")
}

func (t TargetInfo) words() string {
	if t.Error != "" {
		return t.Error
	}
	if t.Said != "" {
		return t.Said
	}
	return t.counted()
}
