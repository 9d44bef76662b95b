package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gijbulk/importer/export"
	"gijbulk/importer/journal"
	"gijbulk/importer/manifest"
	"gijbulk/reports"
	"gijbulk/schema"
)

// vendorTSV is the format of the app's own bulk table.
const vendorTSV = "vendor-tsv"

// exportOptions say what of a server is written, and how.
type exportOptions struct {
	target    targetOptions
	state     stateOptions
	selection selectionOptions
	format    string
	output    outputOptions
	withIDs   bool
	minimal   bool
	nested    bool
	unmanaged bool
}

func (a *app) exportCommand() *cobra.Command {
	var o exportOptions
	cmd := &cobra.Command{
		Use:   "export [FILE…]",
		Short: "Write the live records as a manifest",
		Long: `Write the integrations and plain repositories of a server as a manifest. Only
reads are sent. The manifest plans to no changes on the same server, and creates
the same on an empty one; Jira projects are named by their keys, which other
Jiras know too.

The server never shows secrets: the manifest has references to fill in, or those
that gijbulk last sent, where the state file knows them. Other fields that the
server does not show come from the state file as well.

--nested writes rules for the nested repositories whose settings differ from
those of their integration: a rule for each name, or one for many names that
begin alike and have the same settings, so that there are few of them.
--minimal leaves out what equals a default that the vendor documents.
--unmanaged writes only the records that none of the manifests has, as a plan
matches them: add them to a manifest, and the next sync adopts them.

The manifest goes to standard output or --out; what to fill in goes to standard
error, with --output json (which needs --out) to standard output. vendor-tsv is
the app's own bulk table, which the app imports itself; warnings name what it
cannot hold. A file that gijbulk did not write, or that was edited since, is
replaced only with --overwrite.`,
		Example: `  gijbulk export --jira https://jira.example.org --out jira.yaml
  gijbulk export --type GITLAB_SERVER,repository --format csv > gitlab.csv
  gijbulk export --nested --out jira.yaml
  gijbulk export --minimal --unmanaged ours.yaml theirs.csv --out rest.yaml
  gijbulk export --format vendor-tsv --with-ids --out bulk.tsv`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 && !o.unmanaged {
				return usage("%s takes manifests only with --unmanaged, and got %q", cmd.CommandPath(), args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.unmanaged {
				return a.onSomeManifests(func(ctx context.Context, files []string) error { return a.export(ctx, files, o) })(cmd, args)
			}
			return a.export(cmd.Context(), nil, o)
		},
	}
	f := cmd.Flags()
	o.target.addFlags(f)
	o.state.addFlags(f)
	o.selection.addChoosing(f)
	f.StringVar(&o.format, "format", "", strings.Join(exportFormats(), ", ")+" (default: by --out's extension, else yaml)")
	o.output.addFlags(f)
	f.BoolVar(&o.minimal, "minimal", false, "leave out what equals a documented default of the server")
	f.BoolVar(&o.nested, "nested", false, "rules for the nested repositories that differ from their integration")
	f.BoolVar(&o.unmanaged, "unmanaged", false, "only records that none of the manifests FILE… has")
	f.BoolVar(&o.withIDs, "with-ids", false, "write the ids, which are valid on this Jira only")
	return cmd
}

func exportFormats() []string { return append(manifestFormats(), vendorTSV) }

func (a *app) export(ctx context.Context, managed []string, o exportOptions) (err error) {
	format := cmp.Or(o.format, string(manifest.FormatOf(o.output.out)), string(manifest.YAML))
	if !slices.Contains(exportFormats(), format) {
		return usage("--format %q is none of %s", format, strings.Join(exportFormats(), ", "))
	}
	if a.json() && o.output.out == "" {
		return usage("--output json writes what is to be filled in to standard output, where the manifest goes as well").hinted("give --out FILE")
	}
	if o.minimal && format == vendorTSV {
		return usage("--minimal is for manifests: the app's own table has a column for every field")
	}
	if o.nested && format == vendorTSV {
		return usage("--nested is for manifests: the app's own table holds no rules")
	}
	chosen, err := o.selection.parse()
	if err != nil {
		return err
	}
	a.collectGarbage(planningGC)
	defer a.collectGarbage(usualGC)
	t, err := a.connect(o.target, true, schema.Shard{})
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, t.close()) }()
	a.hide(nil, t.secrets...)
	e := exporter{app: a, options: o, target: t}
	if err := e.read(ctx); err != nil {
		return err
	}
	if o.unmanaged {
		if err := e.withoutManaged(ctx, managed); err != nil {
			return err
		}
	}
	selected := chosen.predicate()
	e.records = slices.DeleteFunc(e.records, func(r schema.Record) bool { return !selected(r) })
	e.complete(format)
	if err := a.emit(o.output, func(w io.Writer) error { return e.write(w, format) }); err != nil {
		return err
	}
	if a.json() {
		return reports.ExportJSON(a.stdout, e.export())
	}
	exported := e.export()
	if a.logging.quiet && len(exported.Findings) == 0 && len(exported.Placeholders) == 0 {
		return nil
	}
	return reports.ExportText(a.stderr, exported, o.output.out, a.page(a.stderrIsTerminal))
}

