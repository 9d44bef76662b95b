package schema

import (
	"strings"
	"testing"
)

func TestNoPlainSecrets(t *testing.T) {
	c := Checker{NoPlainSecrets: true}
	findings := c.Check(entry("type", "GITHUB", "pat", "ghp_0123456789")).Findings
	if len(findings) != 1 || findings[0].Level != LevelError {
		t.Errorf("findings %v, want one error", findings)
	}
}

func TestRowKeepsItsCellsWithoutSecrets(t *testing.T) {
	e := Entry{Place: Place{File: "m.csv", Line: 2, Record: 1}, Columns: []string{"Type", "PAT", "_note"}, Cells: []Cell{
		{Name: "Type", Field: FieldType, Written: Written{Text: "GITHUB"}},
		{Name: "PAT", Field: FieldPat, Written: Written{Text: "ghp_secret"}},
		{Name: "_note", Written: Written{Text: "mine"}},
		{Name: "disabled", Field: FieldDisabled, Written: Written{Text: "no"}, Given: true},
	}}
	r := Checker{}.Check(e)
	r.Cells = e.Shown(r)
	if len(r.Cells) != 3 || r.Cells[0] != (Column{"Type", "GITHUB"}) || r.Cells[2] != (Column{"_note", "mine"}) {
		t.Errorf("cells %v", r.Cells)
	}
	if text := r.Cells[1].Text; !strings.HasPrefix(text, "env:GIJBULK_GITHUB_PAT_") {
		t.Errorf("the secret is shown as %q", text)
	}
}

func TestCredentialsInAnOriginAreNotKept(t *testing.T) {
	e := entry("type", "GITLAB_SERVER", "origin", "https://bob:hunter2@git.example.org/x@y", "pat", "env:P")
	r := Checker{}.Check(e)
	r.Cells = e.Shown(r)
	if len(r.Findings) != 1 || r.Origin() != "https://git.example.org/x@y" || r.Cells[1].Text != r.Origin() {
		t.Errorf("findings %v, origin %q, cell %q", r.Findings, r.Origin(), r.Cells[1].Text)
	}
}
