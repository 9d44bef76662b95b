package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"gijbulk/importer/journal"
	"gijbulk/reports"
	"gijbulk/schema"
)

// record is the run's record in the state. The zero record, and nil, record nothing.
type record struct{ log *journal.Log }

func (r *record) none() bool { return r == nil || r.log == nil }

// record begins the record of a run, with its files and options, before its first request. A
// run that only reads leaves none.
func (w *workspace) record(ctx context.Context, run schema.Run, options recordedOptions) (*record, error) {
	if w.state == nil || run.DryRun {
		return nil, nil
	}
	options.Again, options.Resume = w.mask.Hide(w.again(run)), w.mask.Hide(w.resuming(run))
	given, err := options.with(w.command.Flags(), w.configured)
	if err != nil {
		return nil, err
	}
	log, err := w.state.Start(ctx, run, given, w.mask)
	return &record{log}, err
}

// reopen opens the record of a run that is there, or of a command that keeps none but locks the target.
func (w *workspace) reopen(ctx context.Context) (*record, error) {
	if w.state == nil || w.dryRun {
		return nil, nil
	}
	log, err := w.state.Reopen(ctx)
	return &record{log}, err
}

// recordPlan records the plan, and writes a first report, before the first write: where either
// cannot be done, nothing is sent.
func (w *workspace) recordPlan(ctx context.Context, r *record, run schema.Run, plan schema.Plan) (trouble error) {
	if !r.none() {
		trouble = r.log.Plan(ctx, run, plan)
	}
	if trouble == nil {
		if _, trouble = reports.WriteReport(w.reportDir(run), run, plan.Results(plan.Outcomes()), w.mask); trouble == nil {
			return nil
		}
		trouble = fmt.Errorf("the reports could not be written, so nothing was sent: %w", trouble)
	}
	run.Ended, run.Why = w.now().UTC(), trouble.Error()
	return firstError(trouble, r.finish(ctx, run))
}

func (r *record) finish(ctx context.Context, run schema.Run) error {
	if r.none() {
		return nil
	}
	return r.log.Finish(context.WithoutCancel(ctx), run)
}

// refuse records that the run ended before anything was to be sent, and cannot be resumed.
func (r *record) refuse(ctx context.Context, run schema.Run) error {
	if r.none() {
		return nil
	}
	return r.log.Refuse(context.WithoutCancel(ctx), run)
}

func (r *record) close() error {
	if r.none() {
		return nil
	}
	return r.log.Close()
}

// recordedOptions are what is recorded of a command line, for a resume.
type recordedOptions struct {
	Flags  map[string]string `json:"flags"`            // those that were given
	Undoes string            `json:"undoes,omitempty"` // the run that an undo reverts

	// Plan is the file of the plan that an apply carries out, and Applies the command that it is a plan of.
	Plan    string `json:"plan,omitempty"`
	Applies string `json:"applies,omitempty"`

	// Again and Resume are commands that reports of the run advise.
	Again  string `json:"again,omitempty"`
	Resume string `json:"resume,omitempty"`

	// Timeout is the longest time limit of requests in a process that resumed the run.
	Timeout time.Duration `json:"timeout,omitempty"`
}

// with adds the flags that were given, as JSON. Some are left out: what the configuration says of a
// target is read again.
func (o recordedOptions) with(flags *pflag.FlagSet, left func(flag string) bool) ([]byte, error) {
	o.Flags = make(map[string]string)
	flags.Visit(func(f *pflag.Flag) {
		if !left(f.Name) {
			o.Flags[f.Name] = f.Value.String()
		}
	})
	return json.Marshal(o)
}

func readOptions(run string, recorded []byte) (o recordedOptions, err error) {
	if err := json.Unmarshal(recorded, &o); err != nil {
		return o, fmt.Errorf("the options of run %s cannot be read: %w", run, err)
	}
	return o, nil
}

// withAdvice adds the commands that were recorded with a run.
func withAdvice(saved journal.Saved) (schema.Run, error) {
	run := saved.Run
	o, err := readOptions(run.ID, saved.Options)
	if run.Again = o.Again; !run.Complete && saved.State != journal.StateRefused {
		run.Resume = o.Resume
	}
	return run, err
}

// restoreOptions sets the flags that the interrupted run was given and this command was not.
func (a *app) restoreOptions(run schema.Run, recorded []byte) (o recordedOptions, err error) {
	if o, err = readOptions(run.ID, recorded); err != nil {
		return o, err
	}
	replaced := append(a.replacedConnection(), "state", "output")
	for name, value := range o.Flags {
		f := a.command.Flags().Lookup(name)
		if f == nil || f.Changed || slices.Contains(replaced, name) {
			continue
		}
		if err := restoreFlag(f, value); err != nil {
			return o, fmt.Errorf("the option --%s of run %s: %w", name, run.ID, err)
		}
		f.Changed = true
	}
	if a.profile != nil {
		return o, nil
	}
	return o, a.configure(a.command)
}

// replacedConnection are the flags of a run that say which Jira it is on, where this command line says so
// itself: the credentials of one must not go to another.
func (a *app) replacedConnection() []string {
	switch {
	case a.profile != nil:
		return connectionFlags()
	case slices.ContainsFunc(connectionFlags(), a.given):
		return []string{targetFlag}
	}
	return nil
}

// recordedTimeout is the longest time limit of the requests of an interrupted run: the server may
// still work on them that long.
func (a *app) recordedTimeout(o recordedOptions) time.Duration {
	text, given := o.Flags["timeout"]
	if !given {
		text = a.command.Flags().Lookup("timeout").DefValue
	}
	limit, _ := time.ParseDuration(text)
	return max(limit, o.Timeout)
}

// restoreFlag gives a flag the value that it once had: a list's text is not what the list
// takes on the command line.
func restoreFlag(f *pflag.Flag, value string) error {
	list, many := f.Value.(pflag.SliceValue)
	if !many {
		return f.Value.Set(value)
	}
	items, err := csv.NewReader(strings.NewReader(strings.TrimSuffix(strings.TrimPrefix(value, "["), "]"))).Read()
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return firstError(err, list.Replace(items))
}
