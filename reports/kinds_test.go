package reports

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"gijbulk/schema"
)

func repository(origin string) fields {
	return fields{schema.FieldKind: schema.Text("repository"), schema.FieldOrigin: schema.Text(origin)}
}

// TestRepositoriesAreCalledByTheirKind: they have no type, and one that is deleted stands
// in no manifest.
func TestRepositoriesAreCalledByTheirKind(t *testing.T) {
	failed := result(wanted(place("a.yaml", 1), repository("https://git.example.org/a.git")), schema.OpCreate, schema.StatusFailed)
	failed.Error, failed.Attempts, failed.Took, failed.Started = "no", 1, time.Second, testRun().Started
	github := result(wanted(place("a.yaml", 2), github("Acme")), schema.OpCreate, schema.StatusCreated)
	results := []schema.Result{failed, github, deleted(7, repository("https://git.example.org/old.git"))}
	render := func(r Renderer) string {
		var b bytes.Buffer
		if err := r(&b, testRun("a.yaml"), results); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	report, err := Read(strings.NewReader(render(JSON)))
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, r := range report.Records {
		kinds = append(kinds, fmt.Sprintf("%s %q", r.Kind, r.Type))
	}
	if got, want := strings.Join(kinds, ", "), `repository "", integration "GITHUB", repository ""`; got != want {
		t.Errorf("report.json has %s, want %s", got, want)
	}
	html := render(FormatHTML.Renderer())
	for _, want := range []string{
		`<li><span>repository</span>`,
		"</td><td>repository</td><td></td><td>https://git.example.org/a.git</td>",
	} {
		if !strings.Contains(html, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if got := render(FormatJUnit.Renderer()); strings.Count(got, `classname="gijbulk.repository"`) != 2 {
		t.Errorf("two test cases are repositories:\n%s", got)
	}
	if got := render(FormatMarkdown.Renderer()); !strings.Contains(got, "repository https://git.example.org/a.git") {
		t.Errorf("no row begins with the kind:\n%s", got)
	}
	var summary bytes.Buffer
	if err := Summary(&summary, testRun("a.yaml"), results, "", Page{}); err != nil {
		t.Fatal(err)
	}
	if got := summary.String(); !strings.Contains(got, "a.yaml:2: repository https://git.example.org/a.git: no\n") {
		t.Errorf("the last words are\n%s", got)
	}
	if got := render(CSV(Succeeded)); !strings.Contains(got, ",https://git.example.org/old.git,,repository,") {
		t.Errorf("the deleted one is no row of a manifest:\n%s", got)
	}
}
