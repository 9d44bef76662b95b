package main

import (
	"context"
	"fmt"
	"slices"

	"gijbulk/importer/secrets"
	"gijbulk/schema"
)

// equip gives the plan's records their secrets again: by their references, and those
// that were written out from the manifest.
func (j *job) equip(ctx context.Context, files []string) error {
	wants := make([]schema.Record, len(j.planned.Actions))
	for i, a := range j.planned.Actions {
		wants[i] = a.Want
	}
	if len(files) > 0 {
		if err := j.literals(ctx, files, wants); err != nil {
			return err
		}
	}
	resolver := secrets.Resolver{Env: j.lookupEnv, AllowCommands: j.options.allowCommands}
	resolved, findings := resolver.Resolve(ctx, wants)
	j.hide(resolved, j.target.secrets...)
	open := make(map[schema.Place]bool)
	for i := range j.planned.Actions {
		a := &j.planned.Actions[i]
		a.Want = resolved[i]
		for c := range a.Changes {
			if _, hidden := a.Changes[c].To.Secret(); hidden {
				a.Changes[c].To = a.Want.Get(a.Changes[c].Field)
			}
		}
		j.outcomes[i].Action = *a
		if s := j.outcomes[i].Status; a.Op.Writes() && (s == schema.StatusUnprocessed || s == schema.StatusUnknown) {
			open[placeOf(a.Want.Place)] = true
		}
	}
	// What has been sent needs no secret any more.
	findings = slices.DeleteFunc(findings, func(f schema.Finding) bool { return !open[placeOf(f.Place)] })
	if len(findings) == 0 {
		return nil
	}
	j.run.Findings = append(j.run.Findings, findings...)
	if err := j.tellRefusal(); err != nil {
		return err
	}
	return (&failure{code: exitManifest, err: fmt.Errorf("%s; nothing was sent", count(len(findings), "error"))}).
		hinted("set the references, or name the files of the manifest: gijbulk resume %s FILE…", j.run.ID)
}

// placeOf is a record's place without its column.
func placeOf(p schema.Place) schema.Place { return schema.Place{File: p.File, Record: p.Record} }

// literals takes secrets that were written out from the manifest's own files, by
// identity.
func (j *job) literals(ctx context.Context, files []string, wants []schema.Record) error {
	l := &loader{stdin: j.stdin}
	byKey := make(map[schema.Key]schema.Record)
	_, err := l.each(ctx, files, func(c checked) error {
		if c.record != nil {
			byKey[c.record.Key()] = *c.record
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, w := range wants {
		again, ok := byKey[w.Key()]
		if !ok {
			continue
		}
		for _, f := range []schema.Field{schema.FieldPassword, schema.FieldPat} {
			if s, hidden := again.Get(f).Secret(); hidden && s.Literal() && w.Has(f) {
				wants[i] = wants[i].Set(f, again.Get(f))
			}
		}
	}
	return nil
}
