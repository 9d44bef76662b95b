package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"gijbulk/importer/manifest"
	"gijbulk/schema"
)

// manifestOptions say how manifests are read.
type manifestOptions struct {
	format         string
	encoding       encodingFlag
	set, fill      []string
	setName        string
	noPlainSecrets bool
}

func (o *manifestOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.format, "format", "", "csv, tsv, yaml, json, jsonl or xlsx (default: by extension, else by content)")
	o.encoding.addFlag(f)
	f.StringArrayVar(&o.set, "set", nil, "`FIELD=VALUE` in every record whose kind has the field, in place of its own (repeatable)")
	f.StringArrayVar(&o.fill, "default", nil, "`FIELD=VALUE` in every record whose kind has the field and that does not set it (repeatable)")
	f.StringVar(&o.setName, "set-name", "", "`SET` that every record belongs to, in place of its own: sync --prune deletes only within a set")
	f.BoolVar(&o.noPlainSecrets, "no-plain-secrets", false, "a literal secret in a manifest is an error")
}

// reader reads manifests and checks their records.
type reader struct {
	stdin     io.Reader
	format    manifest.Format
	encoding  schema.Encoding
	set, fill []schema.Cell
	selects   func(schema.Record) bool // the records that are acted on; nil: all

	noPlainSecrets bool
	keepsCells     bool // records are reported with their cells as written
}

func (o manifestOptions) reader(stdin io.Reader) (*reader, error) {
	r := &reader{stdin: stdin, format: manifest.Format(o.format), encoding: schema.Encoding(o.encoding), noPlainSecrets: o.noPlainSecrets}
	if o.format != "" && !slices.Contains(manifest.ReadFormats(), r.format) {
		return nil, usage("--format %q is none of csv, tsv, yaml, json, jsonl, xlsx", o.format)
	}
	var err error
	if r.set, err = givenCells("--set", o.set); err != nil {
		return nil, err
	}
	isSet := func(c schema.Cell) bool { return c.Field == schema.FieldSet }
	if o.setName != "" && slices.ContainsFunc(r.set, isSet) {
		return nil, usage("--set-name and --set set exclude each other: a record belongs to one set")
	}
	if o.setName != "" {
		r.set = append(r.set, schema.Cell{Name: schema.FieldSet.String(), Field: schema.FieldSet, Written: schema.Written{Text: o.setName}, Given: true})
	}
	r.fill, err = givenCells("--default", o.fill)
	return r, err
}

// givenCells reads the FIELD=VALUE of --set and --default.
func givenCells(flag string, assignments []string) ([]schema.Cell, error) {
	var cells []schema.Cell
	for _, a := range assignments {
		name, value, ok := strings.Cut(a, "=")
		f, known := schema.FieldTitled(name)
		switch {
		case !ok:
			return nil, usage("%s takes FIELD=VALUE", flag)
		case !known:
			fail := usage("%s: unknown field %q", flag, name)
			if near := schema.NearestField(name); near != "" {
				fail.hint = "did you mean " + near + "?"
			}
			return nil, fail
		}
		if _, _, reference := schema.SplitReference(value); f.Hidden() && !reference {
			return nil, usage("%s %s: a secret on the command line can be read by every user of this machine", flag, f).
				hinted("give a reference: %s=env:NAME or %s=file:PATH", f, f)
		}
		cells = append(cells, schema.Cell{Name: f.String(), Field: f, Written: schema.Written{Text: cmp.Or(value, `\N`)}, Given: true})
	}
	return cells, nil
}

// checked is a record that has been checked, or what was found about a file as a whole.
type checked struct {
	record   *schema.Record // nil for a file
	identity schema.Identity
	valid    bool // whether the record has an identity
	file     []schema.Finding
}

// each reads the files, checks their records on all cores, and visits them in order. It ends
// early when visit returns an error. What no record that is acted on can take of --set and
// --default is an error.
func (r *reader) each(ctx context.Context, files []string, visit func(checked) error) error {
	var duplicates schema.Duplicates
	kinds, whole := make(map[schema.Kind]bool), true
	for _, name := range files {
		for c, err := range r.read(name) {
			if err = cmp.Or(err, context.Cause(ctx)); err != nil {
				return err
			}
			if c.record == nil {
				whole = false
			} else {
				findDuplicate(&duplicates, c)
				if kind := writtenKind(*c.record); kind != schema.KindNested && (r.selects == nil || r.selects(*c.record)) {
					kinds[writtenKind(*c.record)] = true
				}
			}
			if err := visit(c); err != nil {
				return err
			}
		}
	}
	if !whole { // it is not known what records a file should have had
		return nil
	}
	return firstError(checkGiven(kinds, "--set", r.set), checkGiven(kinds, "--default", r.fill))
}

func findDuplicate(duplicates *schema.Duplicates, c checked) {
	if !c.valid {
		return
	}
	if f, found := duplicates.Find(c.identity, c.record.Kind(), c.record.Place); found {
		*c.record = c.record.WithFindings(f)
	}
}

func checkGiven(kinds map[schema.Kind]bool, flag string, cells []schema.Cell) error {
	for _, c := range cells {
		for only, other := range map[schema.Kind]schema.Kind{
			schema.KindIntegration: schema.KindRepository, schema.KindRepository: schema.KindIntegration} {
			if len(kinds) == 1 && kinds[other] && !other.Takes(c.Field) {
				return usage("%s %s: only %s have this field, and there are none among the records", flag, c.Field, only.Plural())
			}
		}
	}
	return nil
}

// writtenKind is the kind of a record; "" where what it says is none.
func writtenKind(r schema.Record) schema.Kind {
	kind := cmp.Or(schema.Kind(r.Get(schema.FieldKind).Text()), schema.KindIntegration)
	if !kind.Valid() {
		return ""
	}
	return kind
}

func (r *reader) read(name string) iter.Seq2[checked, error] {
	return func(yield func(checked, error) bool) {
		in, problem := r.open(name)
		if problem != "" {
			yield(checked{file: []schema.Finding{schema.CodeFileUnreadable.Newf(schema.Place{File: name}, "", "%s", problem)}}, nil)
			return
		}
		defer in.Close()
		for c, err := range manifest.Map(in, name, r.format, r.encoding, r.newChecker) {
			var problem *manifest.Problem
			if errors.As(err, &problem) {
				c, err = checked{file: []schema.Finding{problem.Finding}}, nil
			}
			if !yield(c, err) {
				return
			}
		}
	}
}

// open opens a manifest, or says what is wrong with the file; "-" is standard input.
func (r *reader) open(name string) (in io.ReadCloser, problem string) {
	if name == "-" {
		return io.NopCloser(r.stdin), ""
	}
	path, _ := manifest.SplitSheet(name)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil, "the folder holds no manifest"
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, "the file cannot be opened: " + plainCause(err)
	}
	return file, ""
}

func (r *reader) newChecker() func(*schema.Entry) checked {
	checker := schema.Checker{NoPlainSecrets: r.noPlainSecrets, JudgeExpression: rememberVerdicts()}
	return func(e *schema.Entry) checked {
		if len(r.set)+len(r.fill) > 0 {
			*e = e.Assign(r.set, r.fill)
		}
		record := checker.Check(*e)
		if r.keepsCells {
			record.Cells = e.Shown(record)
		}
		identity, valid := record.Identity()
		return checked{record: &record, identity: identity, valid: valid}
	}
}

// plainCause is a file error without the operation and path, which the position shows.
func plainCause(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
