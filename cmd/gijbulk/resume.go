package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gijbulk/importer/journal"
	"gijbulk/importer/planfile"
	"gijbulk/importer/secrets"
	"gijbulk/schema"
)

func (a *app) resumeCommand() *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "resume [RUN [FILE…]]",
		Short: "Continue an interrupted run",
		Long: `Continue a run that was interrupted, killed or stopped by a limit, under its own
id and with its own options; flags override them. Writes whose answers were lost
are looked for first. RUN is an id from gijbulk runs, or last: the newest run
except those that finished without a write and those that were refused. Without
RUN, the runs that can be continued are listed.

Secrets are resolved again from their references. A run whose manifest contains
literal secrets needs its files: gijbulk resume RUN FILE…`,
		Example: "  gijbulk resume last\n  gijbulk resume 20260102-030405-a1b2c3 integrations.csv",
		Args:    cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.listResumable(cmd.Context(), o.state)
			}
			return onManifests(func(ctx context.Context, files []string) error {
				return a.resume(ctx, args[0], files, &o)
			})(cmd, args[1:])
		},
	}
	o.addFlags(cmd.Flags())
	o.addWriting(cmd.Flags())
	o.sync.addFlags(cmd.Flags())
	o.sync.addSafety(cmd.Flags())
	hideAllBut(cmd.Flags(), shownOfResume())
	return cmd
}

// shownOfResume are the flags that a resume shows. It takes those of the run too, which made
// the plan.
func shownOfResume() *pflag.FlagSet {
	var o runOptions
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	o.addContinuing(f)
	f.BoolVarP(&o.yes, "yes", "y", false, "")
	return f
}

func hideAllBut(flags, shown *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) { f.Hidden = shown.Lookup(f.Name) == nil })
}

// resume continues a run, with its own options and those that override them.
func (a *app) resume(ctx context.Context, id string, files []string, o *runOptions) (err error) {
	state, err := a.openRuns(o.state, id)
	if err != nil {
		return err
	}
	header, err := a.headerToResume(ctx, state, id)
	if err != nil || header.Run.ID == "" {
		return closing(state, err, nil)
	}
	run := header.Run
	run.Host = hostName()
	options, err := a.restoreOptions(run, header.Options)
	if err != nil {
		return closing(state, err, nil)
	}
	o.update = run.Command == "sync" || options.Applies == "sync"
	w, err := a.openWorkspace(*o, state)
	if err != nil {
		return closing(state, err, nil)
	}
	w.earlierTimeout = a.recordedTimeout(options)
	options.Timeout = max(w.earlierTimeout, w.settings.target.timeout)
	defer func() { err = firstError(err, w.close()) }()
	if w.stateless() {
		return usage("run %s was on %s, not in an embedded sandbox", run.ID, run.Target)
	}
	w.traffic.resume(run.Timeline)
	return w.resumeLocked(ctx, run, options, files)
}

// headerToResume is what the state has of the run that an argument means; nothing where it has said
// that there is none to continue.
func (a *app) headerToResume(ctx context.Context, state *journal.Journal, id string) (none journal.Saved, err error) {
	if id, err = runToResume(ctx, state, id); err != nil {
		return none, err
	}
	if id == "" {
		return none, a.printNothingToResume()
	}
	a.log.forRun(id)
	header, err := state.Header(ctx, id)
	run := header.Run
	switch {
	case err != nil:
		return none, err
	case run.Complete:
		return none, a.printEnded(run)
	case header.State == journal.StateRefused:
		return none, usage("run %s was refused, and sent nothing: %s", run.ID, run.Why).hinted("gijbulk %s starts a new run", run.Command)
	}
	return header, a.refuseWaiting(ctx, state, run)
}

// resumeLocked continues a run from where it is once this process has locked the target: another
// may have continued it in between.
func (w *workspace) resumeLocked(ctx context.Context, run schema.Run, options recordedOptions, files []string) (err error) {
	r, err := w.reopen(ctx)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, r.close()) }()
	run, unlock, err := w.enter(ctx, r, run)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, unlock()) }()
	saved, err := w.state.Load(ctx, run.ID)
	saved.Run.Host, saved.Run.Again = run.Host, options.Again
	if err == nil {
		saved.Options, err = json.Marshal(options)
	}
	switch {
	case err != nil:
		return err
	case saved.Run.Complete:
		return w.printEnded(saved.Run)
	case !saved.Planned():
		return w.startOver(ctx, r, run, saved, options, files)
	case run.Target != saved.Run.Target:
		return usage("run %s was on %s, not on %s", run.ID, saved.Run.Target, run.Target)
	}
	return w.continueRun(ctx, r, saved, files)
}

// refuseWaiting keeps a resume from a run that begins by itself, once it has its lock.
func (a *app) refuseWaiting(ctx context.Context, state *journal.Journal, run schema.Run) error {
	running, err := a.running(ctx, state)
	if holder := running[run.ID]; err == nil && holder.Waiting {
		return &journal.Held{Target: run.Target, Holder: holder}
	}
	return err
}

func (w *workspace) continueRun(ctx context.Context, r *record, saved journal.Saved, files []string) (err error) {
	run := saved.Run
	if saved.Plan, err = w.resolveAgain(ctx, run, saved, files); err != nil {
		return err
	}
	if err := r.log.Continue(ctx, saved, w.mask); err != nil {
		return err
	}
	work := w.engine(saved.Plan, r, saved.Outcomes)
	work.Died = saved.Run.Ended.IsZero()
	trouble := work.Resume(ctx, saved.Outcomes, saved.Intents)
	work.stop()
	return w.report(ctx, r, run, work.Plan, work.Outcomes(), trouble)
}

