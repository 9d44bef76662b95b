package manifest

import (
	"fmt"
	"strings"
	"testing"
)

func TestYAML(t *testing.T) {
	tell(t, []story{
		{"a manifest", "", YAML, `version: 1
defaults:
  sendCommitEmails: false
  apiPath: /x
integrations:
  - type: GITHUB
    displayName: 'Acme'
    apiPath: null
  - {type: GITLAB, sendCommitEmails: true}
`, []string{
			`#1 6:5 type@6:11=~s"GITHUB" displayName@7:18=s"Acme" apiPath@8:14=null sendCommitEmails@3:21=~bfalse(given)`,
			`#2 9:5 type@9:12=~s"GITLAB" sendCommitEmails@9:38=~btrue apiPath@4:12=~s"/x"(given)`,
		}},
		{"defaults after the records", "", YAML, "integrations: [{type: A}]\ndefaults: {wave: 2}\n",
			[]string{`#1 1:16 type@1:23=~s"A" wave@2:18=~n2(given)`}},
		{"a set of its records, after them", "", YAML, "integrations: [{type: A}, {type: B, set: own}]\ndefaults: {set: x}\nset: team-a\n",
			[]string{`#1 1:16 type@1:23=~s"A" set@3:6=~s"team-a"(given)`, `#2 1:27 type@1:34=~s"B" set@1:42=~s"own"`}},
		{"one record in a set", "", YAML, "type: A\nset: team-a\n", []string{`#1 1:1 type@1:7=~s"A" set@2:6=~s"team-a"`}},
		{"a set that is a list", "", YAML, "set: [a]\nintegrations: [{type: A}]\n",
			[]string{`1:6 not-a-text set: this is a list where the name of a set belongs`, `#1 2:16 type@2:23=~s"A"`}},
		{"a set and a misspelled list", "", YAML, "set: a\nintegratons: []\n",
			[]string{`2:1 unknown-field integratons: there is no such key of a manifest; did you mean integrations?`}},
		{"a bare list", "", YAML, "- type: A\n- type: B\n", []string{`#1 1:3 type@1:9=~s"A"`, `#2 2:3 type@2:9=~s"B"`}},
		{"several documents", "", YAML, "- type: A\n---\nversion: 1\nintegrations:\n- type: B\n---\n---\ntype: C\n...\n",
			[]string{`#1 1:3 type@1:9=~s"A"`, `#2 5:3 type@5:9=~s"B"`, `#3 8:1 type@8:7=~s"C"`}},
		{"a declared version", "", YAML, "# ours\n%YAML 1.2\n---\n- type: A\n", []string{`#1 4:3 type@4:9=~s"A"`}},
		{"another version", "", YAML, "%YAML 1.20\n---\n- type: A\n", []string{`3:0 syntax : this is not YAML, here or on the line before`}},
		{"scalars stay as written", "", YAML, `- displayName: 1.10
  tagsFilter: 010
  apiPath: 0x1F
  apiFilter: 1_000
  origin: 2001-12-14
  prHideFilter: on
  disabled: yes
  refSpecCustom: .inf
  password: ~
  pat:
  username: "true"
  kind: |
    a
    b
  awsRegion: !!str 12
`, []string{`#1 1:3 displayName@1:16=~n1.10 tagsFilter@2:15=~n010 apiPath@3:12=~n0x1F apiFilter@4:14=~n1_000 ` +
			`origin@5:11=~s"2001-12-14" prHideFilter@6:17=~s"on" disabled@7:13=~s"yes" refSpecCustom@8:18=~n.inf ` +
			`password@9:13=null pat@10:7=null username@11:13=s"true" kind@12:9=s"a\nb\n" awsRegion@15:14=s"12"`}},
		{"lists and mappings", "", YAML, "- projects: [A, \"1\", 2, [x], {a: b}]\n  displayName: {a: b}\n",
			[]string{`#1 1:3 projects@1:13=[~s"A" s"1" ~n2 [] {}] displayName@2:16={}`}},
		{"columns are bytes", "", YAML, "- {displayName: Zürich, type: A}\n", []string{`#1 1:3 displayName@1:17=~s"Zürich" type@1:32=~s"A"`}},
		{"windows line ends", "", YAML, "- type: A\r\n  displayName: |\r\n    x\r\n    y\r\n", []string{`#1 1:3 type@1:9=~s"A" displayName@2:16=s"x\ny\n"`}},
		{"keys twice and unknown", "", YAML, "- type: A\n  origin: x\n  orign: z\n  origin: y\n  _note: mine\n", []string{
			`#1 1:3 type@1:9=~s"A" origin@2:11=~s"x"`,
			`  of #1 4:3 duplicate-field origin: the field is here and on line 2, column 3`,
			`  of #1 3:3 unknown-field orign: there is no such field; did you mean origin?`,
		}},
		{"unknown keys of the manifest", "", YAML, "version: 1\nintegratons: []\n_shared: &x {a: b}\nzzz: 1\nintegrations:\n- type: A\n", []string{
			`2:1 unknown-field integratons: there is no such key of a manifest; did you mean integrations?`,
			`4:1 unknown-field zzz: there is no such key of a manifest`,
			`#1 6:3 type@6:9=~s"A"`,
		}},
		{"defaults are judged once", "", YAML, "defaults: {orign: x, wave: 1, wave: 2}\nintegrations: [{type: A}, {type: B}]\n", []string{
			`1:31 duplicate-field wave: the field is here and on line 1, column 22`,
			`1:12 unknown-field orign: there is no such field; did you mean origin?`,
			`#1 2:16 type@2:23=~s"A" wave@1:28=~n1(given)`,
			`#2 2:27 type@2:34=~s"B" wave@1:28=~n1(given)`,
		}},
		{"repositories", "", YAML, "repositories:\n- origin: x\n- origin: y\n  kind: integration\nintegrations:\n- type: A\n", []string{
			`#1 2:3 (repository) origin@2:11=~s"x"`,
			`#2 3:3 (repository) origin@3:11=~s"y" kind@4:9=~s"integration"`,
			`#3 6:3 type@6:9=~s"A"`,
		}},
		{"defaults for both lists", "", YAML, "defaults: {type: A, mainBranch: main, wave: 1}\nrepositories: [{origin: x}]\nintegrations: [{origin: y}]\n", []string{
			`#1 2:16 (repository) origin@2:25=~s"x" mainBranch@1:33=~s"main"(given) wave@1:45=~n1(given)`,
			`#2 3:16 origin@3:25=~s"y" type@1:18=~s"A"(given) wave@1:45=~n1(given)`,
		}},
		{"a default kind beside lists", "", YAML, "defaults: {kind: repository}\nrepositories: [{origin: x}]\nintegrations: [{origin: y}]\n", []string{
			`#1 2:16 (repository) origin@2:25=~s"x"`,
			`1:18 kind-misplaced kind: the default contradicts a list of the manifest, which says itself what its records are`,
			`#2 3:16 origin@3:25=~s"y"`,
		}},
		{"another version", "", YAML, "version: 2\nintegrations: [{type: A}]\n", []string{`1:10 unknown-version version: unsupported manifest version "2"; this gijbulk reads version 1`}},
		{"not records", "", YAML, "- type: A\n- GITHUB\n-\n- [x]\n- type: B\n", []string{
			`#1 1:3 type@1:9=~s"A"`,
			`#2 2:3`, `  of #2 2:3 not-a-record : expected a record, found a single value`,
			`#3 3:2`, `  of #3 3:2 not-a-record : expected a record, found nothing`,
			`#4 4:3`, `  of #4 4:3 not-a-record : expected a record, found a list`,
			`#5 5:3 type@5:9=~s"B"`,
		}},
		{"integrations by name", "", YAML, "integrations: {acme: {type: A}}\n", []string{`1:15 not-a-record integrations: this is not a list of records`}},
		{"defaults that are none", "", YAML, "defaults: [wave]\nintegrations: [{type: A}]\n", []string{
			`1:11 not-a-record defaults: this is not a mapping from fields to values`, `#1 2:16 type@2:23=~s"A"`}},
		{"nothing below the keys", "", YAML, "version:\ndefaults:\nintegrations:\n", []string{`0:0 file-empty : the file has no records`}},
		{"keys of the manifest twice", "", YAML, "integrations: [{type: A}]\nintegrations: [{type: B}]\n", []string{
			`2:1 duplicate-field integrations: the field is here and on line 1, column 1`, `#1 1:16 type@1:23=~s"A"`}},
		{"tags on the manifest's own", "", YAML, "integrations: !x [{type: A}]\n--- !y\n[]\n", []string{
			`1:15 syntax integrations: a tag that is not known here: a word that begins with !`, `2:5 syntax : a tag that is not known here: a word that begins with !`}},
		{"a tag in a list", "", YAML, "- projects: [A, !x B]\n", []string{
			`#1 1:3`, `  of #1 1:13 syntax projects: a tag that is not known here: a word that begins with !`}},
		{"keys that are no names", "", YAML, "- ? [a]\n  : b\n  ? &t type\n  : A\n- *t : B\n- \"a\\tb\": 1\n", []string{
			`#1 1:3 type@4:5=~s"A"`, `  of #1 1:5 unknown-field ?: there is no such field`,
			`#2 5:3 type@5:8=~s"B"`,
			`#3 6:3`, `  of #3 6:3 unknown-field "a\tb": there is no such field`,
		}},
		{"lines that only YAML knows", "", YAML, "- type: A\u2028  origin: x\u0085- type: ü\n", []string{
			`#1 1:3 type@1:9=~s"A" origin@2:11=~s"x"`, `#2 3:3 type@3:9=~s"ü"`}},
		{"a word", "", YAML, "hello\n", []string{`1:1 not-a-record : expected a manifest, found a single value`}},
		{"tags", "", YAML, "- type: A\n  pat: !vault abc\n  origin: x\n- !thing {type: B}\n", []string{
			`#1 1:3 type@1:9=~s"A" origin@3:11=~s"x"`,
			`  of #1 2:8 syntax pat: a tag that is not known here: a word that begins with !`,
			`#2 4:3`, `  of #2 4:3 syntax : a tag that is not known here: a word that begins with !`,
		}},
	})
}

