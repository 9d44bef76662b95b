package manifest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gijbulk/schema"
)

// attached reads a text with its rules.
func attached(t *testing.T, f Format, text string) []schema.Record {
	t.Helper()
	var records []schema.Record
	for e, err := range Read(strings.NewReader(text), "m", f, schema.UTF8) {
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		records = append(records, schema.Checker{}.Check(e))
	}
	return schema.AttachRules(records)
}

func shownRules(records []schema.Record) string {
	var b strings.Builder
	for _, r := range records {
		fmt.Fprintf(&b, "%s %s\n", r.Kind(), r.Name())
		for _, f := range r.Findings {
			if !f.Create {
				fmt.Fprintf(&b, "  %s\n", f)
			}
		}
		for _, rule := range r.Rules {
			fmt.Fprint(&b, " ")
			for f, v := range rule.All() {
				fmt.Fprintf(&b, " %s=%s", f, v)
			}
			fmt.Fprintln(&b)
		}
	}
	return b.String()
}

const nestedYAML = `
defaults: {disabled: true}
integrations:
- type: GITHUB
  displayName: A
  pat: env:P
  nested:
  - {match: acme/pay-*, projects: [PAY]}
  - {match: "*", tagsFilter: "", sendCommitEmails: no}
- {type: GITLAB_SERVER, origin: https://g.example, pat: env:P, displayName: A, nested: [{match: x, webLinkType: gitlab}]}
`

func TestRulesAreReadAndWrittenInEveryFormat(t *testing.T) {
	records := attached(t, YAML, nestedYAML)
	if got := shownRules(records); !strings.Contains(got, "global=false kind=nested integration=GITHUB https://api.github.com A match=acme/pay-* projects=PAY\n") ||
		strings.Contains(got, "match=* disabled") || !strings.Contains(got, "webLinkType=gitlab") {
		t.Errorf("got %s", got)
	}
	for _, f := range Formats() {
		var b bytes.Buffer
		if err := Write(&b, f, slices.Values(records)); err != nil {
			t.Fatal(f, err)
		}
		if got, want := shownRules(attached(t, f, b.String())), shownRules(records); got != want {
			t.Errorf("%s: got\n%s\nwant\n%s\nof %s", f, got, want, b.String())
		}
	}
}

func TestRulesOfTables(t *testing.T) {
	got := shownRules(attached(t, CSV, "kind,type,displayName,pat,integration,match,disabled\n"+
		"nested,,,,A,acme/*,yes\n,GITHUB,A,env:P,,,\nnested,,,,B,x,no\n"))
	want := "integration A\n  disabled=true kind=nested integration=A match=acme/*\nnested \n" +
		"  m:4:1: integration: no integration of the manifests is called \"B\"\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestFlawsOfRules(t *testing.T) {
	for text, want := range map[string]string{
		"integrations: [{type: GITHUB, pat: env:P, nested: {match: x}}]":            "m:1:51: nested: this is not a list of rules",
		"integrations: [{type: GITHUB, pat: env:P, nested: [x]}]":                   "m:1:52: expected a record, found a single value",
		"integrations: [{type: GITHUB, pat: env:P, nested: [{state: QUEUED}]}]":     "m:1:53: state: state is read-only in a nested repository: the app ignores it without a word",
		"integrations: [{type: GITHUB, pat: env:P, nested: [{matsch: x}]}]":         "m:1:53: matsch: there is no such field; did you mean match?",
		"repositories: [{origin: 'https://h.example/a.git', nested: [{match: x}]}]": "m:1:52: nested: rules for nested repositories belong to an integration",
	} {
		var said []string
		for e, err := range Read(strings.NewReader(text), "m", YAML, schema.UTF8) {
			if err != nil {
				said = append(said, err.Error())
			}
			for _, f := range e.Findings {
				said = append(said, f.String())
			}
		}
		if got := strings.Join(said, "; "); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}