// startOver makes the plan of a run that ended before it had one. Nothing of it was sent, so
// its manifests, or the file of its plan, are read as they are now.
func (w *workspace) startOver(ctx context.Context, r *record, run schema.Run, saved journal.Saved, options recordedOptions, files []string) (err error) {
	run.Complete, run.Why, run.Ended, run.Findings, run.Again = false, "", time.Time{}, nil, options.Again
	if len(files) > 0 {
		run.Files = files
	}
	if options.Undoes != "" {
		return w.undoAgain(ctx, r, run, saved, options.Undoes)
	}
	if options.Plan == "" && len(files) == 0 && slices.Contains(run.Files, "-") {
		return usage("run %s read standard input and ended before it had a plan", run.ID).
			hinted("give the manifest again: gijbulk resume %s FILE…", run.ID)
	}
	m, approved, err := w.gatherAgain(ctx, run, options)
	if err != nil {
		return err
	}
	run.Manifest, run.Findings = w.digest(m), m.allFindings()
	if w.refuses(run.Findings) {
		return w.refuse(ctx, nil, run, m)
	}
	if err := r.log.Continue(ctx, saved, w.mask); err != nil {
		return err
	}
	return w.bring(ctx, r, run, m, approved)
}

func (w *workspace) gatherAgain(ctx context.Context, run schema.Run, options recordedOptions) (m manifests, approved *planfile.File, err error) {
	if options.Plan == "" {
		if m, err = w.readManifests(ctx, run.Files); err != nil {
			return m, nil, err
		}
		m, err = w.resolveSecrets(ctx, run.Files, m)
		return m, nil, err
	}
	file, err := readPlan(options.Plan)
	if err != nil {
		return m, nil, err
	}
	if w.settings, err = w.app.settings(w.runOptions.approved(file)); err != nil {
		return m, nil, err
	}
	m, err = w.resolveSecrets(ctx, file.Files, manifests{file.Records, file.Findings})
	return m, &file, err
}

func (w *workspace) undoAgain(ctx context.Context, r *record, run schema.Run, saved journal.Saved, undoes string) error {
	undone, err := w.state.Load(ctx, undoes)
	if err != nil {
		return err
	}
	if err := r.log.Continue(ctx, saved, w.mask); err != nil {
		return err
	}
	return w.revert(ctx, r, run, undone)
}

const nothingToResume = "nothing to resume: no run was interrupted"

func (a *app) printNothingToResume() error {
	_, err := fmt.Fprintln(a.stdout, nothingToResume)
	return err
}

func (a *app) printEnded(run schema.Run) error {
	_, err := fmt.Fprintf(a.stdout, "run %s is finished; gijbulk report %s shows its results\n", run.ID, run.ID)
	return err
}

// resolveAgain gives the plan's records their secrets again: by their references, and
// literals from the manifest.
func (w *workspace) resolveAgain(ctx context.Context, run schema.Run, saved journal.Saved, files []string) (schema.Plan, error) {
	plan := saved.Plan
	plan.Actions = slices.Clone(plan.Actions)
	wants := make([]schema.Record, len(plan.Actions))
	for i, a := range plan.Actions {
		wants[i] = a.Want
	}
	if len(files) > 0 {
		if err := w.readLiterals(ctx, files, wants); err != nil {
			return plan, err
		}
	}
	resolver := secrets.Resolver{Env: w.lookupEnv, AllowCommands: w.settings.target.allowCommands}
	resolved := resolver.Resolve(ctx, wants)
	w.hide(resolved, w.target.secrets...)
	for i := range plan.Actions {
		a := &plan.Actions[i]
		open := a.Op.Writes() && slices.Contains([]schema.Status{schema.StatusUnprocessed, schema.StatusUnknown}, saved.Outcomes[i].Status)
		if open { // what has been sent needs no secret any more
			run.Findings = append(run.Findings, resolved[i].Findings[len(wants[i].Findings):]...)
		}
		a.Want = resolved[i]
		a.Changes = withSecrets(a.Changes, a.Want)
	}
	if len(run.Findings) == len(saved.Run.Findings) {
		return plan, nil
	}
	if err := w.printRefusal(run, len(wants)); err != nil {
		return plan, err
	}
	return plan, refusal(run.Findings[len(saved.Run.Findings):]).
		hinted("set the references, or name the files of the manifest: gijbulk resume %s FILE…", run.ID)
}

func withSecrets(changes []schema.Change, r schema.Record) []schema.Change {
	changes = slices.Clone(changes)
	for i := range changes {
		if _, hidden := changes[i].To.Secret(); hidden {
			changes[i].To = r.Get(changes[i].Field)
		}
	}
	return changes
}

// readLiterals takes literal secrets from the manifest's own files, by identity.
func (w *workspace) readLiterals(ctx context.Context, files []string, wants []schema.Record) error {
	byKey := make(map[schema.Key]schema.Record)
	r, err := w.manifestReader(w.manifest)
	if err != nil {
		return err
	}
	err = r.each(ctx, files, func(c checked) error {
		if c.record != nil {
			byKey[c.record.Key()] = *c.record
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i := range wants {
		again, found := byKey[wants[i].Key()]
		if !found {
			continue
		}
		for _, f := range []schema.Field{schema.FieldPassword, schema.FieldPat} {
			if s, hidden := again.Get(f).Secret(); hidden && s.Literal() && wants[i].Has(f) {
				wants[i] = wants[i].Set(f, again.Get(f))
			}
		}
	}
	return nil
}
