package schema

import (
	"fmt"
	"slices"
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

// TestForeignReferences: what another tool would expand is not sent as a secret, and not
// shown.
func TestForeignReferences(t *testing.T) {
	for text, foreign := range map[string]bool{
		"$GITLAB_TOKEN": true, "${GITLAB_TOKEN}": true, "${{ secrets.PAT }}": true, "{{ gitlab_token }}": true,
		"vault:secret/data/gitlab#token": true, " $TOKEN ": true, "VAULT:x": true, "$(pass show x)": true, "`pass`": true, "$env:TOKEN": true, "%TOKEN%": true,
		"op://vault/item/pat": true, "ref+vault://x": true, "arn:aws:secretsmanager:x": true, "#{Token}": true, "<%= token %>": true, "ENV:TOKEN": true, " env:TOKEN": true,
		"p%TOKEN%": false, "100%": false, "a(b)": false, "%t%": false, "git:x": false,
		"$ecret": false, "$Passw0rd": false, "pa$TOKEN": false, "$": false, "$A": false, "{x}": false, "vault:": false,
	} {
		e := entry("type", "GITLAB", "pat", text)
		r := Checker{}.Check(e)
		found := slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Code == CodeForeignReference && f.Level == LevelError })
		if found != foreign {
			t.Errorf("%q: findings %v", text, r.Findings)
		}
		for _, c := range e.Shown(r) {
			if c.Text == text {
				t.Errorf("%q is shown", text)
			}
		}
	}
}

// TestIgnoredColumnsOfSecretsAreNotShown: a column that was switched off with "_" may still
// hold secrets.
func TestIgnoredColumnsOfSecretsAreNotShown(t *testing.T) {
	e := entry("type", "GITHUB", "pat", "env:P", "_pat", "ghp_0123456789", "_Password", "hunter2", "_note", "mine", "__pat", "ghp_9", "_PAT", "env:OLD", "_API-Token", "x1", "_old_secret", "x2", "_jira_key", "ACME")
	want := map[string]string{"_pat": hiddenText, "_Password": hiddenText, "_note": "mine", "__pat": hiddenText, "_PAT": "env:OLD",
		"_API-Token": hiddenText, "_old_secret": hiddenText, "_jira_key": "ACME"}
	for _, c := range e.Shown(Checker{}.Check(e)) {
		if text, ok := want[c.Name]; ok && c.Text != text {
			t.Errorf("%s is shown as %q", c.Name, c.Text)
		}
	}
}

// TestNoURLShowsASecret: neither a finding nor a record keeps one of an address.
func TestNoURLShowsASecret(t *testing.T) {
	for _, e := range []Entry{
		entry("type", "GITLAB_SERVER", "origin", "https://git.example.org/?private_token=hunter2", "pat", "env:P"),
		entry("type", "GITLAB_SERVER", "origin", "git.example.org/?x=1&Access_Token=hunter2#top", "pat", "env:P"),
		entry("type", "GITLAB_SERVER", "origin", "ftp://git.example.org/?key=hunter2", "pat", "env:P"),
		entry("type", "GITLAB_SERVER", "origin", "https://git.example.org", "pat", "env:P", "apiPath", "/groups?private_token=hunter2"),
		entry("type", "GITLAB_SERVER", "origin", "https://git.example.org", "pat", "env:P", "previously", "https://a.example.org;https://bob:hunter2@b.example.org"),
		repository("https://git.example.org/a.git?password=hunter2"),
		entry("type", "GITHUP", "origin", "https://bob:hunter2@git.example.org", "pat", "env:P"),
		entry("type", "GITHUP", "origin", "https://git.example.org?token=hunter2", "pat", "env:P"),
		entry("origin", "bob:hunter2@git.example.org", "pat", "env:P"),
		entry("kind", "nothing", "origin", "https://bob:hunter2@git.example.org", "pat", "env:P"),
		entry("type", "FILESPACE", "origin", "https://bob:hunter2@git.example.org"),
	} {
		r := Checker{}.Check(e)
		text := fmt.Sprint(r.Findings, r.Origin(), r.Get(FieldPreviously), e.Shown(r))
		if strings.Contains(text, "hunter2") {
			t.Error(text)
		}
	}
	if f := CodeIDIgnored.Newf(Place{}, "", "not of %s", "https://bob:hunter2@git.example.org/?token=hunter2"); strings.Contains(f.Message, "hunter2") {
		t.Error(f.Message)
	}
	if got := ShownURL("https://git.example.org/?page=2&token=x&y=1"); got != "https://git.example.org/?page=2&token=[secret]&y=1" {
		t.Error(got)
	}
}
