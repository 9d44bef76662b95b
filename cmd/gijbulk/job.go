package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"gijbulk/importer/journal"
	"gijbulk/importer/planner"
	"gijbulk/importer/secrets"
	"gijbulk/reports"
	"gijbulk/schema"
)

// job is one import, sync or audit on its way from manifest to report.
type job struct {
	*app
	options  jobOptions
	target   *target
	state    *journal.Journal // nil: the run is kept nowhere
	log      *journal.Log     // nil: the run is kept nowhere
	release  func() error     // gives the target back; nil: it was not taken
	run      schema.Run
	records  []schema.Record
	live     map[schema.Kind]int // how many are on the server, of the kinds that were read
	planned  schema.Plan         // this process's part of it
	outcomes []schema.Outcome    // by the action's N
	wanted   []reports.Wanted    // further reports
}

func (a *app) newJob(command string, files []string, o jobOptions, t *target) *job {
	started := a.now().UTC()
	a.traffic.goOn(schema.Timeline{Start: started})
	a.job = &job{app: a, options: o, target: t, run: schema.Run{
		ID: newRunID(started), Command: command, Version: buildVersion(), Target: t.client.BaseURL(),
		Files: files, Started: started, DryRun: o.dryRun,
	}}
	return a.job
}

// newRunID sorts by time; its tail keeps two runs of one second apart.
func newRunID(started time.Time) string {
	tail := make([]byte, 3)
	_, _ = rand.Read(tail)
	return started.Format("20060102-150405-") + hex.EncodeToString(tail)
}

// read checks the manifests and resolves the secrets.
func (j *job) read(ctx context.Context) error {
	l, err := j.options.manifest.loader(j.stdin)
	if err != nil {
		return err
	}
	l.noCells = !j.reporting()
	if l.chosen, err = j.options.selection.selector(); err != nil {
		return err
	}
	var records []*schema.Record
	twins, err := l.each(ctx, j.run.Files, func(c checked) error {
		j.run.Findings = append(j.run.Findings, c.findings...)
		if c.isRecord() {
			records = append(records, c.record)
		}
		return nil
	})
	if err != nil {
		return err
	}
	j.records = make([]schema.Record, len(records)) // a large slice that grows would be there twice
	for i, r := range records {
		j.records[i] = *r
	}
	j.fault(slices.Collect(twins))
	resolver := secrets.Resolver{Env: j.lookupEnv, AllowCommands: j.options.allowCommands, Lenient: j.options.dryRun}
	resolved, findings := resolver.Resolve(ctx, j.records)
	j.hide(resolved, j.target.secrets...)
	j.records = resolved
	j.fault(findings)
	j.app.log.info("manifest checked", "files", len(j.run.Files), "records", len(j.records), "findings", len(j.run.Findings))
	return firstError(context.Cause(ctx), j.identify())
}

// fault adds findings about records, and lets the records know of the errors.
func (j *job) fault(findings []schema.Finding) {
	if len(findings) == 0 {
		return
	}
	type where struct {
		file   string
		record int
	}
	byPlace := make(map[where]int, len(j.records))
	for i, r := range j.records {
		byPlace[where{r.Place.File, r.Place.Record}] = i
	}
	faults := make(map[int][]schema.Finding)
	for _, f := range findings {
		if i, ok := byPlace[where{f.Place.File, f.Place.Record}]; ok && f.Level == schema.LevelError {
			faults[i] = append(faults[i], f)
		}
	}
	for i, all := range faults {
		j.records[i] = j.records[i].WithFaults(all...)
	}
	j.run.Findings = append(j.run.Findings, findings...)
}

// plan reads the server and decides what is to be done.
func (j *job) plan(ctx context.Context) error {
	live, inside, err := j.readLive(ctx, slices.Sorted(maps.Keys(schema.CountKinds(j.records))))
	if err != nil {
		return err
	}
	if err := j.resolveProjects(ctx); err != nil {
		return err
	}
	options, err := j.diffOptions(ctx)
	if err != nil {
		return err
	}
	options.Inside = inside
	giveBack()
	plan, findings := planner.Diff(j.records, live, options)
	giveBack()
	j.planned, j.run.Digest = plan, plan.Digest()
	j.run.Findings = append(j.run.Findings, findings...)
	if len(plan.Actions) == 0 && len(j.records) > 0 {
		j.app.log.warn("the selection leaves none of the records", "records", len(j.records))
	}
	return nil
}

