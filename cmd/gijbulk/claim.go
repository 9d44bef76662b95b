package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"gijbulk/cmd/gijbulk/config"
	"gijbulk/cmd/gijbulk/terminal"
	"gijbulk/importer/journal"
	"gijbulk/reports"
)

// claimFlag names the job whose processes share a fleet.
const claimFlag = "claim"

const (
	// claimInterval is the time between two looks at what other processes have left.
	claimInterval = time.Second

	// claimAge is how late a process may come to a fleet that has ended. After that, its id is taken for one
	// that each night's job gives.
	claimAge = 12 * time.Hour
)

func (a *app) checkClaim(cmd *cobra.Command) error {
	id := cmd.Flags().Lookup(claimFlag)
	state, err := a.statePath(stateOptions{path: cmd.Flags().Lookup("state").Value.String()})
	switch {
	case err != nil:
		return err
	case strings.TrimSpace(id.Value.String()) == "":
		return usage("--%s is empty", claimFlag).hinted("give it the name of the job, or the id of the pipeline")
	case flagIsSet(cmd.Flags(), "dry-run"):
		return usage("--%s and --dry-run exclude each other", claimFlag)
	case !journal.IsDatabase(state):
		return usage("--%s needs a state that all processes share, and %s is for one machine", claimFlag, state).hinted("--state postgres://USER@HOST/DATABASE")
	}
	return nil
}

// claimant is a process that shares a fleet with others.
type claimant struct {
	*app
	cmd    *cobra.Command
	state  *journal.Journal
	claim  *journal.Claim
	report *fleetReport

	mu  sync.Mutex
	own map[string]*member // whose results this process has recorded, by target
}

// claimFleet does the command on those targets that no other process works on, until all have ended.
func (a *app) claimFleet(ctx context.Context, cmd *cobra.Command, report *fleetReport, atOnce int) (err error) {
	a.reportedElsewhere = true
	c := &claimant{app: a, cmd: cmd, report: report, own: make(map[string]*member)}
	if c.state, err = a.openState(stateOptions{path: cmd.Flags().Lookup("state").Value.String()}, true); err != nil {
		return err
	}
	defer func() { err = firstError(err, c.state.Close()) }()
	if err := c.join(ctx); err != nil {
		return err
	}
	defer func() { err = firstError(err, c.claim.Close()) }()
	counter := terminal.StartCounter(a.progressOptions(), len(a.fleet))
	pool, taking := errgroup.WithContext(ctx)
	for range min(atOnce, len(a.fleet)) {
		pool.Go(func() error { return c.work(ctx, taking, counter) })
	}
	err = pool.Wait()
	counter.Stop()
	if signal, stopped := errors.AsType[interrupted](context.Cause(ctx)); stopped && err != nil {
		return (&failure{code: signal.code(), err: signal}).hinted("other processes with the same --%s continue, or run the same command again", claimFlag)
	}
	if err != nil {
		return err
	}
	return c.finish(ctx)
}

func (c *claimant) join(ctx context.Context) (err error) {
	id, work := c.cmd.Flags().Lookup(claimFlag).Value.String(), "gijbulk "+c.cmd.Name()+" --"+targetFlag+" "+strings.Join(c.report.names, ",")
	if c.claim, err = c.state.Claim(ctx, id, work, c.report.names); err != nil {
		return err
	}
	c.report.info.Claim, c.report.info.Started = id, c.claim.Started
	end, err := c.claim.Ended(ctx)
	switch {
	case err != nil:
	case c.claim.Work != work:
		err = usage("--%s %s belongs to %s, not to %s", claimFlag, id, c.claim.Work, work).hinted("give each job an id of its own, and all its processes the same command and configuration")
	case !end.At.IsZero() && c.now().Sub(end.At) > claimAge:
		err = usage("--%s %s ended at %s; nothing was sent", claimFlag, id, end.At.Format(time.RFC3339)).hinted("give each job an id of its own, such as that of its pipeline")
	}
	if err != nil {
		return errors.Join(err, c.claim.Close())
	}
	return nil
}

// work takes targets until all have ended, or taking ends because another worker has failed.
func (c *claimant) work(ctx, taking context.Context, counter *terminal.Counter) error {
	for {
		next, open, err := c.claim.Next(taking)
		switch {
		case err != nil:
			return err
		case next != nil:
			err = c.workOn(ctx, *next)
		case open > 0:
			err = pause(taking)
		default:
			return nil
		}
		if err != nil {
			return err
		}
		counter.Set(len(c.report.names) - open)
	}
}

func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(claimInterval):
		return nil
	}
}

