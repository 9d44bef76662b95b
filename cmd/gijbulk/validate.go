package main

import (
	"context"
	"fmt"
	"iter"

	"github.com/spf13/cobra"

	"gijbulk/importer/secrets"
	"gijbulk/reports"
	"gijbulk/schema"
)

type validateOptions struct {
	manifest      manifestOptions
	explain       string
	resolve       bool
	allowCommands bool
}

func (a *app) validateCommand() *cobra.Command {
	var o validateOptions
	cmd := &cobra.Command{
		Use:   "validate FILE…",
		Short: "Check manifests without sending anything",
		Long: `Check every record of the manifests and tell all that is wrong with them, each with
its place and advice. Nothing is sent; no Jira is needed.

A finding has a stable code; --explain CODE tells what it means, --explain list
lists them. More than twenty findings of one code are folded into a count;
--output json has them all, one object a line.

` + exitHelp,
		Example: `  gijbulk validate integrations.csv
  gijbulk validate --output json integrations.yaml more.csv
  gijbulk validate --explain origin-required`,
		Args: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("explain") {
				return nil
			}
			return needFiles(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.explain != "" {
				return a.explain(o.explain)
			}
			return a.validate(cmd.Context(), args, o)
		},
	}
	o.manifest.addFlags(cmd.Flags())
	cmd.Flags().StringVar(&o.explain, "explain", "", "tell what the finding `CODE` means, or list all codes")
	cmd.Flags().BoolVar(&o.resolve, "resolve", false, "look the secrets up as well, not only at the form of their references")
	cmd.Flags().BoolVar(&o.allowCommands, "allow-commands", false, "with --resolve: cmd: references may run commands")
	_ = cmd.RegisterFlagCompletionFunc("explain", cobra.FixedCompletions(codeNames(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (a *app) validate(ctx context.Context, files []string, o validateOptions) error {
	l, err := o.manifest.loader(a.stdin)
	if err != nil {
		return err
	}
	l.lean = !o.resolve
	records := 0
	var problem error
	findings := a.findingsOf(ctx, l, files, o, &records, &problem)
	var tally reports.Tally
	if a.json() {
		tally, err = reports.FindingsJSON(a.stdout, findings, func() int { return records })
	} else {
		tally, err = reports.FindingsText(a.stdout, findings, a.page(a.stdoutIsTerminal))
	}
	if err = firstError(problem, err); err != nil {
		return err
	}
	if !a.json() {
		if _, err := fmt.Fprintf(a.stdout, "%s checked: %s, %s\n", count(records, "record"), count(tally.Errors, "error"), count(tally.Warnings, "warning")); err != nil {
			return err
		}
	}
	if tally.Errors > 0 {
		return said(exitManifest)
	}
	return nil
}

// findingsOf streams what is found: nothing but the identities is kept of a record,
// unless its secrets are to be looked up.
func (a *app) findingsOf(ctx context.Context, l *loader, files []string, o validateOptions, records *int, problem *error) iter.Seq[schema.Finding] {
	return func(yield func(schema.Finding) bool) {
		var kept []schema.Record
		twins, err := l.each(ctx, files, func(c checked) error {
			if c.isRecord() {
				*records++
			}
			if c.record != nil {
				kept = append(kept, *c.record)
				c.findings = append(c.findings, c.record.CreateNeeds...)
			}
			for _, f := range c.findings {
				if !yield(f) {
					return errEnough
				}
			}
			return nil
		})
		if *problem = err; err != nil {
			return
		}
		for f := range twins {
			if !yield(f) {
				return
			}
		}
		if !o.resolve {
			return
		}
		resolver := secrets.Resolver{Env: a.lookupEnv, AllowCommands: o.allowCommands}
		resolved, findings := resolver.Resolve(ctx, kept)
		a.hide(resolved)
		for _, f := range findings {
			if !yield(f) {
				return
			}
		}
	}
}

func (a *app) explain(code string) error {
	if code == "list" {
		for _, e := range schema.Explanations() {
			if _, err := fmt.Fprintf(a.stdout, "%-28s %-8s %s\n", e.Code, e.Level, e.Title); err != nil {
				return err
			}
		}
		return nil
	}
	e := schema.Code(code).Explanation()
	if e.Code == "" {
		fail := usage("there is no finding with the code %q", code).hinted("gijbulk validate --explain list lists them")
		if near := schema.Nearest(code, codeNames()); near != "" {
			fail.hint = "did you mean " + near + "?"
		}
		return fail
	}
	text := fmt.Sprintf("%s (%s): %s\n\n%s\n\nWhat to do: %s.\n", e.Code, e.Level, e.Title, e.Why, e.Advice)
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
	return names
}
