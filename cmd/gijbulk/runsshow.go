package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gijbulk/importer/journal"
	"gijbulk/reports"
	"gijbulk/schema"
)

func (a *app) showRunCommand(o *stateOptions) *cobra.Command {
	return &cobra.Command{
		Use:     "show RUN",
		Short:   "Show what a run did and what is left",
		Example: "  gijbulk runs show last\n  gijbulk runs show 20260102-030405-a1b2c3 --output json",
		Long: `Show a run: its command and target, when it ran and how it ended, the records by
status, the first twenty that need attention, and the command to run next. RUN
is an id from gijbulk runs, or last.`,
		Args: needRun,
		RunE: func(cmd *cobra.Command, args []string) error { return a.showRun(cmd.Context(), *o, args[0]) },
	}
}

// shownRun is a run with what is left of it.
type shownRun struct {
	journal.RunSummary
	run     schema.Run
	results []schema.Result
	next    string // command; "" where there is nothing to do
}

func (a *app) showRun(ctx context.Context, o stateOptions, id string) (err error) {
	state, err := a.openRuns(o, id)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, state.Close()) }()
	saved, err := state.Load(ctx, id)
	if err != nil {
		return err
	}
	runs, err := a.runsNow(ctx, state)
	if err != nil {
		return err
	}
	shown := shownRun{run: saved.Run, results: saved.Plan.Results(saved.Outcomes)}
	for _, r := range runs {
		if r.ID == saved.Run.ID {
			shown.RunSummary = r
		}
	}
	shown.next = nextOfRun(shown, o)
	if a.json() {
		return json.NewEncoder(a.stdout).Encode(shown.line())
	}
	if err := shown.write(a.stdout); err != nil {
		return err
	}
	if err := reports.Summary(a.stdout, shown.run, shown.results, "", a.page(a.stdoutIsTerminal)); err != nil || shown.next == "" {
		return err
	}
	_, err = fmt.Fprintf(a.stdout, "next: %s\n", shown.next)
	return err
}

// nextOfRun continues what was interrupted, and writes the reports of what failed again: failed.csv is
// among them.
func nextOfRun(r shownRun, o stateOptions) string {
	words := []string{"gijbulk", "resume", r.ID}
	switch {
	case r.State == journal.StateInterrupted:
	case r.State == journal.StateFinished && r.Counts[schema.StatusFailed]+r.Counts[schema.StatusConflict]+r.Counts[schema.StatusUnknown] > 0:
		words[1] = "report"
	default:
		return ""
	}
	if o.path != "" {
		words = append(words, "--state="+quoteWord(o.path))
	}
	return strings.Join(words, " ")
}

func (r shownRun) write(w io.Writer) error {
	ended := "not ended"
	if !r.Ended.IsZero() {
		ended = fmt.Sprintf("ended %s, after %s", r.Ended.Local().Format(time.DateTime), r.Ended.Sub(r.Started).Round(time.Second))
	}
	facts := [][]string{
		{"run", r.ID},
		{"command", reports.OneLine(strings.Join(append([]string{"gijbulk", r.Command}, r.run.Files...), " "))},
		{"target", reports.OneLine(r.Target)},
		{"host", reports.OneLine(r.Host)},
		{"started", r.Started.Local().Format(time.DateTime) + "; " + ended},
		{"state", string(r.State)},
	}
	if r.State == journal.StateRefused {
		facts = append(facts, []string{"why", reports.OneLine(cmp.Or(r.run.Why, "not recorded"))})
	}
	_, err := fmt.Fprintln(w, strings.Join(reports.Columns(facts), "\n"))
	return err
}

// line is the run for programs: as in the list of all, with what is left.
func (r shownRun) line() map[string]any {
	left := make(map[schema.Status]int)
	for _, s := range schema.Statuses() {
		if n := r.Counts[s]; n > 0 && !s.Good() {
			left[s] = n
		}
	}
	line := runLine(r.RunSummary)
	line["files"], line["user"], line["why"], line["left"], line["next"] = append([]string{}, r.run.Files...), r.run.User, r.run.Why, left, r.next
	return line
}
