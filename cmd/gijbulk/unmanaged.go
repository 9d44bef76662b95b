package main

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"gijbulk/importer/journal"
	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// withoutManaged leaves the live records that no record of the manifests is, or may be, as a
// plan would match them.
func (e *exporter) withoutManaged(ctx context.Context, files []string) error {
	want, err := e.app.wantedOf(ctx, files)
	if err != nil {
		return err
	}
	known, err := e.app.knownRecords(ctx, e.options.state, e.target, e.url)
	if err != nil {
		return err
	}
	var findings []schema.Finding
	e.records, findings = planner.Unmanaged(want, e.records, planner.Options{Target: e.url, Known: known})
	e.findings = append(e.findings, findings...)
	return nil
}

// wantedOf reads the records of manifests. What is wrong with one could make a record seem to be
// unmanaged.
func (a *app) wantedOf(ctx context.Context, files []string) ([]schema.Record, error) {
	r, err := a.manifestReader(manifestOptions{})
	if err != nil {
		return nil, err
	}
	var want []schema.Record
	err = r.each(ctx, files, func(c checked) error {
		findings := c.file
		if c.record != nil {
			want, findings = append(want, *c.record), c.record.Findings
		}
		i := slices.IndexFunc(findings, func(f schema.Finding) bool { return f.Level == schema.LevelError && !f.Create })
		if i < 0 {
			return nil
		}
		f := findings[i]
		return (&failure{code: exitManifest, err: errors.New(f.String())}).hinted("%s", cmp.Or(withFlag(f.Advice, f.Option), "gijbulk validate shows all findings"))
	})
	return want, err
}

// knownRecords are the live records of a target as the runs of the state file recorded them.
func (a *app) knownRecords(ctx context.Context, o stateOptions, t *target, url string) (known map[schema.Key]schema.Known, err error) {
	if o.path == noState || t.sandbox && o.path == "" {
		return nil, nil
	}
	state, err := a.openState(o, false)
	if err != nil || state == nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, state.Close()) }()
	identities, err := state.Identities(ctx, journal.TargetOf(schema.Run{Target: url}))
	if err != nil {
		return nil, err
	}
	return identities.Known, nil
}
