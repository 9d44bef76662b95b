package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gijbulk/importer/journal"
	"gijbulk/importer/secrets"
	"gijbulk/schema"
)

// addGoingOn adds what a job has that goes on with, or takes back, another.
func (o *jobOptions) addGoingOn(f *pflag.FlagSet) {
	o.target.addFlags(f)
	o.state.addFlags(f)
	o.addRunning(f)
}

func (a *app) resumeCommand() *cobra.Command {
	var o jobOptions
	cmd := &cobra.Command{
		Use:   "resume RUN [FILE…]",
		Short: "Go on with a run that was interrupted",
		Long: `Go on with a run that was interrupted, killed or stopped by a limit, under its own id
and with the options it was given; flags override them. What became of writes whose
answers were lost is found out first. RUN is an id of gijbulk runs, or last.

Secrets are looked up again by their references. A run whose manifest had secrets
written out needs its files: gijbulk resume RUN FILE…

` + exitHelp,
		Example: "  gijbulk resume last\n  gijbulk resume 20260102-030405-a1b2c3 integrations.csv",
		Args: func(cmd *cobra.Command, args []string) error {
			return needRun(cmd, args[:min(len(args), 1)])
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.resume(cmd.Context(), args[0], args[1:], &o)
		},
	}
	o.addGoingOn(cmd.Flags())
	cmd.Flags().BoolVar(&o.allowCommands, "allow-commands", false, "cmd: references of the manifest may run commands")
	return cmd
}

func (a *app) resume(ctx context.Context, id string, files []string, o *jobOptions) (err error) {
	state, saved, err := a.load(ctx, o.state, id)
	if err != nil {
		return err
	}
	if saved.Run.Complete {
		_, err := fmt.Fprintf(a.stdout, "run %s has ended by itself; gijbulk report %s shows what became of it\n", saved.Run.ID, saved.Run.ID)
		return firstError(err, state.Close())
	}
	if err := state.Close(); err != nil { // it is opened again under the lock
		return err
	}
	if err := a.restoreFlags(saved.Options); err != nil {
		return err
	}
	t, err := a.connect(o.target, false, 1)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, t.close()) }()
	a.hide(nil, t.secrets...)
	j := &job{app: a, options: *o, target: t, run: saved.Run, planned: saved.Plan, outcomes: saved.Outcomes}
	defer func() { err = firstError(err, j.leave()) }()
	if err := j.enter(ctx); err != nil {
		return err
	}
	if j.run.Target != saved.Run.Target || j.state == nil {
		return usage("run %s was on %s, not on %s", saved.Run.ID, saved.Run.Target, j.run.Target)
	}
	if err := j.equip(ctx, files); err != nil {
		return err
	}
	saved.Plan, saved.Run.Complete = j.planned, false
	log, err := j.state.Continue(ctx, saved, j.mask)
	if err != nil {
		return err
	}
	return j.conclude(ctx, log, j.goOn)
}

// keptOptions are the flags that were given, for a resume.
func (a *app) keptOptions() ([]byte, error) {
	given := make(map[string]string)
	a.command.Flags().Visit(func(f *pflag.Flag) { given[f.Name] = f.Value.String() })
	return json.Marshal(given)
}

// restoreFlags sets the flags that the interrupted run was given and this command was
// not.
func (a *app) restoreFlags(options []byte) error {
	var given map[string]string
	if len(options) == 0 {
		return nil
	}
	if err := json.Unmarshal(options, &given); err != nil {
		return fmt.Errorf("the options of the run cannot be read: %w", err)
	}
	for name, value := range given {
		if f := a.command.Flags().Lookup(name); f == nil || f.Changed || name == "state" || name == "output" {
			continue
		}
		if err := a.command.Flags().Set(name, value); err != nil {
			return fmt.Errorf("the option --%s of the run: %w", name, err)
		}
	}
	return nil
}

// equip gives the plan's records their secrets again: by their references, and those
// that were written out from the manifest.
func (j *job) equip(ctx context.Context, files []string) error {
	wants := make([]schema.Record, len(j.planned.Actions))
	for i, a := range j.planned.Actions {
		wants[i] = a.Want
	}
	if len(files) > 0 {
		if err := j.literals(ctx, files, wants); err != nil {
			return err
		}
	}
	resolver := secrets.Resolver{Env: j.lookupEnv, AllowCommands: j.options.allowCommands}
	resolved, findings := resolver.Resolve(ctx, wants)
	j.hide(resolved, j.target.secrets...)
	open := make(map[schema.Place]bool)
	for i := range j.planned.Actions {
		a := &j.planned.Actions[i]
		a.Want = resolved[i]
		for c := range a.Changes {
			if _, hidden := a.Changes[c].To.Secret(); hidden {
				a.Changes[c].To = a.Want.Get(a.Changes[c].Field)
			}
		}
		j.outcomes[i].Action = *a
		if s := j.outcomes[i].Status; a.Op.Writes() && (s == schema.StatusUnprocessed || s == schema.StatusUnknown) {
			open[placeOf(a.Want.Place)] = true
		}
	}
	// What has been sent needs no secret any more.
	findings = slices.DeleteFunc(findings, func(f schema.Finding) bool { return !open[placeOf(f.Place)] })
	if len(findings) == 0 {
		return nil
	}
	j.run.Findings = append(j.run.Findings, findings...)
	if err := j.tellFindings(); err != nil {
		return err
	}
	return (&failure{code: exitManifest, err: fmt.Errorf("%s; nothing was sent", count(len(findings), "error"))}).
		hinted("set the references, or name the files of the manifest: gijbulk resume %s FILE…", j.run.ID)
}

// placeOf is a record's place without its column.
func placeOf(p schema.Place) schema.Place { return schema.Place{File: p.File, Record: p.Record} }

// literals takes secrets that were written out from the manifest's own files, by
// identity.
func (j *job) literals(ctx context.Context, files []string, wants []schema.Record) error {
	l := &loader{stdin: j.stdin}
	byKey := make(map[schema.Key]schema.Record)
	_, err := l.each(ctx, files, func(c checked) error {
		if c.record != nil {
			byKey[c.record.Key()] = *c.record
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, w := range wants {
		again, ok := byKey[w.Key()]
		if !ok {
			continue
		}
		for _, f := range []schema.Field{schema.FieldPassword, schema.FieldPat} {
			if s, hidden := again.Get(f).Secret(); hidden && s.Literal() && w.Has(f) {
				wants[i] = wants[i].Set(f, again.Get(f))
			}
		}
	}
	return nil
}

// keep makes the run durable, with its plan, before the first write.
func (j *job) keep(ctx context.Context) (*journal.Log, error) {
	if j.state == nil {
		return nil, nil
	}
	options, err := j.keptOptions()
	if err != nil {
		return nil, err
	}
	return j.state.Start(ctx, j.run, j.planned, options, j.mask)
}
