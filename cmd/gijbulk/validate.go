package main

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"gijbulk/importer/planner"
	"gijbulk/importer/secrets"
	"gijbulk/reports"
	"gijbulk/schema"
)

type validateOptions struct {
	manifest      manifestOptions
	explain       string
	resolve       bool
	allowCommands bool
	report        reportOptions
}

func (a *app) validateCommand() *cobra.Command {
	var o validateOptions
	cmd := &cobra.Command{
		Use:   "validate FILE…",
		Short: "Check manifests without sending anything",
		Long: `Check every record of the manifests and show all findings, each with its
position and advice. Nothing is sent, and no Jira is needed.

Each finding has a stable code: --explain CODE explains it, --explain list lists
them and the errors of indexing. Errors come first, then warnings. More than
twenty findings of one code are folded into a count; --output json (one object
per line) and --report html have all of them.`,
		Example: `  gijbulk validate integrations.csv
  gijbulk validate --output json integrations.yaml more.csv
  gijbulk validate --explain origin-required`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && !cmd.Flags().Changed("explain") {
				return noManifest(cmd)
			}
			return nil
		},
		RunE: onManifests(func(ctx context.Context, files []string) error {
			if o.explain != "" {
				return a.explain(o.explain)
			}
			return a.validate(ctx, files, o)
		}),
	}
	o.manifest.addFlags(cmd.Flags())
	cmd.Flags().StringVar(&o.explain, "explain", "", "tell what the finding `CODE` means, or list all codes")
	cmd.Flags().BoolVar(&o.resolve, "resolve", false, "look the secrets up as well, not only at the form of their references")
	o.report.addFlags(cmd.Flags())
	cmd.Flags().BoolVar(&o.allowCommands, "allow-commands", false, "with --resolve: allow cmd: references to run commands")
	return cmd
}

func (a *app) validate(ctx context.Context, files []string, o validateOptions) error {
	r, err := o.manifest.reader(a.stdin)
	if err != nil {
		return err
	}
	wanted, err := a.wantedReports(o.report)
	if err != nil {
		return err
	}
	r.keepsCells = len(wanted) > 0
	c := validation{command: "validate", started: a.now().UTC(), files: files, resolve: o.resolve, reported: len(wanted) > 0}
	findings := a.findingsOf(ctx, r, o, &c)
	var tally reports.Tally
	if a.json() {
		tally, err = reports.FindingsJSON(a.stdout, findings, func() int { return c.n })
	} else {
		tally, err = reports.FindingsText(a.stdout, findings, a.page(a.stdoutIsTerminal))
	}
	if err = firstError(c.problem, err); err != nil {
		return err
	}
	if len(wanted) > 0 {
		a.hide(c.records)
		if err := a.reportCheck(c, o.report.dir, wanted); err != nil {
			return err
		}
	}
	if !a.json() && (tally != reports.Tally{} || !a.logging.quiet) {
		if _, err := fmt.Fprintf(a.stdout, "%s checked: %s, %s\n", count(c.n, "record"), count(tally.Errors, "error"), count(tally.Warnings, "warning")); err != nil {
			return err
		}
	}
	if tally.Errors > 0 {
		return said(exitManifest)
	}
	return nil
}

// validation is the result of a check of manifests. Records and findings are kept only where
// something is made of them.
type validation struct {
	command           string
	started           time.Time
	files             []string
	resolve, reported bool

	n        int // records
	records  []schema.Record
	findings []schema.Finding
	problem  error

	hosts *reports.Preflight // what git hosts say; nil: they were not asked
}

