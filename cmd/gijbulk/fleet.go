package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

	"gijbulk/cmd/gijbulk/config"
	"gijbulk/cmd/gijbulk/terminal"
	"gijbulk/reports"
	"gijbulk/schema"
)

// atOnceFlag is how many targets of a fleet are worked on at once. Only commands that take a fleet
// have it.
const atOnceFlag = "targets-at-once"

// onFleet lets a command run on several targets: on each as if that were named alone.
func (a *app) onFleet(cmd *cobra.Command) *cobra.Command {
	one := cmd.RunE
	cmd.Flags().Int(atOnceFlag, 4, "with several targets: work on at most this many at once")
	cmd.Flags().Lookup(targetFlag).Usage = "`NAME` of a target in the configuration, several separated by commas, or all: its Jira, credentials, manifests and overrides (JIRA_URL, JIRA_TOKEN and their like are ignored)"
	if cmd.Flags().Lookup("yes") != nil {
		cmd.Flags().String(claimFlag, "", "`ID` of a job: processes with the same ID, on any machine, share the targets; needs the state in PostgreSQL")
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		switch {
		case len(a.fleet) > 0:
			return a.runFleet(cmd.Context(), cmd)
		case cmd.Flags().Changed(claimFlag) && a.member == nil:
			return usage("--%s shares several targets among processes", claimFlag).hinted("--%s all", targetFlag)
		}
		return one(cmd, args)
	}
	return cmd
}

func (a *app) chooseFleet(cmd *cobra.Command, c config.Config, name string) ([]config.Target, error) {
	if cmd.Flags().Lookup(atOnceFlag) == nil {
		return nil, usage("%s works on one target, and --%s names several", cmd.CommandPath(), targetFlag)
	}
	if name == config.All {
		if len(c.Targets) == 0 {
			_, err := a.chooseTarget(c, name)
			return nil, err
		}
		return c.Targets, nil
	}
	var fleet []config.Target
	for _, one := range strings.Split(name, ",") {
		t, err := a.chooseTarget(c, one)
		switch {
		case err != nil:
			return nil, err
		case slices.ContainsFunc(fleet, func(other config.Target) bool { return other.Name == one }):
			return nil, usage("--%s names %s twice", targetFlag, one)
		}
		fleet = append(fleet, *t)
	}
	return fleet, nil
}

func namesSeveral(name string) bool { return name == config.All || strings.Contains(name, ",") }

func (a *app) checkFleet(cmd *cobra.Command) error {
	flag := func(name string) string {
		if f := cmd.Flags().Lookup(name); f != nil {
			return f.Value.String()
		}
		return ""
	}
	atOnce, _ := strconv.Atoi(flag(atOnceFlag))
	switch {
	case atOnce < 1:
		return usage("--%s %d is below 1", atOnceFlag, atOnce)
	case slices.Contains(cmd.Flags().Args(), "-"):
		return usage("standard input can be read for one target only").hinted("write the manifest to a file")
	case flag("out") != "":
		return usage("--out is for the plan of one target").hinted("make a plan for each: --%s NAME --out FILE", targetFlag)
	case flag("yes") == "false" && flag("dry-run") == "false":
		return (&failure{code: exitUnsafe, err: errors.New("several targets cannot be confirmed one by one; nothing was sent")}).
			hinted("check the plans with --dry-run, then give --yes")
	case cmd.Flags().Changed(claimFlag):
		return a.checkClaim(cmd)
	}
	return nil
}

// runFleet runs the command on each target, some at once. None stops another.
func (a *app) runFleet(ctx context.Context, cmd *cobra.Command) error {
	if err := a.checkFleet(cmd); err != nil {
		return err
	}
	wanted, err := a.fleetReports(cmd)
	if err != nil {
		return err
	}
	atOnce, _ := cmd.Flags().GetInt(atOnceFlag)
	report := a.newFleetReport(cmd, wanted)
	if cmd.Flags().Changed(claimFlag) {
		return a.claimFleet(ctx, cmd, report, atOnce)
	}
	if err := report.begin(); err != nil {
		return err
	}
	for _, t := range a.fleet {
		a.members = append(a.members, a.newMember(t, report.dir))
	}
	counter := terminal.StartCounter(a.progressOptions(), len(a.fleet))
	var pool errgroup.Group
	pool.SetLimit(atOnce)
	for _, m := range a.members {
		pool.Go(func() error {
			m.run(ctx, a.args)
			report.add(m.result())
			counter.Add()
			return nil // a failure is a result
		})
	}
	_ = pool.Wait() // always nil
	counter.Stop()
	return a.endFleet(cmd, report)
}

// member is one target of a fleet.
type member struct {
	*app
	target config.Target
	dir    string // of its reports; "": it writes none
	stdout *bytes.Buffer
	exit   int
	ended  time.Time

	resumes string // the run of another process that this continues; "": none
}

