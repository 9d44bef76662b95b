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
	set, fill      []string
	noPlainSecrets bool
}

func (o *manifestOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.format, "format", "", "csv, tsv, yaml, json or jsonl (default: by extension, else by content)")
	f.StringArrayVar(&o.set, "set", nil, "`FIELD=VALUE` for every record whose kind has the field, whatever it says itself (repeatable)")
	f.StringArrayVar(&o.fill, "default", nil, "`FIELD=VALUE` for every record whose kind has the field and that does not say (repeatable)")
	f.BoolVar(&o.noPlainSecrets, "no-plain-secrets", false, "a secret that is written out in a manifest is an error")
}

// loader reads manifests and judges their records.
type loader struct {
	stdin     io.Reader
	format    manifest.Format
	set, fill []schema.Cell
	lean      bool // records are judged and forgotten
	noCells   bool // what was written is not kept with the records, for nobody reports it

	chosen func(schema.Record) bool // the records that are acted on; nil: all

	noPlainSecrets bool
}

func (o manifestOptions) loader(stdin io.Reader) (*loader, error) {
	l := &loader{stdin: stdin, format: manifest.Format(o.format), noPlainSecrets: o.noPlainSecrets}
	if o.format != "" && !slices.Contains(manifest.Formats(), l.format) {
		return nil, usage("--format %q is none of csv, tsv, yaml, json, jsonl", o.format)
	}
	var err error
	if l.set, err = givenCells("--set", o.set); err != nil {
		return nil, err
	}
	l.fill, err = givenCells("--default", o.fill)
	return l, err
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
			fail := usage("%s: there is no field %q", flag, name)
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

// checked is a record that has been judged, or what a file as a whole had against it.
type checked struct {
	place    schema.Place
	record   *schema.Record // nil for a file, and where nobody will keep records
	findings []schema.Finding
	identity schema.Identity
	kind     schema.Kind
}

// isRecord tells a record from what was found about a file.
func (c checked) isRecord() bool { return c.place.Record > 0 }

// each reads the files and judges their records on all cores, and visits them in
// order. It ends early when visit returns an error. The findings are those that no
// record has by itself: of its twins. What no record that is acted on can take of --set
// and --default is an error.
func (l *loader) each(ctx context.Context, files []string, visit func(checked) error) (iter.Seq[schema.Finding], error) {
	identities := schema.NewIdentities()
	kinds, whole := make(map[schema.Kind]bool), true
	for _, name := range files {
		for c, err := range l.judged(name, identities) {
			if err == nil {
				err = context.Cause(ctx)
			}
			if err == nil {
				identities.Note(c.identity, c.place)
				whole = whole && c.isRecord()
				if c.isRecord() && (l.chosen == nil || l.chosen(*c.record)) {
					kinds[c.kind] = true
				}
				err = visit(c)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	if whole { // else nobody knows what records a file was to hold
		if err := firstError(judgeGiven(kinds, "--set", l.set), judgeGiven(kinds, "--default", l.fill)); err != nil {
			return nil, err
		}
	}
	return identities.Twins(), nil
}

// judgeGiven refuses what records of none of these kinds can take.
func judgeGiven(kinds map[schema.Kind]bool, flag string, cells []schema.Cell) error {
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

// judged reads one manifest; "-" is standard input.
func (l *loader) judged(name string, identities *schema.Identities) iter.Seq2[checked, error] {
	return func(yield func(checked, error) bool) {
		in := l.stdin
		if name != "-" {
			file, err := os.Open(name)
			if err != nil {
				f := schema.CodeFileUnreadable.Newf(schema.Place{File: name}, "", "the file cannot be opened: %s", plainCause(err))
				yield(checked{findings: []schema.Finding{f}}, nil)
				return
			}
			defer file.Close()
			in = file
		}
		for c, err := range manifest.Map(in, name, l.format, func() func(*schema.Entry) checked { return l.judge(identities) }) {
			var problem *manifest.Problem
			if errors.As(err, &problem) {
				c, err = checked{findings: []schema.Finding{problem.Finding}}, nil
			}
			if !yield(c, err) {
				return
			}
		}
	}
}

// judge makes what judges the entries on one core.
func (l *loader) judge(identities *schema.Identities) func(*schema.Entry) checked {
	checker := schema.Checker{NoPlainSecrets: l.noPlainSecrets, Lean: l.lean, NoCells: l.noCells}
	return func(e *schema.Entry) checked {
		if len(l.set)+len(l.fill) > 0 {
			*e = e.Assign(l.set, l.fill)
		}
		record, findings := checker.Check(*e)
		c := checked{place: record.Place, findings: findings, identity: identities.Of(&record), kind: writtenKind(record)}
		if l.lean {
			c.findings = append(c.findings, record.CreateNeeds()...)
			return c
		}
		c.record = keep(record, findings)
		return c
	}
}

// keep gives a record room of its own, with the errors found in it. One that is judged
// and forgotten needs none.
func keep(record schema.Record, findings []schema.Finding) *schema.Record {
	faults := slices.DeleteFunc(slices.Clone(findings), func(f schema.Finding) bool { return f.Level != schema.LevelError })
	record = record.WithFaults(faults...)
	return &record
}

// plainCause is a file error without the operation and path, which the place tells.
func plainCause(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
