package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"gijbulk/cmd/gijbulk/terminal"
	"gijbulk/importer/engine"
	"gijbulk/importer/planner"
	"gijbulk/reports"
	"gijbulk/schema"
)

// work is the engine on a plan, with its progress at the terminal.
type work struct {
	engine.Run
	*progress
}

func (w *workspace) engine(plan schema.Plan, r *record, outcomes []schema.Outcome) *work {
	p := &progress{app: w.app, shown: w.startProgress(outcomes)}
	e := engine.Run{Plan: plan, Waves: planner.Waves(plan, w.waves.size), Target: w.target.client, Observer: p,
		Concurrency: w.concurrency, Settle: w.settle, Timeout: max(w.settings.target.timeout, w.earlierTimeout), Resends: w.settings.target.retries,
		Limits: w.early, RemoveDuplicates: w.removeDuplicates}
	if !r.none() {
		e.Journal, e.Clock.Boot = r.log, w.state.Boot
	}
	if w.waves.indexed {
		e.Indexing = engine.IndexingWait{Indexer: w.target.client, AtOnce: w.waves.indexing, Timeout: w.waves.timeout}
	}
	return &work{e, p}
}

// progress shows how a run goes.
type progress struct {
	app   *app
	shown *terminal.Progress
}

// Outcome shows that a record has a new outcome.
func (p *progress) Outcome(o schema.Outcome) { p.shown.Update(o.N, o.Status) }

// Step logs what the run does apart from single records.
func (p *progress) Step(s engine.Step) {
	log := p.app.log
	switch {
	case s.Settling != nil:
		after := s.Settling.After.Round(time.Second)
		log.info("creates may still be running on the server", "creates", s.Settling.Creates, "next_check", after)
		p.app.waiting.Start(p.app.now(), after)
	case s.WaveDone != nil:
		log.info("wave done", "wave", s.WaveDone.Wave.Number, "part", s.WaveDone.Wave.Part, "left", s.WaveDone.Left,
			"writes", s.WaveDone.Writes, "failures", s.WaveDone.Failed)
	case s.Nested > 0:
		log.info("applying rules", "nested repositories", s.Nested)
	case s.Removing > 0:
		log.info("removing duplicates", "records", s.Removing)
	case s.Indexing != nil && s.Indexing.Ended:
		p.shown.Indexed(s.Indexing.N)
	case s.Indexing != nil:
		p.shown.Indexing(s.Indexing.N, terminal.FirstIndexing{Scanned: s.Indexing.Scanned, Indexed: s.Indexing.Indexed, Of: s.Indexing.Of})
	}
}

func (p *progress) stop() { p.shown.Stop() }

func (a *app) startProgress(outcomes []schema.Outcome) *terminal.Progress {
	statuses := make([]schema.Status, len(outcomes))
	for i, o := range outcomes {
		statuses[i] = o.Status
	}
	return terminal.StartProgress(a.progressOptions(), statuses)
}

func (a *app) progressOptions() terminal.ProgressOptions {
	options := terminal.ProgressOptions{Log: a.log.info, Now: a.now, Waiting: &a.waiting}
	if a.stderrIsTerminal && a.env("TERM") != "dumb" && !a.logging.quiet {
		options.Screen = a.screen
	}
	return options
}

// report writes the reports of a run, also of one that had to be stopped, and says how it
// ended.
func (w *workspace) report(ctx context.Context, r *record, run schema.Run, plan schema.Plan, outcomes []schema.Outcome, trouble error) error {
	run.Ended = w.now().UTC()
	requests, writes := w.target.client.Requests()
	run.Requests, run.Writes = run.Requests+requests, run.Writes+writes
	run.Timeline = w.traffic.timeline(run.Ended)
	run.Complete, run.Why, run.Resume = trouble == nil, "", ""
	if trouble != nil && w.state != nil && !hasVanished(trouble) && !isRestored(trouble) {
		run.Resume = w.resuming(run)
	}
	run.Nested = plan.NestedAfter(outcomes, run.Complete)
	if trouble != nil {
		run.Why = trouble.Error()
	}
	written := w.writeReports(finished{run: run, plan: plan, outcomes: outcomes})
	trouble = firstError(trouble, r.finish(ctx, run))
	ended := verdict(outcomes, trouble)
	if ended != nil || written != nil {
		written = errors.Join(written, w.printHeld(run))
	}
	if written != nil {
		return errors.Join(trouble, written)
	}
	if err := w.printSummary(run, plan.Results(outcomes), trouble, ended); err != nil {
		return errors.Join(trouble, err)
	}
	return ended
}

// writeReports writes the report directory, and further reports that were asked for. A dry
// run writes only those.
func (w *workspace) writeReports(f finished) error {
	if f.run.Ended.IsZero() {
		f.run.Ended = w.now().UTC()
		f.run.Timeline = w.traffic.timeline(f.run.Ended)
	}
	f.run.Again = cmp.Or(f.run.Again, w.again(f.run))
	w.finished = &f
	if !w.reporting() {
		return nil
	}
	write := reports.WriteAll
	if w.dryRun && w.settings.report.dir == "" {
		write = reports.Write
	}
	var err error
	w.finished.written, err = write(w.reportDir(f.run), f.run, f.results(), w.mask, w.wanted...)
	return err
}

func (w *workspace) printSummary(run schema.Run, results []schema.Result, trouble, ended error) error {
	masked, shown := reports.Masked(run, results, w.mask)
	var printed error // a full standard output must not hide how the run ended
	if w.json() {
		printed = reports.OutcomesJSON(w.stdout, masked, shown)
	}
	if w.logging.quiet && ended == nil {
		return printed
	}
	page := w.page(w.stderrIsTerminal)
	if w.heldWarnings {
		page.HeldWarnings = "shown with --dry-run"
	}
	if err := reports.Summary(w.screen, masked, shown, w.reportDir(run), page); err != nil {
		return cmp.Or(printed, err)
	}
	return cmp.Or(printed, w.printNext(run, results, trouble))
}

// verdict is the error that gives the run its exit code. The worst that applies wins.
func verdict(outcomes []schema.Outcome, trouble error) error {
	if code, _ := codeOf(trouble); slices.Contains([]int{exitCredentials, exitTarget, exitUnsafe, exitFailed, exitInterrupted, exitTerminated, exitError, exitLimit}, code) {
		return trouble
	}
	bad := withStatus(outcomes, schema.StatusFailed, schema.StatusConflict, schema.StatusUnknown)
	switch {
	case slices.ContainsFunc(bad, func(o schema.Outcome) bool { return !o.Temporary }):
		return said(exitFailed)
	case len(bad) > 0 || trouble != nil:
		return cmp.Or(trouble, error(&failure{code: exitTemporary, said: true, err: errors.New("a temporary failure used up the retries")}))
	}
	return nil
}

func withStatus(outcomes []schema.Outcome, wanted ...schema.Status) []schema.Outcome {
	return slices.DeleteFunc(slices.Clone(outcomes), func(o schema.Outcome) bool { return !slices.Contains(wanted, o.Status) })
}
