package main

import (
	"time"

	"github.com/spf13/pflag"

	"gijbulk/importer/engine"
	"gijbulk/importer/planner"
	"gijbulk/reports"
	"gijbulk/schema"
)

// runOptions are the options of import, sync, audit, resume and undo.
type runOptions struct {
	manifest    manifestOptions
	selection   selectionOptions
	target      targetOptions
	state       stateOptions
	sync        syncOptions
	limits      limitOptions
	waves       waveOptions
	report      reportOptions
	probing     probeOptions
	update      bool // what differs is updated
	dryRun, yes bool
	full        bool // a plan is shown whole
	indexing    bool // indexing errors are drift
	skipInvalid bool

	removeDuplicates bool
	allowDropped     bool
	expectPlan       string
	concurrency      int
	settle           time.Duration
}

// addFlags adds what every command that reads manifests and a server has.
func (o *runOptions) addFlags(f *pflag.FlagSet) {
	o.manifest.addFlags(f)
	o.selection.addFlags(f)
	o.addReading(f)
}

func (o *runOptions) addReading(f *pflag.FlagSet) {
	o.target.addFlags(f)
	o.state.addFlags(f)
	addMetricsFlag(f)
	f.BoolVar(&o.skipInvalid, "skip-invalid", false, "send the valid records even if others have errors; those go to failed.csv")
	f.BoolVar(&o.allowDropped, "allow-dropped-types", false, "create records of types that the vendor no longer supports")
}

func (o *runOptions) addShowing(f *pflag.FlagSet) {
	f.BoolVar(&o.full, "full", false, "show the whole plan; without it a terminal shows twenty actions of a kind, and counts the rest")
}

func (o *runOptions) addAsking(f *pflag.FlagSet) {
	f.BoolVar(&o.dryRun, "dry-run", false, "show the plan and stop; only reads are sent")
	o.addShowing(f)
	f.BoolVarP(&o.yes, "yes", "y", false, "do not ask for confirmation; required without a terminal")
}

func (o *runOptions) addRunning(f *pflag.FlagSet) {
	o.limits.addFlags(f)
	o.waves.addFlags(f)
	f.IntVar(&o.concurrency, "concurrency", 4, "at most this many writes at once")
	f.DurationVar(&o.settle, "settle", 10*time.Second, "how long to wait before looking for writes whose answers were lost")
	o.report.addFlags(f)
}

// addWriting adds what only a command has that writes what a manifest says.
func (o *runOptions) addWriting(f *pflag.FlagSet) {
	o.addAsking(f)
	o.probing.addFlags(f)
	o.addRunning(f)
	o.addRemoving(f)
	f.StringVar(&o.expectPlan, "expect-plan", "", "continue only if the plan has this `DIGEST` (sha256:…) of a dry run")
}

func (o *runOptions) addRemoving(f *pflag.FlagSet) {
	f.BoolVar(&o.removeDuplicates, "remove-duplicates", false, "delete duplicates that the server made of one create, if all fields are equal, and keep one")
}

// addContinuing adds what a command has that continues, or undoes, a run.
func (o *runOptions) addContinuing(f *pflag.FlagSet) {
	o.target.addFlags(f)
	o.state.addFlags(f)
	o.addRunning(f)
	addMetricsFlag(f)
}

// settings are options that have been checked and parsed, once.
type settings struct {
	runOptions
	selected selection
	shard    schema.Shard
	safety   planner.SafetyLimits
	losses   planner.LossLimit
	early    engine.Limits
	wanted   []reports.Wanted // further reports
}

func (a *app) settings(o runOptions) (s settings, err error) {
	s.runOptions = o
	if err := o.check(); err != nil {
		return s, err
	}
	if s.selected, err = o.selection.parse(); err != nil {
		return s, err
	}
	if s.shard, err = o.selection.parseShard(); err != nil {
		return s, err
	}
	if s.wanted, err = a.wantedReports(o.report); err != nil {
		return s, err
	}
	if o.update && o.sync.limited() {
		if s.safety, err = o.sync.safetyLimits(); err != nil {
			return s, err
		}
		if s.losses, err = o.sync.lossLimit(); err != nil {
			return s, err
		}
		s.losses.Probed = o.probing.on()
	}
	if !o.dryRun {
		s.early, err = o.limits.parse(o.waves)
	}
	return s, err
}

func (o runOptions) check() error {
	s := o.selection
	switch {
	case o.concurrency < 1 && !o.dryRun:
		return usage("--concurrency %d is below 1", o.concurrency)
	case o.settle < 0:
		return usage("--settle %s is below 0", o.settle)
	case o.sync.prune && (s.match != "" || len(s.types) > 0 || len(s.waves) > 0 || s.limit > 0):
		return usage("--prune applies to all of the manifest: not with --match, --type, --wave or --limit")
	case o.sync.prune && o.skipInvalid:
		return usage("--prune and --skip-invalid exclude each other: what belongs to a record with errors could be deleted")
	case o.sync.prune && o.sync.onlySecrets:
		return usage("--prune and --only-secrets exclude each other: a rotation of secrets deletes nothing")
	case o.sync.deleteFiles && !o.sync.prune:
		return usage("--delete-files needs --prune")
	}
	return nil
}

// reporting is whether single records are reported: of a dry run only where that was
// asked for.
func (s settings) reporting() bool {
	return !s.dryRun || s.report.dir != "" || len(s.wanted) > 0
}
