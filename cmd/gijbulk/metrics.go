package main

import (
	"cmp"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gijbulk/reports"
	"gijbulk/schema"
)

// metricsFlag names the file that monitoring reads.
const metricsFlag = "metrics-file"

func addMetricsFlag(f *pflag.FlagSet) {
	f.String(metricsFlag, "", "`FILE` (.prom) to write what monitoring wants to know of the run to, as Prometheus text; also when the run fails")
}

// meter writes the metrics file of the command that ran, if it is one that has them. It
// looks at the flag itself: a command may have failed before it read anything else.
func (a *app) meter(cmd *cobra.Command, exit int) error {
	path := a.metricsPath(cmd)
	if path == "" || a.member != nil || a.reportedElsewhere || cmd.Flags().Changed("help") || cmd.Flags().Changed(explainFlag) {
		return nil
	}
	if err := a.checkMetrics(cmd); err != nil {
		return err
	}
	runs := []reports.Measured{a.measured(cmd, exit)}
	if len(a.members) > 0 {
		runs = nil
	}
	for _, m := range a.members {
		one := m.measured(m.command, m.exit)
		one.Name, one.Ended = m.target.Name, m.ended
		if one.Run.Target == "" { // another process has tried it
			one.Run.Target = schema.NormalURL(m.target.URL.Value)
		}
		runs = append(runs, one)
	}
	if err := reports.WriteMetrics(path, runs...); err != nil {
		return (&failure{code: exitError, err: err}).hinted("choose another file (--%s)", metricsFlag)
	}
	return nil
}

func (a *app) measured(cmd *cobra.Command, exit int) reports.Measured {
	m := reports.Measured{Exit: exit, Started: a.started, Ended: a.now(), Results: slices.Values([]schema.Result(nil)),
		Run: schema.Run{Command: cmd.Name(), Version: buildVersion(), Target: a.wantedTarget(cmd)}}
	if f := a.finished; f != nil {
		m.Run, m.Results = f.run, slices.Values(f.results())
		m.Run.Command, m.Run.Target = cmd.Name(), a.reached
		if flagIsSet(cmd.Flags(), indexingFlag) && f.run.Complete {
			m.IndexingErrors = &f.plan.IndexingErrors
		}
	}
	m.Run.Target = schema.NormalURL(m.Run.Target) // one name, whatever the server calls itself and whether it was reached
	m.Credentials = a.expiries
	m.Run.Timeline = a.traffic.timeline(m.Ended)
	m.Run, _ = reports.Masked(m.Run, nil, a.mask)
	return m
}

func (a *app) metricsPath(cmd *cobra.Command) string {
	f := cmd.Flags().Lookup(metricsFlag)
	switch {
	case f == nil:
		return ""
	case f.Changed:
		return f.Value.String()
	}
	return a.env(variable(metricsFlag))
}

func (a *app) checkMetrics(cmd *cobra.Command) error {
	path := a.metricsPath(cmd)
	if path == "" || reports.OwnsMetrics(path) || cmd.Flags().Lookup(overwriteFlag).Value.String() == "true" {
		return nil
	}
	return notOverwritten(metricsFlag, path, "is no metrics file of gijbulk")
}

func (a *app) wantedTarget(cmd *cobra.Command) string {
	if cmd.Flags().Changed("sandbox") {
		return schema.SandboxURL
	}
	if cmd.Flags().Lookup("jira") == nil {
		return ""
	}
	if a.setting(cmd, targetFlag) != "" {
		return cmd.Flags().Lookup("jira").Value.String()
	}
	return schema.ShownURL(cmp.Or(a.setting(cmd, "jira"), a.env("JIRA_URL")))
}
