package main

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"gijbulk/schema"
)

// selectionOptions choose among a manifest's records.
type selectionOptions struct {
	match string
	types []string
	waves []int
	limit int
	shard string
}

func (o *selectionOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.match, "match", "", "only records whose displayName or origin matches this `REGEX`")
	f.StringSliceVar(&o.types, "type", nil, "only records of these `TYPE`s; repository stands for plain repositories")
	f.IntSliceVar(&o.waves, "wave", nil, "only records of these waves (a record without one is in wave 0)")
	f.IntVar(&o.limit, "limit", 0, "only the first `N` records of those chosen (0: all)")
	f.StringVar(&o.shard, "shard", "", "only the `I/N` part of the records, I from 1, by a stable hash of their identity; auto takes I and N from JOB_COMPLETION_INDEX (from 0) and GIJBULK_SHARDS, or from CI_NODE_INDEX (from 1) and CI_NODE_TOTAL")
}

// shardOf reads I/N; 0, 1 stands for no shards.
func (o selectionOptions) shardOf() (index, of int, err error) {
	if o.shard == "" {
		return 0, 1, nil
	}
	i, n, ok := strings.Cut(o.shard, "/")
	index, badIndex := strconv.Atoi(i)
	of, badOf := strconv.Atoi(n)
	if !ok || badIndex != nil || badOf != nil || of < 1 || index < 1 || index > of {
		return 0, 0, usage("--shard %q is neither I/N with I from 1 to N nor auto", o.shard)
	}
	return index - 1, of, nil
}

// selector makes the predicate for all but the shard, which is cut from the finished
// plan. It counts for --limit, so it serves one pass.
func (o selectionOptions) selector() (func(schema.Record) bool, error) {
	pattern, err := regexp.Compile(o.match)
	if err != nil {
		return nil, usage("--match: %w", err)
	}
	for _, t := range o.types {
		if !schema.Type(t).Valid() && t != string(schema.KindRepository) {
			fail := usage("--type %q is not a type", t)
			if near := nearestType(t); near != "" {
				fail.hint = "did you mean " + near + "?"
			}
			return nil, fail
		}
	}
	if o.limit < 0 {
		return nil, usage("--limit %d is below 0", o.limit)
	}
	chosen := 0
	return func(r schema.Record) bool {
		ok := (o.match == "" || pattern.MatchString(r.Name()) || pattern.MatchString(r.Origin())) &&
			(len(o.types) == 0 || slices.Contains(o.types, typeOrKind(r))) &&
			(len(o.waves) == 0 || slices.Contains(o.waves, int(r.Get(schema.FieldWave).Int()))) &&
			(o.limit == 0 || chosen < o.limit)
		if ok {
			chosen++
		}
		return ok
	}, nil
}

// typeOrKind is what --type holds a record against: its type, or for a repository, which
// has none, its kind.
func typeOrKind(r schema.Record) string {
	if r.Kind() == schema.KindRepository {
		return string(schema.KindRepository)
	}
	return string(r.Type())
}

func nearestType(word string) string {
	return cmp.Or(schema.NearestType(word), schema.Nearest(word, []string{string(schema.KindRepository)}))
}