func (a *app) reportCheck(c validation, dir string, wanted []reports.Wanted) error {
	run := schema.Run{ID: a.runID(c.started), Command: c.command, Version: buildVersion(), Files: c.files,
		Started: c.started, Ended: a.now().UTC(), Complete: true, DryRun: true, Findings: c.findings}
	a.finished = &finished{run: run, plan: planner.Checked(c.records)}
	if len(wanted) == 0 {
		return nil
	}
	dir = cmp.Or(dir, filepath.Join("gijbulk-reports", run.ID))
	var err error
	if c.hosts != nil {
		a.finished.written, err = reports.WritePreflight(dir, run, a.finished.results(), *c.hosts, a.mask, wanted...)
	} else {
		a.finished.written, err = reports.Write(dir, run, a.finished.results(), a.mask, wanted...)
	}
	return err
}

// findingsOf streams what is found: nothing but the identities is kept of a record, unless
// its secrets are resolved or it is reported.
func (a *app) findingsOf(ctx context.Context, r *reader, o validateOptions, c *validation) iter.Seq[schema.Finding] {
	return func(yield func(schema.Finding) bool) {
		var open schema.OpenToAll
		visit := func(findings []schema.Finding) error {
			if c.reported {
				c.findings = append(c.findings, findings...)
			}
			for _, f := range findings {
				if !yield(f) {
					return errEnough
				}
			}
			return nil
		}
		var links schema.RuleLinks
		c.problem = r.each(ctx, c.files, func(one checked) error {
			if one.record == nil {
				return visit(one.file)
			}
			c.n++
			open.Add(*one.record)
			links.Add(*one.record)
			if c.resolve || c.reported {
				c.records = append(c.records, *one.record)
			}
			return visit(one.record.Findings)
		})
		for _, link := range links.Links() {
			if c.problem == nil {
				c.problem = visit(link.New)
			}
		}
		if c.reported {
			c.records = schema.ListRules(schema.AttachRules(c.records))
		}
		if c.problem != nil || visit(open.Findings()) != nil || !c.resolve {
			return
		}
		resolver := secrets.Resolver{Env: a.lookupEnv, AllowCommands: o.allowCommands}
		resolved := resolver.Resolve(ctx, c.records)
		a.hide(resolved)
		for i := range resolved {
			if visit(resolved[i].Findings[len(c.records[i].Findings):]) != nil {
				return
			}
		}
		c.records = resolved
	}
}

func (a *app) explain(code string) error {
	if code == "list" {
		for _, e := range schema.Explanations() {
			if _, err := fmt.Fprintf(a.stdout, "%-28s %-8s %s\n", e.Code, e.Level, e.Title); err != nil {
				return err
			}
		}
		for _, e := range schema.IndexingErrors() {
			if _, err := fmt.Fprintf(a.stdout, "%-28s %-8s %s\n", e.Code, "indexing", e.Title); err != nil {
				return err
			}
		}
		return nil
	}
	if i := slices.IndexFunc(schema.IndexingErrors(), func(e schema.IndexingError) bool { return string(e.Code) == code }); i >= 0 {
		e := schema.IndexingErrors()[i]
		_, err := fmt.Fprintf(a.stdout, "%s (indexing): %s\n\n%s\n\nWhat to do: %s.\nSource: %s\n", e.Code, e.Title, e.Cause, e.Fix, e.Source)
		return err
	}
	e := schema.Code(code).Explanation()
	if e.Code == "" {
		fail := usage("unknown code %q", code).hinted("gijbulk validate --explain list lists them")
		if near := schema.Nearest(code, codeNames()); near != "" {
			fail.hint = "did you mean " + near + "?"
		}
		return fail
	}
	text := fmt.Sprintf("%s (%s): %s\n\n%s\n\nWhat to do: %s.\n", e.Code, e.Level, e.Title, e.Why, withFlag(e.Advice, e.Code.Option()))
	if e.Example != "" {
		text += "For example: " + e.Example + "\n"
	}
	_, err := fmt.Fprint(a.stdout, text)
	return err
}

func codeNames() []string {
	names := []string{"list"}
	for _, e := range schema.Explanations() {
		names = append(names, string(e.Code))
	}
	for _, e := range schema.IndexingErrors() {
		names = append(names, string(e.Code))
	}
	return names
}
