package schema

import (
	"slices"
	"testing"
)

// What is said of a field is what the rules do: a type that does not take it refuses or warns, and one
// that needs it finds it missing.
func TestFieldFactsAgreeWithTheRules(t *testing.T) {
	values := map[Field]string{FieldAwsRegion: "eu-west-1", FieldFolderDepth: "!2", FieldTfsCollection: "acme", FieldAPIPath: "/x",
		FieldPat: "env:PAT", FieldPassword: "env:PASSWORD"}
	for _, typ := range Types() {
		for f, value := range values {
			codes := codesOf(f, checkedEntry("type", string(typ), f.String(), value))
			refused := slices.ContainsFunc(codes, func(c Code) bool { return c == CodeFieldRefused || c == CodeLoginRefused || c == CodePathOnType })
			if refused == typ.Takes(f) {
				t.Errorf("%s takes %s: %t, and the rules find %q", typ, f, typ.Takes(f), codes)
			}
		}
		for _, f := range []Field{FieldOrigin, FieldAwsRegion, FieldFolderDepth, FieldAPIPath} {
			codes := codesOf(f, checkedEntry("type", string(typ)))
			if missing := len(codes) > 0; missing != typ.Needs(f) {
				t.Errorf("%s needs %s: %t, and the rules find %q", typ, f, typ.Needs(f), codes)
			}
		}
	}
	for kind, f := range map[Kind]Field{KindIntegration: FieldType, KindRepository: FieldOrigin, KindNested: FieldMatch} {
		if codes := codesOf(f, checkedEntry("kind", string(kind))); len(codes) == 0 || !kind.Needs(f) {
			t.Errorf("%s needs %s: %t, and the rules find %q", kind, f, kind.Needs(f), codes)
		}
	}
}

func TestFieldsSayWhereTheyComeFrom(t *testing.T) {
	for _, f := range Fields() {
		if (len(f.Sources()) == 0) != f.Tool() || len(f.Kinds()) == 0 || f.Values() == "" {
			t.Errorf("%s: sources %q, kinds %q, values %q", f, f.Sources(), f.Kinds(), f.Values())
		}
	}
	if got := FieldFolderDepth.Values(); got != "a whole number from 1 to 5" {
		t.Error(got)
	}
}

func codesOf(f Field, r Record) (codes []Code) {
	for _, finding := range r.Findings {
		if finding.Field == f.String() {
			codes = append(codes, finding.Code)
		}
	}
	return codes
}

func checkedEntry(pairs ...string) Record {
	var c Checker
	return c.Check(entry(pairs...))
}