// exporter makes a manifest of what is live.
type exporter struct {
	app     *app
	options exportOptions
	target  *target

	url      string                  // as the server calls itself
	records  []schema.Record         // by id
	nested   []schema.Record         // with --nested
	shown    map[shownField]bool     // what this server shows at all
	projects map[int64]string        // keys by id
	wanted   map[int64]schema.Record // what was last brought here, by id
	missing  []schema.Placeholder
	findings []schema.Finding
	lost     []schema.Finding // about what the format cannot hold
}

// shownField is a field of records of one kind and type.
type shownField struct {
	kind  schema.Kind
	of    schema.Type
	field schema.Field
}

func (e *exporter) read(ctx context.Context) error {
	server, err := e.target.client.ServerInfo(ctx)
	if err != nil {
		return err
	}
	e.url = cmp.Or(server.BaseURL, e.target.client.BaseURL())
	if e.records, e.nested, err = e.target.client.Read(ctx, nil, e.kinds()...); err != nil {
		return err
	}
	if !e.options.nested {
		e.nested = nil
	}
	slices.SortStableFunc(e.records, func(a, b schema.Record) int { return cmp.Compare(a.ID, b.ID) })
	e.shown = make(map[shownField]bool)
	for _, r := range e.records {
		for _, f := range r.Fields() {
			e.shown[shownField{r.Kind(), r.Type(), f}] = true
		}
	}
	if e.projects, err = e.target.projectKeys(ctx, slices.Concat(e.records, e.nested)); err != nil {
		return err
	}
	e.wanted, err = e.app.lastWanted(ctx, e.options.state, e.target, e.url, e.records)
	return err
}

func (e *exporter) kinds() []schema.Kind {
	kinds, types := []schema.Kind{schema.KindIntegration}, e.options.selection.types
	if len(types) == 0 || slices.Contains(types, string(schema.KindRepository)) {
		kinds = append(kinds, schema.KindRepository)
	}
	if e.options.nested {
		kinds = append(kinds, schema.KindNested)
	}
	return kinds
}

// complete turns what the server shows into records that a server can be given.
func (e *exporter) complete(format string) {
	rules, told := export.Nested(e.records, e.nested)
	e.findings = append(e.findings, told...)
	for i, r := range e.records {
		id := r.ID
		r = e.fill(withoutBlanks(withoutServerMade(r, e.wanted[id])), e.wanted[id])
		if r.Get(schema.FieldGlobal).Bool() {
			r = r.Set(schema.FieldProjectMappingIDs, schema.Value{}) // a server may show ids that it ignores
		}
		if format != vendorTSV {
			r = e.withProjectKeys(r, r.Key().String())
		}
		for _, rule := range rules[id] {
			match := rule.Get(schema.FieldMatch).Text()
			r.Rules = append(r.Rules, e.withProjectKeys(rule, fmt.Sprintf("%s, %s", r.Key(), match)))
		}
		if e.options.withIDs {
			r = r.Set(schema.FieldID, schema.Int(id)).Set(schema.FieldTarget, schema.Text(e.url))
		}
		e.records[i] = r
	}
	e.records, e.missing, told = export.Live(e.records)
	e.findings = append(e.findings, told...)
	if e.options.minimal {
		for i, r := range e.records {
			e.records[i] = export.Minimal(r)
		}
	}
	if format == vendorTSV {
		e.missing = nil // the table has no place for references
	}
}