// newMember makes what runs the command on one target. Its answers are kept until all are there, its log
// lines name it, and at a terminal there are none: a person gets a table.
func (a *app) newMember(t config.Target, fleetDir string) *member {
	dir := ""
	if fleetDir != "" {
		dir = filepath.Join(fleetDir, t.Name)
	}
	p, out := a.process, new(bytes.Buffer)
	p.stdin, p.stdout, p.standardLog = strings.NewReader(""), out, nil
	p.stdinIsTerminal, p.stdoutIsTerminal, p.stderrIsTerminal = false, false, false
	switch {
	case a.stderrIsTerminal:
		p.stderr = io.Discard
	case a.log.json:
		p.stderr = &labelledLines{out: a.log.out, key: "target_name", label: t.Name}
	default:
		p.stderr = &labelledLines{out: a.screen, key: "target_name", label: t.Name}
	}
	m := &member{app: newApp(a.hard, p), target: t, dir: dir, stdout: out}
	m.app.member, m.app.command = m, a.command
	return m
}

// run runs the command. A panic in it is a failure of this target alone.
func (m *member) run(ctx context.Context, args []string) {
	defer func() { m.ended = m.now() }()
	defer func() {
		if fault := recover(); fault != nil {
			m.exit = exitError
			m.complain(fmt.Errorf("internal error: %v", fault))
			if m.log != nil {
				m.log.debug("internal error", "stack", string(debug.Stack()))
			}
		}
	}()
	if signal := afterSignal(ctx, ctx.Err()); signal != nil {
		m.complaint = signal.Error()
		m.exit, _ = codeOf(signal)
		return
	}
	m.exit = m.execute(ctx, args)
}

// takeReports makes the reports of the fleet those of the member: they go into the folder of the target.
func (m *member) takeReports(cmd *cobra.Command) error {
	flags := cmd.Flags()
	if f := flags.Lookup("report"); f != nil {
		wanted := f.Value.(*reportFlag)
		*wanted = wanted.ofTarget()
	}
	if flags.Lookup("report-dir") == nil || m.dir == "" {
		return nil
	}
	return flags.Set("report-dir", m.dir)
}

// ofTarget are the reports of one target.
func (f reportFlag) ofTarget() (own reportFlag) {
	for _, w := range f {
		if w.Path = ""; !slices.Contains(own, w) {
			own = append(own, w)
		}
	}
	return own
}

func (a *app) fleetReports(cmd *cobra.Command) ([]reports.Wanted, error) {
	f := cmd.Flags().Lookup("report")
	if f == nil {
		return nil, nil
	}
	return a.wantedReports(reportOptions{wanted: *f.Value.(*reportFlag), overwrite: flagIsSet(cmd.Flags(), overwriteFlag)})
}

func flagIsSet(flags *pflag.FlagSet, name string) bool {
	on, _ := flags.GetBool(name)
	return on
}

// fleetDir is the folder of the reports; "" where the command writes none, as a dry run does unless it is
// asked for some.
func (a *app) fleetDir(cmd *cobra.Command) string {
	f := cmd.Flags().Lookup("report-dir")
	if f == nil {
		return ""
	}
	writes := cmd.Flags().Lookup("yes") != nil && !flagIsSet(cmd.Flags(), "dry-run")
	if f.Value.String() == "" && !writes && cmd.Flags().Lookup("report").Value.String() == "" {
		return ""
	}
	return cmp.Or(f.Value.String(), filepath.Join("gijbulk-reports", a.runID(a.started.UTC())))
}

// endFleet writes the reports over all targets, and then says how they ended.
func (a *app) endFleet(cmd *cobra.Command, report *fleetReport) error {
	fleet, err := report.end(a.now().UTC())
	where := ""
	if report.dir != "" {
		where = filepath.Join(report.dir, reports.ReportName)
	}
	return cmp.Or(firstError(err, a.printFleet(cmd, fleet, where)), said(fleet.Fleet.Exit))
}

func (m *member) result() reports.TargetInfo {
	info := reports.TargetInfo{Name: m.target.Name, URL: m.target.URL.Value, Exit: m.exit, Result: resultOf(m.exit), Said: m.answer, Error: m.complaint,
		Counts: make(map[schema.Status]int)}
	for _, s := range schema.Statuses() {
		info.Counts[s] = 0
	}
	if f := m.finished; f != nil {
		details := reports.NewReport(reports.Masked(f.run, f.results(), m.mask))
		info.Run, info.Counts, info.Details = details.Run.ID, details.Run.Counts, &details
		info.Report, info.Page = m.written(reports.ReportName), m.written(reports.FormatHTML.FileName())
	}
	info.Run = cmp.Or(info.Run, m.resumes)
	return info
}

// written is the path of one of its reports in the folder of the fleet's; "" where it has not written it: an
// earlier command may have left one there.
func (m *member) written(name string) string {
	if m.dir == "" || !slices.Contains(m.finished.written, filepath.Join(m.dir, name)) {
		return ""
	}
	return m.target.Name + "/" + name
}
