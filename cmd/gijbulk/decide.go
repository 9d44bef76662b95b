package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"gijbulk/importer/engine"
	"gijbulk/importer/journal"
	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// decided is a plan with what it was made from.
type decided struct {
	plan     schema.Plan
	findings []schema.Finding
	live     server

	unanswered   []string // what git hosts were asked about in vain
	nothingKnown bool     // about this Jira, from earlier runs
}

// decideRun decides what the run is to do about the manifests, and adds to it what was found on the
// way.
func (w *workspace) decideRun(ctx context.Context, run schema.Run, m manifests) (schema.Run, decided, error) {
	d, err := w.decide(ctx, run, m)
	if err != nil {
		return run, d, err
	}
	listed := planner.Listed{}
	if w.probing.on() {
		if d, listed, err = w.askAhead(ctx, d); err != nil {
			return run, d, err
		}
	}
	if d, err = w.withLosses(ctx, d, listed); err != nil {
		return run, d, err
	}
	w.logServer(run, d.live, m.kinds())
	if d.nothingKnown && !w.stateless() && sendsSecretsAgain(d.plan) {
		w.log.warn("no state for this Jira yet: all secrets will be sent")
	}
	run.Digest, run.Limits = d.plan.Digest(), w.limitsUsed(run, d)
	run.Findings = slices.Concat(m.allFindings(), d.findings, w.setsNotShared(m.records))
	return run, d, nil
}

// listTries is how many lists are read at most until two agree.
const listTries = 5

// decide reads the server and plans: the same for a dry run and for the run itself. Where something
// is to be created or deleted, another list has to agree with the one that the plan was made from: one alone
// does not prove that a record is not there, nor that one is as it was.
func (w *workspace) decide(ctx context.Context, run schema.Run, m manifests) (d decided, err error) {
	known := new(journal.Identities)
	if w.state != nil {
		if known, err = w.state.Identities(ctx, journal.TargetOf(run)); err != nil {
			return d, err
		}
	}
	expected := known.Expected(m.records)
	live, err := w.readServer(ctx, expected, m.kinds())
	if err != nil {
		return d, err
	}
	d = w.plan(run, m, live, known)
	for range listTries {
		switch waited, err := w.waitForEarlier(ctx, run, planner.Shard(d.plan, w.shard)); {
		case err != nil:
			return d, err
		case !waited && d.plan.Count(schema.OpCreate)+d.plan.Count(schema.OpDelete) == 0:
			return d, nil
		}
		live, d.live = server{}, server{} // only one list is held at a time
		if live, err = w.readServer(ctx, expected, m.kinds()); err != nil {
			return d, err
		}
		before := d.plan
		d = w.plan(run, m, live, known) // somebody may have renamed a record in between
		if slices.Equal(d.plan.Live, before.Live) && d.plan.Digest() == before.Digest() {
			return d, nil
		}
	}
	return d, errListsDiffer()
}

func errListsDiffer() error {
	return (&failure{code: exitTemporary, err: errors.New("the list of Jira was different each time it was read; nothing was sent")}).
		hinted("a node of the cluster may be behind, or others are at work: run the same command again later")
}

// withLosses adds to a plan what it takes away of nested repositories.
func (w *workspace) withLosses(ctx context.Context, d decided, listed planner.Listed) (decided, error) {
	if !slices.ContainsFunc(d.plan.Actions, func(a schema.Action) bool { return a.MayLose() }) {
		return d, nil
	}
	var err error
	if d.live, err = w.withNested(ctx, d.live); err != nil {
		return d, err
	}
	plan, findings := planner.Losses(d.plan, d.live.nested, listed)
	d.plan, d.findings = plan, append(d.findings, findings...)
	return d, nil
}