func (e *exporter) withProjectKeys(r schema.Record, called string) schema.Record {
	r, named := schema.NameProjects(r, e.projects)
	if !named {
		e.findings = append(e.findings, schema.CodeUnknownProject.Newf(r.Place, schema.FieldProjectMappingIDs.String(),
			"%s: not every project of it has a key that we may see; their ids, which mean others elsewhere, were written", called))
	}
	return r
}

// withoutServerMade leaves out what the server made by itself, but not what was wanted so.
func withoutServerMade(r, wanted schema.Record) schema.Record {
	if wanted.Has(schema.FieldRealRoot) && wanted.Get(schema.FieldRealRoot).Equal(r.Get(schema.FieldRealRoot)) {
		return r
	}
	return r.WithoutServerMade()
}

// withoutBlanks leaves out texts and lists that are empty: on a new server they are so by
// themselves.
func withoutBlanks(r schema.Record) schema.Record {
	for _, f := range r.Fields() {
		if v := r.Get(f); v.Blank() && f != schema.FieldType {
			r = r.Set(f, schema.Value{})
		}
	}
	return r
}

// fill adds what this server never shows, as it was last brought there. A reference stays
// one, also where the server shows what it led to.
func (e *exporter) fill(r, wanted schema.Record) schema.Record {
	for _, f := range wanted.Fields() {
		_, reference := wanted.Get(f).Secret()
		if !f.Tool() && (reference || !r.Has(f) && !e.shown[shownField{r.Kind(), r.Type(), f}]) {
			r = r.Set(f, wanted.Get(f))
		}
	}
	return r
}

func (e *exporter) write(out io.Writer, format string) (err error) {
	if format != vendorTSV {
		return manifest.Write(out, manifest.Format(format), slices.Values(e.records))
	}
	e.lost, err = export.WriteTable(out, slices.Values(e.records), e.options.withIDs)
	return err
}

func (e *exporter) export() reports.Export {
	rules := 0
	for _, r := range e.records {
		rules += len(r.Rules)
	}
	return reports.Export{Records: len(e.records), Repositories: schema.CountKinds(e.records)[schema.KindRepository], Rules: rules,
		Placeholders: e.missing, Findings: slices.Concat(e.findings, e.lost)}
}

// lastWanted is what the runs of the state file last brought to a target, for the live
// records by their ids: the newest run that knows an id counts.
func (a *app) lastWanted(ctx context.Context, o stateOptions, t *target, url string, live []schema.Record) (wanted map[int64]schema.Record, err error) {
	if o.path == noState || t.sandbox && o.path == "" {
		return nil, nil
	}
	state, err := a.openState(o, false)
	if err != nil || state == nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, state.Close()) }()
	return wantedIn(ctx, state, url, live)
}

// history is what is kept of runs.
type history interface {
	Runs(context.Context) ([]journal.RunSummary, error)
	Load(ctx context.Context, run string) (journal.Saved, error)
}

// wantedIn reads the runs of a target, the newest first, until each live record is known.
func wantedIn(ctx context.Context, h history, url string, live []schema.Record) (map[int64]schema.Record, error) {
	runs, err := h.Runs(ctx)
	if err != nil {
		return nil, err
	}
	unknown := make(map[int64]bool, len(live))
	for i := range live {
		unknown[live[i].ID] = true
	}
	wanted := make(map[int64]schema.Record)
	for _, run := range runs {
		if len(unknown) == 0 {
			break
		}
		if schema.NormalURL(run.Target) != schema.NormalURL(url) {
			continue
		}
		saved, err := h.Load(ctx, run.ID)
		if err != nil {
			return nil, err
		}
		for _, o := range saved.Outcomes {
			if unknown[o.ID] && o.Status.Good() && o.Status != schema.StatusDeleted {
				wanted[o.ID] = saved.Plan.Actions[o.N].Want
				delete(unknown, o.ID)
			}
		}
	}
	return wanted, nil
}
