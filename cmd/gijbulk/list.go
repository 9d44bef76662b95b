package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"gijbulk/importer/gij"
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

With --indexing-errors each integration is asked for the errors of its last
indexing, one request each; only those with errors are listed (exit code 3, or 0
if there are none).`,
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
	f.BoolVar(&o.indexingErrors, "indexing-errors", false, "list only the integrations whose last indexing had errors, with these")
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
		if listed, err = a.withIndexingErrors(ctx, t, listed); err != nil {
			return err
		}
	}
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

// indexingAsked is how many integrations are asked for their errors at once. The pace is the
// client's.
const indexingAsked = 4

// withIndexingErrors asks each integration for the errors of its last indexing, and leaves those
// that have any.
func (a *app) withIndexingErrors(ctx context.Context, t *target, listed []reports.ListedRecord) ([]reports.ListedRecord, error) {
	integrations := slices.DeleteFunc(listed, func(r reports.ListedRecord) bool { return r.Kind != string(schema.KindIntegration) })
	a.log.info("asking for the errors of the last indexing", "integrations", len(integrations))
	asking, ctx := errgroup.WithContext(ctx)
	asking.SetLimit(indexingAsked)
	for i := range integrations {
		asking.Go(func() error {
			state, err := t.client.IndexingStatus(ctx, integrations[i].ID)
			if e, ok := errors.AsType[*gij.Error](err); ok && e.Class == schema.ClassRefused { // such as one removed since
				state.Errors, err = []string{"Jira does not tell: " + e.Error()}, nil
			}
			for _, text := range state.Errors {
				integrations[i].Errors = append(integrations[i].Errors, a.mask.HideSaid(text))
			}
			return err
		})
	}
	if err := asking.Wait(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(integrations, func(r reports.ListedRecord) bool { return len(r.Errors) == 0 }), nil
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