// readLive reads what is on the server of these kinds, and with repositories those inside
// integrations.
func (j *job) readLive(ctx context.Context, kinds []schema.Kind) ([]schema.Record, []schema.Tracked, error) {
	live, inside, err := j.target.client.Read(ctx, kinds...)
	if err != nil {
		return nil, nil, err
	}
	j.live = schema.CountKinds(live)
	said := []any{"target", j.run.Target, "user", j.run.User}
	for _, kind := range kinds {
		said = append(said, kind.Plural(), j.live[kind])
	}
	j.app.log.info("server read", said...)
	return live, inside, nil
}

// diffOptions are the same for a dry run and for the run itself.
func (j *job) diffOptions(ctx context.Context) (o planner.Options, err error) {
	o = planner.Options{Target: j.run.Target, Update: j.options.update, Prune: j.options.sync.prune,
		DeleteFiles: j.options.sync.deleteFiles, Resend: j.options.sync.resend}
	if o.Select, err = j.options.selection.selector(); err != nil || j.state == nil {
		return o, err
	}
	if o.Known, err = j.state.IDs(ctx, j.run.Target); err != nil {
		return o, err
	}
	sent, err := j.state.Sent(ctx, j.run.Target)
	o.Sent = memory{sent}
	return o, err
}

// guard holds the whole plan against the rails.
func (j *job) guard() error {
	o := j.options
	if o.expectPlan != "" && o.expectPlan != j.run.Digest {
		return &failure{code: exitRail, err: fmt.Errorf("the plan is another than was expected: %s; nothing was sent", j.run.Digest),
			hint: "look at the plan again with --dry-run"}
	}
	if sources := planner.EraseSource(j.planned); len(sources) > 0 {
		return &failure{code: exitRail, err: fmt.Errorf("--delete-files would erase %s; nothing was sent", source(sources[0].Have)),
			hint: "leave --delete-files out"}
	}
	if o.update && !o.sync.force {
		rails, err := o.sync.rails()
		if err != nil {
			return err
		}
		if err := planner.Guard(j.planned, j.live, rails); err != nil {
			return (&failure{code: exitRail, err: fmt.Errorf("%w; nothing was sent", err)}).
				hinted("look at the plan with --dry-run; if it is right, raise the limit or give --force")
		}
	}
	return nil
}

// source names what the deletion of a live record with its files would erase.
func source(live schema.Record) string {
	if live.Kind() == schema.KindRepository {
		return fmt.Sprintf("the repository %s itself, whose absoluteRoot is not false", live.Origin())
	}
	return fmt.Sprintf("the repositories of the tracked folder %s itself", live.Origin())
}

// resolveProjects turns project keys into ids, where any are named.
func (j *job) resolveProjects(ctx context.Context) error {
	if !slices.ContainsFunc(j.records, func(r schema.Record) bool { return r.Has(schema.FieldProjects) }) {
		return nil
	}
	ids, err := j.target.client.Projects(ctx)
	if err != nil {
		return err
	}
	var findings []schema.Finding
	for i, r := range j.records {
		resolved, unknown := schema.ResolveProjects(r, ids)
		j.records[i] = resolved
		findings = append(findings, unknown...)
	}
	j.fault(findings)
	return nil
}

// refuses reports whether the manifest's errors stand in the way. With --skip-invalid
// those of records do not, but those of whole files still do.
func (j *job) refuses() bool {
	return slices.ContainsFunc(j.run.Findings, func(f schema.Finding) bool {
		return f.Level == schema.LevelError && (!j.options.skipInvalid || f.Place.Record == 0)
	})
}

