package export

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gijbulk/importer/convert"
	"gijbulk/importer/convert/tools"
	"gijbulk/schema"
)

// recordsOf reads the app's table as records.
func recordsOf(t rapid.TB, text string) []schema.Record {
	t.Helper()
	in := func(yield func(convert.Input, error) bool) { yield(convert.Input{Name: "in", Text: []byte(text)}, nil) }
	result, err := tools.All().Read(in, convert.Options{From: "vendor-tsv", Include: convert.Flags()})
	if err != nil {
		t.Fatal(err)
	}
	var checker schema.Checker
	var records []schema.Record
	for _, e := range result.Entries {
		r := checker.Check(e)
		records = append(records, r)
	}
	return records
}

func vendorText(t rapid.TB, records []schema.Record, ids bool) (string, []schema.Finding) {
	t.Helper()
	var b strings.Builder
	told, err := WriteTable(&b, slices.Values(records), ids)
	if err != nil {
		t.Fatal(err)
	}
	return b.String(), told
}

// differing lists the fields in which two records are not the same.
func differing(a, b schema.Record) (fields []schema.Field) {
	for _, f := range schema.Fields() {
		if !a.Get(f).Equal(b.Get(f)) {
			fields = append(fields, f)
		}
	}
	return fields
}

// TestVendorRoundTrip: what the app exported goes back into its own table as it was, but
// for what that should not hold.
func TestVendorRoundTrip(t *testing.T) {
	sample, err := os.ReadFile("../../samples/listings/vendor.tsv")
	if err != nil {
		t.Fatal(err)
	}
	first := recordsOf(t, string(sample))
	text, told := vendorText(t, first, false)
	second := recordsOf(t, text)
	if len(first) != len(second) {
		t.Fatalf("%d records became %d", len(first), len(second))
	}
	for i := range first {
		if fields := differing(first[i], second[i]); len(fields) > 0 {
			t.Errorf("%s differs in %v", first[i].Name(), fields)
		}
	}
	if again, _ := vendorText(t, second, false); again != text {
		t.Errorf("the second table is another:\n%s\n%s", text, again)
	}
	for _, secret := range []string{"canary", "AKIA", "env:"} {
		if strings.Contains(text, secret) {
			t.Errorf("a credential came out: %s", secret)
		}
	}
	var about []string
	for _, f := range told {
		about = append(about, f.Field)
	}
	slices.Sort(about)
	if want := []string{"folderDepth", "password", "pat", "username"}; !slices.Equal(slices.Compact(about), want) {
		t.Errorf("told of %v, want %v", about, want)
	}
}

// TestVendorRow: the columns whose meaning is not that of a field.
func TestVendorRow(t *testing.T) {
	yes, no, word := schema.Bool(true), schema.Bool(false), schema.Text
	for _, tt := range []struct {
		values map[schema.Field]schema.Value
		ids    bool
		want   string // of the columns that are not blank
		told   string
	}{
		{values: map[schema.Field]schema.Value{schema.FieldType: word("GITHUB"), schema.FieldGlobal: yes, schema.FieldDisableSslVerification: no},
			want: "integrationType=GITHUB origin=https://api.github.com projectMapping=ALL sslVerify=true"},
		{values: map[schema.Field]schema.Value{schema.FieldType: word("GITLAB_SERVER"), schema.FieldOrigin: word("https://u:p@g.example/x"),
			schema.FieldGlobal: no, schema.FieldProjectMappingIDs: schema.IDs(2, 1), schema.FieldDisableSslVerification: yes},
			want: "integrationType=GITLAB_SERVER origin=https://g.example/x projectMapping=1,2 sslVerify=false"},
		{values: map[schema.Field]schema.Value{schema.FieldKind: word("repository"), schema.FieldOrigin: word("git@g.example:x.git"),
			schema.FieldGlobal: no, schema.FieldProjects: schema.Words("WEB"), schema.FieldRealRoot: word("/srv/x"), schema.FieldAbsoluteRoot: yes},
			want: "absoluteRoot=true origin=git@g.example:x.git realRoot=/srv/x", told: "global projects"},
		{values: map[schema.Field]schema.Value{schema.FieldKind: word("repository"), schema.FieldOrigin: word("https://g.example/x.git"),
			schema.FieldGlobal: yes, schema.FieldProjectMappingIDs: schema.IDs(1), schema.FieldAbsoluteRoot: no, schema.FieldMainBranch: word("")},
			want: "absoluteRoot=false origin=https://g.example/x.git projectMapping=ALL", told: "mainBranch projectMappingIds"},
		{values: map[schema.Field]schema.Value{schema.FieldType: word("AWS"), schema.FieldUsername: word("AKIAX"), schema.FieldDisplayName: word("a\tb"),
			schema.FieldAPIFilter: word(`"a b"[?c]`), schema.FieldID: schema.Int(7)}, ids: true,
			want: "id=7 integrationType=AWS", told: "apiFilter displayName username"},
		{values: map[schema.Field]schema.Value{schema.FieldType: word("GITHUB"), schema.FieldUsername: word("svc"), schema.FieldID: schema.Int(7),
			schema.FieldPassword: schema.Hidden(schema.Literal("s3cr3t", "env:X"))},
			want: "integrationType=GITHUB origin=https://api.github.com username=svc", told: "password"},
	} {
		text, told := vendorText(t, []schema.Record{schema.NewRecord(tt.values)}, tt.ids)
		lines := strings.Split(text, "\n")
		titles, cells := strings.Split(lines[0], "\t"), strings.Split(lines[1], "\t")
		got := map[string]string{}
		for i, c := range cells {
			if c != "" {
				got[titles[i]] = c
			}
		}
		var pairs, fields []string
		for _, title := range slices.Sorted(maps.Keys(got)) {
			pairs = append(pairs, title+"="+got[title])
		}
		for _, f := range told {
			fields = append(fields, f.Field)
		}
		slices.Sort(fields)
		if line := strings.Join(pairs, " "); line != tt.want {
			t.Errorf("row %s\nwant %s", line, tt.want)
		}
		if line := strings.Join(fields, " "); line != tt.told {
			t.Errorf("of %s: told %q, want %q", tt.want, line, tt.told)
		}
	}
}

