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

func (o *selectionOptions) addChoosing(f *pflag.FlagSet) {
	f.StringVar(&o.match, "match", "", "only records whose displayName or origin matches this `REGEX`")
	f.StringSliceVar(&o.types, "type", nil, "only records of these `TYPE`s; repository selects plain repositories")
}

func (o *selectionOptions) addFlags(f *pflag.FlagSet) {
	o.addPlanning(f)
	f.StringVar(&o.shard, "shard", "", "only part `I/N` of the records, I from 1, by a stable hash of their identity; auto reads JOB_COMPLETION_INDEX (from 0) and GIJBULK_SHARDS, or CI_NODE_INDEX (from 1) and CI_NODE_TOTAL")
}

func (o *selectionOptions) addPlanning(f *pflag.FlagSet) {
	o.addChoosing(f)
	f.IntSliceVar(&o.waves, "wave", nil, "only records of these waves (a record without one is in wave 0)")
	f.IntVar(&o.limit, "limit", 0, "only the first `N` of the selected records (0: all)")
}

// parseShard reads I/N; nothing stands for all of the work.
func (o selectionOptions) parseShard() (schema.Shard, error) {
	if o.shard == "" {
		return schema.Shard{}, nil
	}
	i, n, ok := strings.Cut(o.shard, "/")
	index, badIndex := strconv.Atoi(i)
	of, badOf := strconv.Atoi(n)
	if !ok || badIndex != nil || badOf != nil || of < 1 || index < 1 || index > of {
		return schema.Shard{}, usage("--shard %q is neither I/N with I from 1 to N nor auto", o.shard)
	}
	return schema.Shard{Index: index, Of: of}, nil
}

// selection chooses among a manifest's records, by all but the shard, which is cut from the
// finished plan.
type selection struct {
	pattern *regexp.Regexp // nil: any
	types   []string
	waves   []int
	limit   int
}

func (o selectionOptions) parse() (selection, error) {
	s := selection{types: o.types, waves: o.waves, limit: o.limit}
	if o.match != "" {
		var err error
		if s.pattern, err = regexp.Compile(o.match); err != nil {
			return s, usage("--match: %w", err)
		}
	}
	for _, t := range o.types {
		if !schema.Type(t).Valid() && t != string(schema.KindRepository) {
			fail := usage("--type %q is not a type", t)
			if near := nearestType(t); near != "" {
				fail.hint = "did you mean " + near + "?"
			}
			return s, fail
		}
	}
	if o.limit < 0 {
		return s, usage("--limit %d is below 0", o.limit)
	}
	return s, nil
}

// predicate serves one pass over the records, since it counts for --limit.
func (s selection) predicate() func(schema.Record) bool {
	chosen := 0
	return func(r schema.Record) bool {
		ok := (s.pattern == nil || s.pattern.MatchString(r.Name()) || s.pattern.MatchString(r.Origin())) &&
			(len(s.types) == 0 || slices.Contains(s.types, typeOrKind(r))) &&
			(len(s.waves) == 0 || slices.Contains(s.waves, int(r.Get(schema.FieldWave).Int()))) &&
			(s.limit == 0 || chosen < s.limit)
		if ok {
			chosen++
		}
		return ok
	}
}

func (s selection) count(records []schema.Record) (n int) {
	chosen := s.predicate()
	for _, r := range records {
		if chosen(r) {
			n++
		}
	}
	return n
}

// typeOrKind is what --type compares a record with: its type, or for a repository, which
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
