package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gijbulk/cmd/gijbulk/terminal"
	"gijbulk/reports"
	"gijbulk/schema"
)

// confirm asks the administrator before the first write.
func (j *job) confirm() error {
	n := j.planned.Writes()
	if n == 0 || j.options.yes || j.target.sandbox {
		return nil
	}
	refusal := &failure{code: exitRail, err: errors.New("the plan was not confirmed; nothing was sent")}
	if !j.stdinIsTerminal || slices.Contains(j.run.Files, "-") {
		return refusal.hinted("%s; without a terminal to ask at give --yes, and --dry-run shows the plan", j.intent())
	}
	if err := reports.PlanText(j.screen, j.run, reports.MaskedPlan(j.planned, j.mask), j.planPage(j.stderrIsTerminal)); err != nil {
		return err
	}
	confirmed, err := terminal.Confirm(j.stdin, j.screen, fmt.Sprintf("%s on %s: go on?", j.intent(), j.run.Target))
	if err != nil || confirmed {
		return err
	}
	return refusal
}

// planPage is how the plan is laid out.
func (j *job) planPage(terminal bool) reports.Page {
	page := j.page(terminal)
	page.Folded = page.Folded && !j.options.full
	return page
}

// intent says what would be written, such as "2 integrations and 1 repository to
// create".
func (j *job) intent() string {
	writes := make(map[schema.Op]map[schema.Kind]int)
	for i := range j.planned.Actions {
		a := &j.planned.Actions[i]
		if writes[a.Op] == nil {
			writes[a.Op] = make(map[schema.Kind]int)
		}
		writes[a.Op][a.Subject().Kind()]++
	}
	var parts []string
	for _, op := range []schema.Op{schema.OpCreate, schema.OpUpdate, schema.OpDelete} {
		if len(writes[op]) > 0 {
			parts = append(parts, fmt.Sprintf("%s to %s", countKinds(writes[op]), op))
		}
	}
	return strings.Join(parts, ", ")
}

// execute keeps the plan, and then carries it out.
func (j *job) execute(ctx context.Context) error {
	j.outcomes = make([]schema.Outcome, len(j.planned.Actions))
	for i, action := range j.planned.Actions {
		j.outcomes[i] = schema.Outcome{Action: action, Status: schema.StatusUnprocessed}
	}
	written, kept := beside(func() error {
		_, err := reports.WriteReport(j.reportDir(), j.run, j.outcomes, j.mask)
		return err
	}, func() error {
		if j.log == nil {
			return nil
		}
		return j.log.Plan(ctx, j.run, j.planned)
	})
	if written != nil {
		written = fmt.Errorf("the reports could not be written, so nothing was sent: %w", written)
	}
	if trouble := firstError(written, kept); trouble != nil {
		j.run.Ended, j.run.Why = j.now().UTC(), trouble.Error()
		return firstError(trouble, j.finish(ctx, j.run))
	}
	return j.conclude(ctx, j.carryOut)
}

// conclude does the work of a run and writes the reports, which it does even where
// the run had to be stopped.
func (j *job) conclude(ctx context.Context, work func(context.Context) error) error {
	trouble := work(ctx)
	j.run.Ended = j.now().UTC()
	requests, writes := j.target.client.Requests()
	j.run.Requests, j.run.Writes = j.run.Requests+requests, j.run.Writes+writes
	j.run.Timeline = j.traffic.timeline(j.run.Ended)
	j.run.Complete, j.run.Why = trouble == nil, ""
	if trouble != nil {
		j.run.Why = trouble.Error()
	}
	run := j.run
	written, kept := beside(j.writeReports, func() error { return j.finish(ctx, run) })
	trouble = firstError(trouble, kept)
	if written != nil {
		return errors.Join(trouble, written)
	}
	if err := j.lastWords(trouble); err != nil {
		return errors.Join(trouble, err)
	}
	return j.verdict(trouble)
}

// finish keeps how the run ended.
func (j *job) finish(ctx context.Context, run schema.Run) error {
	if j.log == nil {
		return nil
	}
	return j.log.Finish(context.WithoutCancel(ctx), run)
}

// beside does two things at once, each of which can use a core of its own: a run is kept
// while its report is written.
func beside(one, other func() error) (ofOne, ofOther error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		ofOther = other()
	}()
	ofOne = one()
	<-done
	return ofOne, ofOther
}

func statuses(outcomes []schema.Outcome, wanted ...schema.Status) []schema.Outcome {
	var found []schema.Outcome
	for _, o := range outcomes {
		if slices.Contains(wanted, o.Status) {
			found = append(found, o)
		}
	}
	return found
}

// writeReports writes the report directory, and what was asked for beside it. A dry run
// writes only what was asked for.
func (j *job) writeReports() error {
	if j.run.Ended.IsZero() {
		j.run.Ended = j.now().UTC()
		j.run.Timeline = j.traffic.timeline(j.run.Ended)
	}
	if !j.reporting() {
		return nil // the outcomes need not be made
	}
	defer j.thrifty()() // every outcome is held, and each format makes much of it
	write := reports.WriteAll
	if j.options.dryRun && j.options.report.dir == "" {
		write = reports.Write
	}
	_, err := write(j.reportDir(), j.run, j.results(), j.mask, j.wanted...)
	return err
}

// lastWords tells people and programs how the run ended.
func (j *job) lastWords(trouble error) error {
	run, outcomes := reports.Masked(j.run, j.outcomes, j.mask)
	var told error // a full standard output keeps nobody from hearing how the run ended
	if j.json() {
		told = reports.OutcomesJSON(j.stdout, run, outcomes)
	}
	if err := reports.Summary(j.screen, run, outcomes, j.reportDir(), j.page(j.stderrIsTerminal)); err != nil {
		return cmp.Or(told, err)
	}
	return cmp.Or(told, j.tellNext(trouble))
}

// verdict is the error that gives the run its exit code. The worst that applies wins.
func (j *job) verdict(trouble error) error {
	if code, _ := codeOf(trouble); slices.Contains([]int{exitCredentials, exitTarget, exitInterrupted, exitTerminated, exitError, exitLimit}, code) {
		return trouble
	}
	bad := statuses(j.outcomes, schema.StatusFailed, schema.StatusConflict, schema.StatusUnknown)
	passing := slices.ContainsFunc(bad, func(o schema.Outcome) bool { return !o.Passing })
	switch {
	case len(bad) > 0 && passing:
		return said(exitFailed)
	case len(bad) > 0 || trouble != nil:
		return cmp.Or(trouble, error(&failure{code: exitPassing, said: true, err: errors.New("a passing condition used up the retries")}))
	}
	return nil
}
