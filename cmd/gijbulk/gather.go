package main

import (
	"context"
	"maps"
	"slices"

	"gijbulk/importer/secrets"
	"gijbulk/schema"
)

// manifests are what files of records hold.
type manifests struct {
	records []schema.Record
	files   []schema.Finding // about whole files
}

// allFindings are those of the files and of their records. What only a create needs is not
// among them.
func (m manifests) allFindings() []schema.Finding {
	all := slices.Clone(m.files)
	for i := range m.records {
		for _, f := range m.records[i].Findings {
			if !f.Create {
				all = append(all, f)
			}
		}
		for _, rule := range m.records[i].Rules {
			all = append(all, rule.Findings...)
		}
	}
	return all
}

func (m manifests) kinds() []schema.Kind {
	kinds := schema.CountKinds(m.records)
	if slices.ContainsFunc(m.records, func(r schema.Record) bool { return len(r.Rules) > 0 }) {
		kinds[schema.KindNested]++
	}
	return slices.Sorted(maps.Keys(kinds))
}

// readManifests checks the manifests. Secrets that are written out in them are hidden from now on.
func (w *workspace) readManifests(ctx context.Context, files []string) (manifests, error) {
	var m manifests
	r, err := w.manifestReader(w.manifest)
	if err != nil {
		return m, err
	}
	r.selects, r.keepsCells = w.selected.predicate(), w.reporting()
	err = r.each(ctx, files, func(c checked) error {
		m.files = append(m.files, c.file...)
		if c.record != nil {
			m.records = append(m.records, *c.record)
		}
		return nil
	})
	w.hide(m.records, w.target.secrets...)
	m.records = schema.AttachRules(m.records)
	return m, err
}

func (w *workspace) resolveSecrets(ctx context.Context, files []string, m manifests) (manifests, error) {
	resolver := secrets.Resolver{Env: w.lookupEnv, AllowCommands: w.settings.target.allowCommands, Lenient: w.dryRun}
	m.records = resolver.Resolve(ctx, m.records)
	w.hide(m.records, w.target.secrets...)
	w.logStep("manifest checked", "files", len(files), "records", len(m.records), "findings", len(m.allFindings()))
	return m, context.Cause(ctx)
}

// digest is that of what is wanted, so that the reports of a run's shards can be told from
// those of other runs.
func (w *workspace) digest(m manifests) string {
	chosen := w.selected.predicate()
	return schema.ManifestDigest(func(yield func(schema.Record) bool) {
		for _, r := range m.records {
			if chosen(r) && !yield(r) {
				return
			}
		}
	})
}

func (w *workspace) mine(m manifests) []schema.Record {
	return slices.DeleteFunc(slices.Clone(m.records), func(r schema.Record) bool { return !w.shard.Holds(r.Key()) })
}

// server is what is on a server; nested repositories are apart.
type server struct {
	records []schema.Record
	nested  []schema.Record

	nestedRead bool // else nested is not known
}

// readServer reads what is on the server of these kinds, and with repositories those inside
// integrations. Expected are the records that earlier runs know of.
func (w *workspace) readServer(ctx context.Context, expected map[int64]schema.Kind, kinds []schema.Kind) (server, error) {
	records, nested, err := w.target.client.Read(ctx, expected, kinds...)
	read := slices.Contains(kinds, schema.KindRepository) || slices.Contains(kinds, schema.KindNested)
	return server{records, nested, read}, err
}

// withNested also has the nested repositories, which are read here only where that was not needed before.
func (w *workspace) withNested(ctx context.Context, live server) (_ server, err error) {
	if !live.nestedRead {
		_, live.nested, err = w.target.client.Repositories(ctx)
		live.nestedRead = err == nil
	}
	return live, err
}

func (w *workspace) logServer(run schema.Run, live server, kinds []schema.Kind) {
	counts := schema.CountKinds(live.records)
	counts[schema.KindNested] = len(live.nested)
	said := []any{"target", run.Target, "user", run.User}
	for _, kind := range kinds {
		said = append(said, kind.Plural(), counts[kind])
	}
	w.logStep("server read", said...)
}

// projectIDs are those of Jira's projects by their keys, where any record names one.
func (w *workspace) projectIDs(ctx context.Context, m manifests) (map[string]int64, error) {
	named := func(r schema.Record) bool { return r.Has(schema.FieldProjects) }
	if !slices.ContainsFunc(m.records, func(r schema.Record) bool { return named(r) || slices.ContainsFunc(r.Rules, named) }) {
		return nil, nil
	}
	return w.target.client.Projects(ctx)
}

// withProjects turns project keys into ids; without any it leaves the records as they are.
func (m manifests) withProjects(ids map[string]int64) manifests {
	if ids == nil {
		return m
	}
	m.records = slices.Clone(m.records)
	for i, r := range m.records {
		m.records[i] = schema.ResolveProjects(r, ids)
	}
	m.records = schema.DetachBadRules(m.records)
	return m
}