// refuse tells what is wrong with the manifest and ends the run before anything was
// sent.
func (j *job) refuse() error {
	if j.planned.Actions == nil {
		// Without the server's list nobody knows which records are creates: all that
		// a create would lack is told in one go.
		for _, r := range j.records {
			j.run.Findings = append(j.run.Findings, r.CreateNeeds()...)
		}
	}
	j.run.Why = "the manifest has errors; nothing was sent"
	j.outcomes = nil
	for r := range j.mine() {
		j.outcomes = append(j.outcomes, onlyChecked(len(j.outcomes), r, append(slices.Clip(r.Faults()), r.CreateNeeds()...)))
	}
	if err := j.tellRefusal(); err != nil {
		return err
	}
	if err := j.writeReports(); err != nil {
		return err
	}
	fail := &failure{code: exitManifest, err: fmt.Errorf("%s; nothing was sent", count(errorsIn(j.run.Findings), "error"))}
	return fail.hinted("mend the manifest, or send the good records with --skip-invalid; gijbulk validate --explain CODE tells more")
}

// onlyChecked is the outcome of a record about which nothing more was decided than whether it
// has faults of its own.
func onlyChecked(n int, r schema.Record, faults []schema.Finding) schema.Outcome {
	o := schema.Outcome{Action: schema.Action{N: n, Op: schema.OpValid, Want: r}, Status: schema.StatusUnprocessed}
	if len(faults) > 0 {
		o.Action.Op = schema.OpInvalid
		o.Status, o.Error, o.Advice = schema.StatusFailed, faults[0].Message, faults[0].Advice
	}
	return o
}

func errorsIn(findings []schema.Finding) int {
	n := 0
	for _, f := range findings {
		if f.Level == schema.LevelError {
			n++
		}
	}
	return n
}

// tellFindings prints what was found, on standard error. Programs get the plan or the
// outcomes on standard output, and find these in report.json.
func (j *job) tellFindings() error {
	told := j.run.Findings
	if j.logging.quiet {
		told = slices.DeleteFunc(slices.Clone(told), func(f schema.Finding) bool { return f.Level != schema.LevelError })
	}
	_, err := reports.FindingsText(j.screen, reports.MaskedFindings(slices.Values(told), j.mask), j.page(j.stderrIsTerminal))
	return err
}

// tellRefusal prints what was found where nothing else comes of the run: programs get that
// on standard output.
func (j *job) tellRefusal() error {
	if !j.json() {
		return j.tellFindings()
	}
	_, err := reports.FindingsJSON(j.stdout, reports.MaskedFindings(slices.Values(j.run.Findings), j.mask), func() int { return len(j.records) })
	return err
}

// show prints the plan of a dry run.
func (j *job) show() error {
	if err := j.tellFindings(); err != nil {
		return err
	}
	_, j.run.Writes = j.target.client.Requests()
	plan := reports.MaskedPlan(j.planned, j.mask)
	var err error
	if j.json() {
		err = reports.PlanJSON(j.stdout, j.run, plan)
	} else {
		err = reports.PlanText(j.stdout, j.run, plan, j.planPage(j.stdoutIsTerminal))
	}
	if err != nil {
		return err
	}
	j.run.Complete = true
	if err := j.writeReports(); err != nil {
		return err
	}
	for _, a := range j.planned.Actions {
		if a.Drifts() {
			return said(exitDrift)
		}
	}
	return nil
}

// abandon ends a run that failed before its plan was made: every record is
// unprocessed, and the reports say why. It can be resumed.
func (j *job) abandon(ctx context.Context, cause error) error {
	j.run.Why = cause.Error()
	for r := range j.mine() {
		j.outcomes = append(j.outcomes, schema.Outcome{Action: schema.Action{N: len(j.outcomes), Op: schema.OpCreate, Want: r}, Status: schema.StatusUnprocessed})
	}
	written := firstError(j.writeReports(), j.finish(ctx, j.run))
	return cmp.Or(written, cause)
}

// reportDir is where the reports go.
func (j *job) reportDir() string {
	return cmp.Or(j.options.report.dir, filepath.Join("gijbulk-reports", j.run.ID))
}
