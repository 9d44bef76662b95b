package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/pflag"
	"golang.org/x/sync/errgroup"

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
	f.StringArrayVar(&o.set, "set", nil, "`FIELD=VALUE` for every record, whatever it says itself (repeatable)")
	f.StringArrayVar(&o.fill, "default", nil, "`FIELD=VALUE` for every record that does not say (repeatable)")
	f.BoolVar(&o.noPlainSecrets, "no-plain-secrets", false, "a secret that is written out in a manifest is an error")
}

// loader reads manifests and judges their records.
type loader struct {
	stdin     io.Reader
	format    manifest.Format
	set, fill []schema.Cell
	checker   schema.Checker
}

func (o manifestOptions) loader(stdin io.Reader) (*loader, error) {
	l := &loader{stdin: stdin, format: manifest.Format(o.format), checker: schema.Checker{NoPlainSecrets: o.noPlainSecrets}}
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

// checked is a record that has been judged, or with record.Place.Record 0 what a file
// as a whole had against it.
type checked struct {
	record   schema.Record
	findings []schema.Finding
}

// isRecord tells a record from what was found about a file.
func (c checked) isRecord() bool { return c.record.Place.Record > 0 }

// batchSize is the number of entries that go from the reading core to the judging one
// at a time.
const batchSize = 256

type read struct {
	entry   schema.Entry
	problem *schema.Finding
}

// each reads the files on one core and judges their records on another, in order. It
// ends early when visit returns an error.
func (l *loader) each(ctx context.Context, files []string, visit func(checked) error) error {
	batches := make(chan []read, 4)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(batches)
		return l.readAll(ctx, files, batches)
	})
	group.Go(func() error {
		var identities schema.Identities
		for batch := range batches {
			for i := range batch {
				if err := visit(l.judge(batch[i], &identities)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return group.Wait()
}

func (l *loader) judge(r read, identities *schema.Identities) checked {
	if r.problem != nil {
		return checked{findings: []schema.Finding{*r.problem}}
	}
	record, findings := l.checker.Check(r.entry.Override(l.set).Fill(l.fill))
	if twin, found := identities.Add(&record); found {
		findings = append(findings, twin)
	}
	for _, f := range findings {
		if f.Level == schema.LevelError {
			record.Faults = append(record.Faults, f)
		}
	}
	return checked{record, findings}
}

func (l *loader) readAll(ctx context.Context, files []string, batches chan<- []read) error {
	batch := make([]read, 0, batchSize)
	send := func() error {
		if len(batch) == 0 {
			return nil
		}
		select {
		case batches <- batch:
			batch = make([]read, 0, batchSize)
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	for _, name := range files {
		err := l.readFile(name, func(r read) error {
			if batch = append(batch, r); len(batch) == batchSize {
				return send()
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return send()
}

// readFile reads one manifest; "-" is standard input.
func (l *loader) readFile(name string, yield func(read) error) error {
	in := l.stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			f := schema.CodeFileUnreadable.Newf(schema.Place{File: name}, "", "the file cannot be opened: %s", plainCause(err))
			return yield(read{problem: &f})
		}
		defer file.Close()
		in = file
	}
	for entry, err := range manifest.Read(in, name, l.format) {
		var problem *manifest.Problem
		switch {
		case err == nil:
			err = yield(read{entry: entry})
		case errors.As(err, &problem):
			err = yield(read{problem: &problem.Finding})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// plainCause is a file error without the operation and path, which the place tells.
func plainCause(err error) string {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err.Error()
	}
	return err.Error()
}