// TestVendorHolds: whatever a record has comes back from the app's table, or it was told
// that it would not.
func TestVendorHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyRecord(t)
		text, told := vendorText(t, []schema.Record{r}, false)
		if lines := strings.Count(text, "\n"); lines != 2 {
			t.Fatalf("one record became %d lines", lines-1)
		}
		back := recordsOf(t, text)
		if len(back) != 1 {
			t.Fatalf("one record became %d", len(back))
		}
		for _, f := range differing(r, back[0]) {
			if !r.Has(f) {
				continue // credentials to fill in, global beside projects, a default
			}
			if f == schema.FieldProjectMappingIDs && r.Get(f).Blank() && r.Get(schema.FieldGlobal).Bool() {
				continue // of all projects, none means nothing
			}
			if !slices.ContainsFunc(told, func(n schema.Finding) bool { return n.Field == f.String() }) {
				t.Errorf("%s was %q and is %q, and nothing was told", f, r.Get(f), back[0].Get(f))
			}
		}
	})
}

// anyRecord draws a record with any fields of its kind.
func anyRecord(t *rapid.T) schema.Record {
	kind := rapid.SampledFrom([]schema.Kind{schema.KindIntegration, schema.KindRepository}).Draw(t, "kind")
	values := map[schema.Field]schema.Value{}
	for _, f := range schema.Fields() {
		if kind.Takes(f) && rapid.Bool().Draw(t, f.String()) {
			values[f] = anyValue(t, f)
		}
	}
	delete(values, schema.FieldKind)
	delete(values, schema.FieldID)
	delete(values, schema.FieldTarget)
	values[schema.FieldOrigin] = schema.Text(fmt.Sprintf("https://git.example/%d.git", rapid.IntRange(1, 9).Draw(t, "origin")))
	if kind == schema.KindRepository {
		values[schema.FieldKind] = schema.Text(string(kind))
	} else {
		values[schema.FieldType] = schema.Text(string(rapid.SampledFrom(schema.Types()).Draw(t, "type")))
	}
	return schema.NewRecord(values)
}

func anyValue(t *rapid.T, f schema.Field) schema.Value {
	label := f.String()
	switch f.Shape() {
	case schema.ShapeBool:
		return schema.Bool(rapid.Bool().Draw(t, label))
	case schema.ShapeInt:
		return schema.Int(int64(rapid.IntRange(0, 5).Draw(t, label)))
	case schema.ShapeIDs:
		return schema.IDs(rapid.SliceOfN(rapid.Int64Range(1, 1<<62), 0, 3).Draw(t, label)...)
	case schema.ShapeWords:
		return schema.Words("A", "B")
	case schema.ShapeSecret:
		return schema.Hidden(schema.Refer(schema.SchemeEnv, "NAME"))
	}
	return schema.Text(rapid.StringOf(rapid.RuneFrom([]rune("ab\"'\\,;|\t\n\r é\u00a0\u2028東\x00{}[]?=:/"))).Draw(t, label))
}
