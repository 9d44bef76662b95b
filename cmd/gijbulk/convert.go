package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gijbulk/importer/convert"
	"gijbulk/importer/convert/tools"
	"gijbulk/importer/manifest"
	"gijbulk/reports"
	"gijbulk/schema"
)

// convertOptions say what is converted, and to what.
type convertOptions struct {
	from, baseURL string
	maps, skipIf  []string
	hostTypes     []string
	encoding      encodingFlag
	login         loginOptions
	made          madeOptions
}

// madeOptions say what repositories become, and where that goes.
type madeOptions struct {
	as         string
	include    []string
	archived   bool
	projectMap string
	set, fill  []string
	format     string
	output     outputOptions
}

func (o *convertOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.from, "from", convert.Auto, "the `TOOL` that wrote the listings; auto recognizes it, list lists the tools")
	f.StringArrayVar(&o.maps, "map", nil, "`FIELD=COLUMN`: take the field from a column or key of the listing (repeatable)")
	f.StringArrayVar(&o.skipIf, "skip-if", nil, "`COLUMN=VALUE`: leave out rows that have this value (repeatable)")
	f.StringVar(&o.baseURL, "base-url", "", "`URL` of the host, for listings whose URLs are relative or missing")
	f.StringArrayVar(&o.hostTypes, "host-type", nil, "`HOST=TYPE`: integration type of a host of your own, for listings that do not say (repeatable)")
	o.encoding.addFlag(f)
	o.login.addFlags(f)
	o.made.addFlags(f)
}

func (o *madeOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.as, "as", "", "integrations or repositories (default: integrations where the host has a type for them)")
	f.BoolVar(&o.archived, "include-archived", false, "convert archived repositories too; the same as --include archived")
	f.StringSliceVar(&o.include, "include", nil, "convert repositories of these `STATE`s too: archived, disabled, fork, mirror, empty")
	f.StringVar(&o.projectMap, "jira-project-map", "", "`FILE` with a line for each organization or repository and its Jira project keys: acme/web,WEB")
	f.StringArrayVar(&o.set, "set", nil, "`FIELD=VALUE` for every record whose kind has the field (repeatable)")
	f.StringArrayVar(&o.fill, "default", nil, "`FIELD=VALUE` for every record without it (repeatable)")
	f.StringVar(&o.format, "format", "", "format of the manifest: yaml, json, jsonl, csv or tsv (default: by --out's extension, else yaml)")
	o.output.addFlags(f)
}

func (a *app) convertCommand() *cobra.Command {
	var o convertOptions
	cmd := &cobra.Command{
		Use:   "convert [FILE…]",
		Short: "Convert another tool's listing to a manifest",
		Long: `Convert the list of repositories that another tool wrote to a manifest. Nothing
is sent. Without a FILE, or with -, standard input is read; several files, such
as the pages of an answer, are converted together.

Where the app has an integration type for a host, each organization, group or
collection becomes one integration; elsewhere each repository becomes a record.
Archived, disabled and empty repositories, forks and mirrors are left out. Where
something was left out, or the listing is a selection, the integration has the
shortest apiFilter that selects the rest: by properties that the host shows
(archived, fork, topics), by prefixes, or by the names to keep or to drop. Where
a filter would be longer than the 2,000 characters that the app accepts, or an
integration would have more than 2,000 repositories, there are several with
disjoint filters.

Credentials in a listing are dropped and replaced by references to fill in, such
as env:GITHUB_ACME_PAT, or by that of --credential. Integrations share one where
the host allows it; those of GitLab, which revokes a token when it is rotated,
have one each.

The manifest goes to standard output or --out; the result for each row of the
listing goes to standard error, with --output json (which needs --out) to
standard output. A file that gijbulk did not write, or that was edited since, is
replaced only with --overwrite.

The tools:
` + toolLines(),
		Example: `  gh api --paginate 'orgs/acme/repos?per_page=100' > acme.json
  gijbulk convert acme.json --out acme.yaml
  gijbulk convert --from bitbucket-server 1.json 2.json --out bitbucket.csv
  gijbulk convert --from csv hosts.csv --map origin=url --skip-if state=retired`,
		RunE: func(cmd *cobra.Command, args []string) error { return a.convert(cmd.Context(), args, o) },
	}
	o.addFlags(cmd.Flags())
	return cmd
}

