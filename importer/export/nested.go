package export

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"gijbulk/schema"
)

// Nested makes rules for the nested repositories of live integrations, by the ids of these: what a nested repository has
// set and its integration has not, in as few rules as [ruleList] makes. They plan to no changes. A rule has only what the
// server shows. A display name that follows from the path is no setting. Web links that contain the path are left out
// with a warning, and so is what no rule can say of one nested repository alone.
func Nested(integrations, nested []schema.Record) (map[int64][]schema.Record, []schema.Finding) {
	n := nestedReader{shown: make(map[schema.Field]bool)}
	for i := range nested {
		for f := range nested[i].All() {
			n.shown[f] = true
		}
	}
	inside := make(map[int64][]nestedRecord)
	for i := range nested {
		r := &nested[i]
		inside[r.Integration] = append(inside[r.Integration], n.read(r))
	}
	rules := make(map[int64][]schema.Record, len(integrations))
	for i := range integrations {
		if r := &integrations[i]; len(inside[r.ID]) > 0 {
			rules[r.ID] = n.rules(r, inside[r.ID])
		}
	}
	return rules, n.warnings.findings()
}

// nestedRecord is a live nested repository with what a rule for it may set.
type nestedRecord struct {
	*schema.Record
	path     string
	settings settings
}

type nestedReader struct {
	shown    map[schema.Field]bool // by any nested repository
	warnings warnings
}

func (n *nestedReader) read(r *schema.Record) nestedRecord {
	path := strings.ToValidUTF8(schema.NestedPath(r.Origin()), string(unicode.ReplacementChar))
	all := settingsOf(r, func(f schema.Field) bool { return n.shown[f] })
	return nestedRecord{r, path, slices.DeleteFunc(all, func(fv schema.FieldValue) bool {
		switch {
		case fv.Field == schema.FieldDisplayName:
			return followsFrom(path, fv.Value.Text())
		case schema.KindIntegration.Takes(fv.Field) || !strings.Contains(fv.Value.Text(), "/"+path):
			return false
		}
		n.warnings.add(r, fv.Field, "it contains the path of the nested repository and was left out", "")
		return true
	})}
}

// followsFrom reports whether a display name is what the app may have made of a path: all of it or its last segments, in
// other letter case or punctuation.
func followsFrom(path, name string) bool {
	name = lettersOf(name)
	for rest, more := path, true; more; {
		if lettersOf(rest) == name {
			return true
		}
		_, rest, more = strings.Cut(rest, "/")
	}
	return name == ""
}

func lettersOf(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

func (n *nestedReader) rules(integration *schema.Record, nested []nestedRecord) []schema.Record {
	nested = n.eachPathOnce(nested)
	own := settingsOf(integration, func(schema.Field) bool { return true })
	var g groups
	paths := make([]path, len(nested))
	for i, r := range nested {
		paths[i] = path{r.path, g.of(r.settings, own)}
	}
	rules, wrong := ruleList(paths)
	for _, p := range wrong {
		i, _ := slices.BinarySearchFunc(nested, p.name, func(r nestedRecord, name string) int { return strings.Compare(r.path, name) })
		n.warnings.add(nested[i].Record, schema.FieldMatch, "no rule can be for it and not for another nested repository with other settings", "")
	}
	return g.records(rules)
}

// eachPathOnce sorts nested repositories by path, and leaves one of those with the same: a rule is for all of them.
func (n *nestedReader) eachPathOnce(nested []nestedRecord) []nestedRecord {
	slices.SortStableFunc(nested, func(a, b nestedRecord) int { return cmp.Compare(a.path, b.path) })
	return slices.CompactFunc(nested, func(a, b nestedRecord) bool {
		if a.path == b.path && a.settings.key() != b.settings.key() {
			n.warnings.add(b.Record, schema.FieldMatch, "another nested repository of its integration has the same path and other settings", "")
		}
		return a.path == b.path
	})
}