func (w *workspace) plan(run schema.Run, m manifests, live server, known *journal.Identities) decided {
	o := planner.Options{Target: run.Target, Select: w.selected.predicate(), Nested: live.nested, AllowDropped: w.allowDropped, Update: w.update,
		Prune: w.sync.prune, DeleteFiles: w.sync.deleteFiles, Resend: w.sync.resend, OnlySecrets: w.sync.onlySecrets, Known: known.Known}
	nothingKnown := known.Empty()
	if w.state != nil {
		known.Discard(live.records)
		known.Discard(live.nested)
		o.Sent = known
	}
	if !w.stateless() {
		o.Sets = known.Sets()
	}
	plan, findings := planner.Diff(m.records, live.records, o)
	switch chosen := w.selected.count(m.records); {
	case chosen == 0 && len(plan.Actions) == 0 && len(m.records) > 0:
		w.log.warn("the selection leaves none of the records", "records", len(m.records))
	case w.sync.onlySecrets && chosen > len(plan.Actions):
		w.log.warn("records that are not on the server are left out", "records", chosen-len(plan.Actions))
	}
	return decided{plan: plan, findings: append(findings, openToAll(plan)...), live: live, nothingKnown: nothingKnown}
}

// sendsSecretsAgain reports whether a secret is sent to a record that is on the server already.
func sendsSecretsAgain(plan schema.Plan) bool {
	return slices.ContainsFunc(plan.Actions, func(a schema.Action) bool {
		return a.Op == schema.OpUpdate && slices.ContainsFunc(a.Changes, func(c schema.Change) bool {
			_, secret := c.To.Secret()
			return secret && c.Unseen
		})
	})
}

// setsNotShared warns that others, who have another state, do not know the sets of the records.
func (w *workspace) setsNotShared(records []schema.Record) []schema.Finding {
	sets := schema.SetNames(records)
	if len(sets) == 0 {
		return nil
	}
	if w.stateless() {
		return []schema.Finding{schema.CodeSetNotShared.Newf(schema.Place{}, "", "%s: without a state sets are not recorded", namedSets(sets))}
	}
	if path, err := w.statePath(w.settings.state); err != nil || journal.IsDatabase(path) {
		return nil
	}
	return []schema.Finding{schema.CodeSetNotShared.Newf(schema.Place{}, "", "%s: sets are known to this state file only", namedSets(sets))}
}

func namedSets(sets []string) string {
	if len(sets) == 1 {
		return "set " + schema.Quote(sets[0])
	}
	return count(len(sets), "set")
}

// openToAll warns about creates that leave it to the server which projects see them.
func openToAll(plan schema.Plan) []schema.Finding {
	var open schema.OpenToAll
	for i := range plan.Actions {
		if a := &plan.Actions[i]; a.Op == schema.OpCreate {
			open.Add(a.Want)
		}
	}
	return open.Findings()
}

// waitForEarlier waits while the server may still be at work on what an earlier run sent: a create that the
// plan has again, or a change or deletion of one of its records.
func (w *workspace) waitForEarlier(ctx context.Context, run schema.Run, plan schema.Plan) (waited bool, err error) {
	if w.state == nil || w.dryRun {
		return false, nil
	}
	unsettled, err := w.state.Unsettled(ctx, journal.TargetOf(run))
	if err != nil {
		return false, err
	}
	creates, touched := make(map[schema.Key]bool), make(map[int64]bool)
	for i := range plan.Actions {
		if a := &plan.Actions[i]; a.Op == schema.OpCreate {
			creates[a.Want.Key()] = true
		} else {
			touched[a.Have.ID] = true
		}
	}
	var wait time.Duration
	var over []journal.Unsettled
	for _, u := range unsettled {
		o, err := readOptions(u.Run, u.Options)
		if err != nil {
			return false, err
		}
		if again := u.ID == 0 && creates[u.Key] || u.ID != 0 && touched[u.ID]; !again {
			continue
		}
		over = append(over, u)
		if left := max(w.recordedTimeout(o), w.settings.target.timeout) + engine.MaxIntentAge - u.Age; left > 0 {
			wait = max(wait, left)
			w.log.info("waiting: Jira may still be at work on what an earlier run sent", "run", u.Run, "record", u.Key.String(), "for", (left + w.settle).Round(time.Second))
		}
	}
	if wait > 0 {
		w.waiting.Start(w.now(), wait+w.settle)
		pause, stop := context.WithTimeout(ctx, wait+w.settle)
		defer stop()
		<-pause.Done()
	}
	return wait > 0, cmp.Or(context.Cause(ctx), w.state.MarkOver(ctx, over))
}