func toolLines() string {
	var b strings.Builder
	for _, t := range tools.All() {
		fmt.Fprintf(&b, "  %-17s %s\n", t.Name, withFlag(t.About, t.Needs))
	}
	return b.String()
}

func flagNames() []string {
	var names []string
	for _, f := range convert.Flags() {
		names = append(names, string(f))
	}
	return names
}

func manifestFormats() []string {
	var names []string
	for _, f := range manifest.Formats() {
		names = append(names, string(f))
	}
	return names
}

func (a *app) convert(ctx context.Context, files []string, o convertOptions) error {
	if o.from == "list" {
		return a.listTools()
	}
	options, err := o.options()
	if err != nil {
		return err
	}
	if err := a.checkMade(o.made); err != nil {
		return err
	}
	inputs, err := a.listings(files, o)
	if err != nil {
		return err
	}
	if options.Projects, err = a.projectMap(o.made.projectMap, o.encoding); err != nil {
		return err
	}
	return a.writeConverted(ctx, inputs, options, o.made)
}

func (a *app) checkMade(o madeOptions) error {
	if a.json() && o.output.out == "" {
		return usage("--output json writes the account of the rows to standard output, where the manifest goes as well").hinted("give --out FILE")
	}
	_, err := o.manifestFormat()
	return err
}

func (a *app) projectMap(file string, encoding encodingFlag) (convert.ProjectMap, error) {
	if file == "" {
		return convert.ProjectMap{}, nil
	}
	in, err := a.listing(file, schema.Encoding(encoding))
	if err != nil {
		return convert.ProjectMap{}, unfit(err)
	}
	projects, err := convert.ReadProjectMap(in)
	if err != nil {
		return projects, unfit(err)
	}
	return projects, nil
}

func (a *app) writeConverted(ctx context.Context, inputs iter.Seq2[convert.Input, error], options convert.Options, o madeOptions) error {
	format, err := o.manifestFormat()
	if err != nil {
		return err
	}
	result, err := tools.All().Read(inputs, options)
	if len(result.Rows) > 0 && err != nil { // none was converted, and each says why
		err = cmp.Or(a.account(result, ""), err)
	}
	if err = cmp.Or(err, context.Cause(ctx)); err != nil {
		return unfit(err)
	}
	records, errs := checkEntries(&result)
	err = a.emit(o.output, func(w io.Writer) error { return manifest.Write(w, format, slices.Values(records)) })
	if err != nil {
		return err
	}
	err = a.account(result, o.output.out)
	if err == nil && errs {
		err = said(exitManifest)
	}
	return err
}

// account says what became of each row; out is the file that holds the records, or "".
func (a *app) account(result schema.Conversion, out string) error {
	if a.json() {
		return reports.ConversionJSON(a.stdout, result)
	}
	if a.logging.quiet && len(result.Placeholders) == 0 && result.Count(schema.FateSkipped) == 0 {
		return nil
	}
	return reports.ConversionText(a.stderr, result, out, a.page(a.stderrIsTerminal))
}

func (a *app) listTools() error {
	for _, t := range tools.All() {
		if _, err := fmt.Fprintf(a.stdout, "%-17s %s\n%-17s made by %s\n", t.Name, withFlag(t.About, t.Needs), "", t.Made); err != nil {
			return err
		}
	}
	return nil
}

func (o convertOptions) options() (convert.Options, error) {
	c, err := o.made.options()
	if err != nil {
		return c, err
	}
	if c.Login, err = o.login.login(); err != nil {
		return c, err
	}
	c.From, c.BaseURL = o.from, o.baseURL
	if o.from != convert.Auto && !slices.Contains(tools.All().Names(), o.from) {
		fail := usage("unknown tool %q", o.from).hinted("--from list lists them")
		if near := schema.Nearest(o.from, tools.All().Names()); near != "" {
			fail.hint = "did you mean " + near + "?"
		}
		return c, fail
	}
	for _, m := range o.maps {
		to, from, ok := strings.Cut(m, "=")
		if _, known := schema.FieldTitled(to); !ok || from == "" || !known && !strings.EqualFold(to, "org") {
			fail := usage("--map %q is not FIELD=COLUMN with a field of a manifest, or org", m)
			if near := schema.NearestField(to); near != "" && !known {
				fail.hint = "did you mean " + near + "?"
			}
			return c, fail
		}
		c.Map = append(c.Map, convert.Assignment{To: to, From: from})
	}
	for _, s := range o.skipIf {
		field, value, ok := strings.Cut(s, "=")
		if !ok || field == "" {
			return c, usage("--skip-if %q is not COLUMN=VALUE", s)
		}
		c.SkipIf = append(c.SkipIf, convert.Condition{Field: field, Value: value})
	}
	c.HostTypes = map[string]schema.Type{}
	for _, h := range o.hostTypes {
		host, t, ok := strings.Cut(h, "=")
		if !ok || host == "" || !schema.Type(t).Valid() {
			return c, usage("--host-type %q is not HOST=TYPE with a type of integrations", h)
		}
		c.HostTypes[strings.ToLower(host)] = schema.Type(t)
	}
	return c, nil
}