func TestYAMLAnchors(t *testing.T) {
	tell(t, []story{
		{"aliases", "", YAML, "- &a {type: A, origin: &o x}\n- {type: B, origin: *o}\n- *a\n", []string{
			`#1 1:3 type@1:13=~s"A" origin@1:24=~s"x"`,
			`#2 2:3 type@2:10=~s"B" origin@2:21=~s"x"`,
			`#3 3:3 type@1:13=~s"A" origin@1:24=~s"x"`,
		}},
		{"merge keys", "", YAML, "_base: &a {type: A, wave: 1}\n_more: &b {wave: 2, origin: x}\nintegrations:\n- <<: *a\n  wave: 3\n- {<<: [*b, *a]}\n", []string{
			`#1 4:3 wave@5:9=~n3 type@1:18=~s"A"`,
			`#2 6:3 wave@2:18=~n2 origin@2:29=~s"x" type@1:18=~s"A"`,
		}},
		{"merged into defaults", "", YAML, "_a: &a {wave: 1}\ndefaults: {<<: *a}\nintegrations: [{type: A}]\n",
			[]string{`#1 3:16 type@3:23=~s"A" wave@1:15=~n1(given)`}},
		{"a merge of no mapping", "", YAML, "- type: A\n  <<: x\n", []string{
			`#1 1:3 type@1:9=~s"A"`, `  of #1 2:7 not-a-record <<: only a mapping can be merged, and this is a single value`}},
		{"anchors in a list, aliases before it is walked", "", YAML, "integrations: [&r {type: A, wave: &w 1}]\nintegrations: [&s {type: B, wave: 3}]\n" +
			"defaults: {wave: *w}\nrepositories: [*r, *s, {origin: x}]\n", []string{
			"2:1 duplicate-field integrations: the field is here and on line 1, column 1",
			`#1 1:16 type@1:26=~s"A" wave@1:35=~n1`,
			`#2 4:16 (repository) type@1:26=~s"A" wave@1:35=~n1`,
			`#3 4:20 (repository) type@2:26=~s"B" wave@2:35=~n3`,
			`#4 4:24 (repository) origin@4:33=~s"x" wave@3:18=~n1(given)`,
		}},
		{"a list that holds itself", "", YAML, "integrations: &a [*a, {type: A}]\n", []string{
			`#1 1:19`, `  of #1 1:19 alias-too-large : the alias refers to a value that contains it`, `#2 1:23 type@1:30=~s"A"`}},
		{"a record that merges itself", "", YAML, "- &a {type: A, <<: *a}\n", []string{
			`#1 1:3 type@1:13=~s"A"`, `  of #1 1:20 alias-too-large <<: the alias refers to a value that contains it`}},
	})
}