// workOn does the command on a target. What a dying process, or one without its database, could not
// finish is left to the next.
func (c *claimant) workOn(ctx context.Context, t journal.Claimed) error {
	m, run, err := c.member(ctx, t)
	if err != nil {
		return err
	}
	if m.finished == nil {
		m.run(ctx, c.args)
	}
	state, _ := errors.AsType[*journal.Error](m.failed)
	held, _ := errors.AsType[*journal.Held](m.failed)
	switch {
	case m.exit == exitInterrupted || m.exit == exitTerminated:
		return cmp.Or(context.Cause(ctx), m.failed)
	case state != nil && (state.Kind == journal.KindConnection || state.Kind == journal.KindLockLost):
		return m.failed
	case held != nil && (held.Holder.Run == run || held.Holder.Run == t.Run): // by the process that had it before
		return cmp.Or(pause(ctx), c.claim.Leave(ctx, t.Target))
	}
	recorded, err := json.Marshal(m.result())
	if err == nil {
		err = c.claim.End(ctx, t.Target, string(recorded))
	}
	if err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.own[t.Target] = m
	return nil
}

// member is what works on a target: it continues the run of a process that has died, or begins one. A run
// that had only not been reported is not continued.
func (c *claimant) member(ctx context.Context, t journal.Claimed) (m *member, run string, err error) {
	i := slices.IndexFunc(c.fleet, func(one config.Target) bool { return one.Name == t.Target })
	m = c.newMember(c.fleet[i], c.report.dir)
	header, err := c.state.Header(ctx, t.Run)
	none, _ := errors.AsType[*journal.NoRun](err)
	switch {
	case none != nil || err == nil && header.State == journal.StateRefused: // nothing was sent
		run = c.runID(c.now().UTC())
		m.newRunID = func(time.Time) string { return run }
		return m, run, c.claim.Begin(ctx, t.Target, run)
	case err != nil:
		return nil, "", err
	case header.Run.Complete:
		if err := c.restore(ctx, m, t.Run); err != nil {
			return nil, "", err
		}
		m.exit, _ = codeOf(verdict(m.finished.outcomes, nil))
		return m, t.Run, nil
	}
	c.log.info("continuing the run of another process", "target_name", t.Target, "run", t.Run, "host", header.Run.Host)
	m.resumes = t.Run
	return m, t.Run, nil
}

// finish writes the report over all targets, unless another process does, and says how they ended.
func (c *claimant) finish(ctx context.Context) error {
	all, err := c.claim.Targets(ctx)
	if err != nil {
		return err
	}
	for _, t := range all {
		var result reports.TargetInfo
		if err := json.Unmarshal([]byte(t.Result), &result); err != nil {
			return err
		}
		result.Report = "" // a path in the folder of that process
		c.report.results[t.Target] = result
		if m := c.own[t.Target]; m != nil {
			c.members = append(c.members, m)
		}
	}
	for {
		end, err := c.claim.Finish(ctx, func() (string, error) { return c.writeReport(ctx) })
		if err != nil {
			return err
		}
		if !end.At.IsZero() {
			c.report.info.Ended = end.At
			fleet := c.report.fleet()
			return cmp.Or(c.printFleet(c.cmd, fleet, end.Report), said(fleet.Fleet.Exit))
		}
		if err := pause(ctx); err != nil {
			return err
		}
	}
}

// writeReport writes the reports over all targets, and those of each that another process has worked on. It
// returns where they are.
func (c *claimant) writeReport(ctx context.Context) (where string, err error) {
	c.members = nil
	for _, t := range c.fleet {
		m := c.own[t.Name]
		if m == nil {
			if m, err = c.otherMember(ctx, t); err != nil {
				return "", err
			}
		}
		c.members = append(c.members, m)
		c.report.results[t.Name] = m.result()
	}
	if _, err := c.report.end(c.now().UTC()); err != nil {
		return "", err
	}
	c.reportedElsewhere = false
	path, err := filepath.Abs(filepath.Join(c.report.dir, reports.ReportName))
	return hostName() + ":" + path, err
}

// otherMember is what another process was that has worked on a target.
func (c *claimant) otherMember(ctx context.Context, t config.Target) (*member, error) {
	m, recorded := c.newMember(t, c.report.dir), c.report.results[t.Name]
	m.ended = c.now()
	m.exit, m.answer, m.complaint = recorded.Exit, recorded.Said, recorded.Error
	if recorded.Run == "" {
		return m, nil
	}
	return m, c.restore(ctx, m, recorded.Run)
}

// restore makes of a member what it is after it has worked on a run, from the state, and writes its reports.
func (c *claimant) restore(ctx context.Context, m *member, id string) error {
	saved, err := c.state.Load(ctx, id)
	if err != nil {
		return err
	}
	run := saved.Run
	run.Nested = saved.Plan.NestedAfter(saved.Outcomes, run.Complete)
	m.finished = &finished{run: run, plan: saved.Plan, outcomes: saved.Outcomes}
	m.started, m.ended, m.reached = run.Started, cmp.Or(run.Ended, c.now()), run.Target
	m.traffic.resume(run.Timeline)
	m.log = c.log
	wanted, err := m.wantedReports(reportOptions{wanted: c.report.given.ofTarget(), overwrite: true})
	if err != nil {
		return err
	}
	m.finished.written, err = reports.WriteAll(m.dir, run, m.finished.results(), m.mask, wanted...)
	return err
}
