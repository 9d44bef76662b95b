package reports

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gijbulk/schema"
)

func TestCellsKeepTheirOrder(t *testing.T) {
	for want, cells := range map[string]Cells{
		`{}`:       {},
		`{"a":""}`: {{Name: "a"}},
		`{"z":"<1>","_x":"2","a\n":"\"","_x":"4"}`: {{Name: "z", Text: "<1>"}, {Name: "_x", Text: "2"}, {Name: "a\n", Text: `"`}, {Name: "_x", Text: "4"}},
	} {
		got, err := cells.MarshalJSON()
		if err != nil || compacted(t, got) != want {
			t.Errorf("got %s (%v), want %s", got, err, want)
		}
		var back Cells
		if err := json.Unmarshal(got, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(cells, back); diff != "" {
			t.Error(diff)
		}
	}
	for _, bad := range []string{`{"a":1}`, `{"a":{}}`, `[]`, `["a"]`, `"a"`, `1`} {
		if err := json.Unmarshal([]byte(bad), new(Cells)); err == nil {
			t.Errorf("%s was read as cells", bad)
		}
	}
}

// Cells hold references in place of secrets, and no secret that was written elsewhere.
func TestCellsHoldNoSecret(t *testing.T) {
	const secret = "ghp_canary_0123456789"
	literal := schema.Literal(secret, "env:GIJBULK_PAT")
	values := github("Acme")
	values[schema.FieldPat] = schema.Hidden(literal)
	columns := []string{"type", "_" + secret, "pat"}
	results := []schema.Result{
		result(wanted(place("a.yaml", 1), values), schema.OpCreate, schema.StatusFailed),
		result(row(place("b.csv", 1), values, columns, "GITHUB", "was "+secret, "env:GIJBULK_PAT"), schema.OpCreate, schema.StatusFailed),
	}
	dir := t.TempDir()
	if _, err := WriteAll(dir, testRun("a.yaml", "b.csv"), results, schema.NewMask([]schema.Secret{literal})); err != nil {
		t.Fatal(err)
	}
	for _, name := range names(t, dir) {
		if strings.Contains(content(t, dir, name), secret) {
			t.Errorf("%s holds the secret", name)
		}
	}
	got := readReport(t, dir).Records
	if pat, _ := cellNamed(got[0].Cells, "pat", 0); pat != "env:GIJBULK_PAT" || len(got[1].Cells) != 3 {
		t.Errorf("cells %v and %v", got[0].Cells, got[1].Cells)
	}
}