func TestYAMLBombs(t *testing.T) {
	// Each merge holds the one before it ten times.
	merges := "_a0: &a0 {origin: x}\n"
	for i := 1; i < 12; i++ {
		merges += fmt.Sprintf("_a%d: &a%d {<<: [%s]}\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	large := strings.Repeat("x", 1000)
	for name, in := range map[string]string{
		"records": "_a: &a {displayName: " + large + "}\nintegrations: [" + strings.Repeat("*a,", 2000) + "]\n",
		"lists":   "_a: &a [" + strings.Repeat(large, 10) + "]\nintegrations:\n" + strings.Repeat("- {projects: *a, previously: *a}\n", 2000),
		"texts":   "_a: &a " + large + large + large + "\nintegrations:\n" + strings.Repeat("- origin: *a\n", 20000),
		"merges":  merges + "integrations: [{<<: *a11}]\n",
	} {
		t.Run(name, func(t *testing.T) {
			lines := show(strings.NewReader(in), "", YAML)
			if last := lines[len(lines)-1]; !strings.Contains(last, "alias-too-large") {
				t.Errorf("ends with %.100q after %d lines", last, len(lines))
			}
		})
	}
	for _, deep := range []string{strings.Repeat("[", 1<<18), strings.Repeat("- ", 1<<16), strings.Repeat("{a: ", 9000) + strings.Repeat("}", 9000)} {
		if lines := show(strings.NewReader(deep), "", YAML); len(lines) == 0 {
			t.Errorf("%.20q… has no finding", deep)
		}
	}
}

func TestYAMLSyntax(t *testing.T) {
	const around = ", here or on the line before"
	for _, tt := range []struct{ in, want string }{
		{"- type: A\n  origin: x: y\n- type: B\n", "2:0 syntax : a colon stands where none may stand"},
		{"- type: A\n origin: x\n- type: B\n", "2:0 syntax : this line does not fit the list before it" + around},
		{"- type: A\n  origin: x\n   pat: s3cret\n", "3:0 syntax : a colon stands where none may stand"},
		{"- type: A\n  pat: \"s3cret\n  origin: x\n", "2:0 syntax : the quoted text that begins here is never closed"},
		{"- type: A\n  pat: \"s3cret\n  ori", "2:0 truncated : the file ends in the middle of a value: the quoted text that begins here is never closed"},
		{"- type: A\n  ori", "2:0 truncated : the file ends in the middle of a value: a field has no colon"},
		{"- type: A\n  projects: [a, b", "2:0 truncated : the file ends in the middle of a value: a bracket is not closed, or a comma is missing" + around},
		{"- type: A\n  projects: [a, b\n  origin: x\n", "3:0 syntax : a bracket is not closed, or a comma is missing" + around},
		{"- type: A\n\torigin: x\n", "2:0 syntax : a tab is used to indent"},
		{"- type: A\n  pat: *s3cret\n", "2:0 syntax : an alias names an anchor that is not there" + around},
		{"- type: A\n  pat: @s3cret\n", "2:0 syntax : a value begins with a character that YAML keeps for itself"},
		{"- type: A\n  apiFilter: \"[?a \\| b]\"\n", `2:0 syntax : a \ in double quotes begins no escape that YAML knows`},
		{"- type: A\n  displayName: \"\\ud83d\\ude00\"\n", `2:0 syntax : a \u in double quotes is no character of its own`},
		{"- type: A\n  origin\n  pat: s3cret\n", "2:0 syntax : a field has no colon"},
		{"- type: A\n  pat: \"x\" s3cret\n", "2:0 syntax : this line does not fit what is before it" + around},
		{"- type: A\n  pat: s3\x01cret\n", "2:0 syntax : the text holds a control character" + around},
		{"- type: A\n  pat: !s3cret\n", "2:8 syntax pat: a tag that is not known here: a word that begins with !"},
		{"- type: A\n  pat: &\n", "2:0 syntax : this is not YAML" + around},
		{"- type: A\n---\n- type: B\n  origin: x: y\n", "4:0 syntax : a colon stands where none may stand"},
	} {
		lines := show(strings.NewReader(tt.in), "", YAML)
		got := lines[len(lines)-1]
		if got = strings.TrimPrefix(got, "  of #1 "); got != tt.want {
			t.Errorf("%q:\n got %q\nwant %q", tt.in, got, tt.want)
		}
		if strings.Contains(got, "s3cret") {
			t.Errorf("%q: the finding quotes the text", tt.in)
		}
	}
}

func TestLargeDocument(t *testing.T) {
	start := strings.NewReader("- type: A\n  displayName: ")
	got := show(&endless{*start, 1 << 40}, "", YAML)
	want := "0:0 syntax : the file is larger than 64 MiB, the most that is read of YAML and JSON"
	if len(got) != 1 || got[0] != want {
		t.Errorf("got %.200q, want %q", got, want)
	}
}
