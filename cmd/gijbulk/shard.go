package main

import (
	"iter"

	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// part is the shard that --shard names.
func (o selectionOptions) part() (schema.Shard, error) {
	if o.shard == "" {
		return schema.Shard{}, nil
	}
	index, of, err := o.shardOf()
	return schema.Shard{Index: index + 1, Of: of}, err
}

// identify notes what the run is about, so that the reports of its shards can be told
// from those of other runs: what is wanted of all that was read, and this process's part.
func (j *job) identify() (err error) {
	if j.run.Shard, err = j.options.selection.part(); err != nil {
		return err
	}
	chosen, err := j.options.selection.selector()
	if err != nil {
		return err
	}
	j.run.Manifest = schema.ManifestDigest(func(yield func(schema.Record) bool) {
		for _, r := range j.records {
			if chosen(r) && !yield(r) {
				return
			}
		}
	})
	return nil
}

// cut keeps this process's part of the plan. What is held against the whole plan comes
// before.
func (j *job) cut() {
	j.planned = planner.Shard(j.planned, j.run.Shard.Index-1, j.run.Shard.Of)
}

// mine are the records of this process's part.
func (j *job) mine() iter.Seq[schema.Record] {
	return func(yield func(schema.Record) bool) {
		for _, r := range j.records {
			if j.run.Shard.Holds(r.Key()) && !yield(r) {
				return
			}
		}
	}
}
