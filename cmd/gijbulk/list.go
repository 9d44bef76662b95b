package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"gijbulk/reports"
	"gijbulk/schema"
)

// outputCSV is a form of answers that only list has.
const outputCSV = "csv"

// listOptions say what of a server is listed.
type listOptions struct {
	target         targetOptions
	selection      selectionOptions
	indexingErrors bool
}

func (a *app) listCommand() *cobra.Command {
	var o listOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the integrations and plain repositories of a server",
		Long: `List the integrations and plain repositories of a server with their projects,
the number of nested repositories, and the time of the last indexing. Records
with the same identity are marked as duplicates. Only reads are sent.

With --indexing-errors Jira is asked for the errors of the last indexing of each
record, one request each; only those with errors are listed, with what to do
(exit code 3, or 0 if there are none). Those of an integration include what
failed in its nested repositories.`,
		Example: `  gijbulk list --jira https://jira.example.org
  gijbulk list --type GITLAB_SERVER --output csv > gitlab.csv
  gijbulk list --indexing-errors --output json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.list(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.VarP(newChoice(&a.output, outputText, outputJSON, outputCSV), "output", "o", "text, json (one record per line) or csv, on standard output")
	o.target.addFlags(f)
	o.selection.addChoosing(f)
	f.BoolVar(&o.indexingErrors, "indexing-errors", false, "list only the records whose last indexing had errors, with these")
	return cmd
}

func (a *app) list(ctx context.Context, o listOptions) (err error) {
	chosen, err := o.selection.parse()
	if err != nil {
		return err
	}
	t, err := a.connect(o.target, true, schema.Shard{})
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, t.close()) }()
	a.hide(nil, t.secrets...)
	live, nested, err := t.client.Read(ctx, nil, schema.KindIntegration, schema.KindRepository)
	if err != nil {
		return err
	}
	keys, err := t.projectKeys(ctx, live)
	if err != nil {
		return err
	}
	listed := a.chooseListed(reports.ListRecords(live, nested, keys, a.mask), live, chosen)
	if o.indexingErrors {
		if listed, err = a.withIndexingErrors(ctx, t, listed, nested); err != nil {
			return err
		}
	}
	a.answer = reports.ListCounts(listed)
	if err := a.printList(listed); err != nil {
		return err
	}
	if o.indexingErrors && len(listed) > 0 {
		return said(exitFailed)
	}
	return nil
}

// projectKeys are the keys of Jira's projects by id, where any of the records are for some only.
func (t *target) projectKeys(ctx context.Context, live []schema.Record) (map[int64]string, error) {
	if !slices.ContainsFunc(live, func(r schema.Record) bool { return len(r.Get(schema.FieldProjectMappingIDs).IDs()) > 0 }) {
		return nil, nil
	}
	ids, err := t.client.Projects(ctx)
	if err != nil {
		return nil, err
	}
	keys := make(map[int64]string, len(ids))
	for key, id := range ids {
		keys[id] = key
	}
	return keys, nil
}

// chooseListed leaves those of the list that the selection chooses. What is a duplicate is decided
// before, over all that is live.
func (a *app) chooseListed(listed []reports.ListedRecord, live []schema.Record, s selection) []reports.ListedRecord {
	chooses, left := s.predicate(), make(map[int64]bool, len(live))
	for _, r := range live {
		left[r.ID] = chooses(r)
	}
	return slices.DeleteFunc(listed, func(r reports.ListedRecord) bool { return !left[r.ID] })
}

// withIndexingErrors asks for the errors of the last indexing of each record, and leaves those that
// have any.
func (a *app) withIndexingErrors(ctx context.Context, t *target, listed []reports.ListedRecord, nested []schema.Record) ([]reports.ListedRecord, error) {
	ids := make([]int64, len(listed))
	for i := range listed {
		ids[i] = listed[i].ID
	}
	found, err := a.indexingErrors(ctx, t.client, ids, nested)
	if err != nil {
		return nil, err
	}
	listed = slices.DeleteFunc(listed, func(r reports.ListedRecord) bool { return len(found[r.ID]) == 0 })
	for i := range listed {
		listed[i].Errors = found[listed[i].ID]
		listed[i].Advice = schema.IndexingAdvice(listed[i].Errors)
	}
	return listed, nil
}

func (a *app) printList(listed []reports.ListedRecord) error {
	switch a.output {
	case outputJSON:
		return reports.ListJSON(a.stdout, listed)
	case outputCSV:
		return reports.ListCSV(a.stdout, listed)
	}
	if err := reports.ListText(a.stdout, listed, a.page(a.stdoutIsTerminal)); err != nil || a.logging.quiet {
		return err
	}
	_, err := fmt.Fprintln(a.screen, reports.ListCounts(listed))
	return err
}