func (o madeOptions) options() (c convert.Options, err error) {
	c.As = convert.As(o.as)
	if o.as != "" && c.As != convert.AsIntegrations && c.As != convert.AsRepositories {
		return c, usage("--as %q is neither integrations nor repositories", o.as)
	}
	if o.archived {
		c.Include = append(c.Include, convert.Archived)
	}
	for _, state := range o.include {
		if !slices.Contains(flagNames(), state) {
			return c, usage("--include %q is none of %s", state, strings.Join(flagNames(), ", "))
		}
		c.Include = append(c.Include, convert.Flag(state))
	}
	if c.Set, err = givenCells("--set", o.set); err != nil {
		return c, err
	}
	c.Fill, err = givenCells("--default", o.fill)
	return c, err
}

func (o madeOptions) manifestFormat() (manifest.Format, error) {
	f := cmp.Or(manifest.Format(o.format), manifest.FormatOf(o.output.out), manifest.YAML)
	if !slices.Contains(manifest.Formats(), f) {
		return "", usage("--format %q is none of %s", f, strings.Join(manifestFormats(), ", "))
	}
	return f, nil
}

// listings reads the files one after the other. The manifest must not take the place of one.
func (a *app) listings(files []string, o convertOptions) (iter.Seq2[convert.Input, error], error) {
	if len(files) == 0 {
		if a.stdinIsTerminal {
			return nil, usage("no listing given").hinted("%s FILE; - is standard input", a.command.CommandPath())
		}
		files = []string{"-"}
	}
	for i, name := range files {
		if err := needFile(name, files[:i]); err != nil {
			return nil, err
		}
		if out := o.made.output.out; out != "" && sameFile(name, out) {
			return nil, usage("--out %s would take the place of the listing", out)
		}
	}
	return func(yield func(convert.Input, error) bool) {
		for _, name := range files {
			if in, err := a.listing(name, schema.Encoding(o.encoding)); !yield(in, err) {
				return
			}
		}
	}, nil
}

func (a *app) listing(name string, encoding schema.Encoding) (convert.Input, error) {
	var r io.Reader = a.stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return convert.Input{}, &convert.Problem{Place: schema.Place{File: name}, Message: "the file cannot be opened: " + plainCause(err),
				Advice: "check the path and its permissions"}
		}
		defer file.Close()
		r = file
	}
	return convert.ReadInput(r, name, encoding)
}

// unfit is the failure of a file that cannot be converted, or of options that do not
// fit it.
func unfit(err error) error {
	if p, ok := errors.AsType[*convert.Problem](err); ok {
		code := exitManifest
		if p.Misuse {
			code = exitUsage
		}
		return &failure{code: code, err: err, hint: withFlag(p.Advice, p.Option)}
	}
	return err
}

// checkEntries checks the entries of a conversion as those of a manifest, and adds what is
// found to its findings. errs reports whether any of that is an error.
func checkEntries(c *schema.Conversion) (records []schema.Record, errs bool) {
	var duplicates schema.Duplicates
	for _, e := range c.Entries {
		r := schema.Checker{}.Check(e)
		r.Cells = e.Shown(r)
		identity, valid := r.Identity()
		findDuplicate(&duplicates, checked{record: &r, identity: identity, valid: valid})
		c.Findings = append(c.Findings, r.Findings...)
		records = append(records, r)
	}
	return records, slices.ContainsFunc(c.Findings, func(f schema.Finding) bool { return f.Level == schema.LevelError })
}
