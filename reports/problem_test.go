package reports

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"gijbulk/schema"
)

// decodeCommand reads a line as a runner of GitHub Actions does: actions/runner,
// src/Runner.Common/ActionCommand.cs, TryParseV2.
func decodeCommand(line string) (command string, properties map[string]string, data string) {
	info, data, _ := strings.Cut(strings.TrimPrefix(strings.TrimLeft(line, " \t"), "::"), "::")
	command, list, _ := strings.Cut(info, " ")
	properties = make(map[string]string)
	for _, property := range strings.Split(list, ",") {
		if name, value, _ := strings.Cut(property, "="); name != "" {
			properties[name] = strings.NewReplacer("%0D", "\r", "%0A", "\n", "%3A", ":", "%2C", ",", "%25", "%").Replace(value)
		}
	}
	return command, properties, strings.NewReplacer("%0D", "\r", "%0A", "\n", "%25", "%").Replace(data)
}

// What manifests and servers write is the value of a property or the data of a command, and never a
// command.
func TestGitHubCommandsAreEscaped(t *testing.T) {
	const attack = "x,line=9::error title=y::%0A::add-mask::a\r\n::error::b ##[add-path]c 100%"
	bad := result(wanted(place(attack, 1), github(attack)), schema.OpCreate, schema.StatusFailed)
	bad.Error, bad.Advice = attack, attack
	fine := result(wanted(place(attack, 2), fields{schema.FieldKind: schema.Text("repository"), schema.FieldOrigin: schema.Text("::error::" + attack)}),
		schema.OpCreate, schema.StatusCreated)
	run := testRun(attack)
	run.Findings = []schema.Finding{{Place: place(attack, 2), Code: schema.CodePlainSecret, Level: schema.LevelWarning, Field: "pat", Message: attack}}
	var commands []string
	for line := range strings.Lines(rendered(t, FormatGitHub, run, bad, fine)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.ContainsRune(line, '\r') {
			t.Errorf("a line break in %q", line)
		}
		if !strings.HasPrefix(strings.TrimSpace(line), "::") {
			if strings.Contains(line, "##[") {
				t.Errorf("a command of the older form in %q", line)
			}
			continue
		}
		command, properties, data := decodeCommand(line)
		commands = append(commands, command)
		if command != "error" && command != "warning" {
			continue
		}
		if properties["file"] != attack || properties["line"] == "9" || strings.Count(data, "::add-mask::a") == 0 || !strings.Contains(data, "100%") {
			t.Errorf("%q was read as %v and %q", line, properties, data)
		}
	}
	if want := []string{"group", "endgroup", "error", "warning", "group", "endgroup"}; !slices.Equal(commands, want) {
		t.Errorf("commands %q, want %q", commands, want)
	}
}

func TestGitHubMarksARunThatWasInterrupted(t *testing.T) {
	run := sampleRun()
	run.Complete, run.Why = false, "the token was refused"
	text := rendered(t, FormatGitHub, run, sampleResults()...)
	if !strings.Contains(text, "\n::error title=gijbulk import::The run was interrupted: the token was refused. So far: ") {
		t.Error(text)
	}
}

func issuesOf(t *testing.T, run schema.Run, results ...schema.Result) (issues []codeQualityIssue) {
	t.Helper()
	if err := json.Unmarshal([]byte(rendered(t, FormatCodeQuality, run, results...)), &issues); err != nil || issues == nil {
		t.Fatalf("not a list: %v", err)
	}
	return issues
}

// GitLab compares the fingerprints of two branches, and keeps one issue of each.
func TestFingerprintsStayWhenRowsMove(t *testing.T) {
	prints := func(first int, names ...string) (found []string) {
		run := testRun("a.csv")
		var results []schema.Result
		for i, name := range names {
			p := place("a.csv", first+i)
			failed := result(wanted(p, github(name)), schema.OpCreate, schema.StatusFailed)
			failed.Error = "no"
			results = append(results, failed)
			run.Findings = append(run.Findings, schema.CodePlainSecret.Newf(p, "pat", "written out, as in line %d", first),
				schema.CodePlainSecret.Newf(p, "password", "written out"))
		}
		for _, issue := range issuesOf(t, run, results...) {
			found = append(found, issue.Fingerprint)
		}
		slices.Sort(found)
		return found
	}
	before, after := prints(1, "A", "B", "B"), prints(40, "B", "A", "B")
	if !slices.Equal(before, after) {
		t.Errorf("%q became %q", before, after)
	}
	if n := len(slices.Compact(before)); n != 9 {
		t.Errorf("9 problems have %d fingerprints", n)
	}
	if slices.Equal(prints(1, "A"), prints(1, "C")) {
		t.Error("two records have the same fingerprint")
	}
}

func TestCodeQualityPaths(t *testing.T) {
	gone := deleted(7, github("Gone"))
	gone.Status = schema.StatusFailed
	for _, test := range []struct {
		result schema.Result
		path   string
		line   int
	}{
		{result(wanted(place("./manifests/a.csv", 4), github("A")), schema.OpCreate, schema.StatusFailed), "manifests/a.csv", 5},
		{gone, "manifests/b.csv", 1}, // in no manifest
	} {
		issues := issuesOf(t, testRun("manifests/b.csv", "./manifests/a.csv"), test.result)
		if len(issues) != 1 || issues[0].Location != (codeQualityLocation{test.path, codeQualityLines{test.line}}) || issues[0].Severity != "major" {
			t.Errorf("%+v, want one at %s:%d", issues, test.path, test.line)
		}
	}
	if issues := issuesOf(t, testRun()); len(issues) != 0 {
		t.Errorf("%+v without a record", issues)
	}
}

// An invalid record is shown by its findings, and not once more.
func TestInvalidRecordsAreShownOnce(t *testing.T) {
	p := place("a.csv", 1)
	run := testRun("a.csv")
	run.Command, run.DryRun, run.Writes = "validate", true, 0
	run.Findings = []schema.Finding{schema.CodeUnknownType.Newf(p, "type", "no such type")}
	bad := result(wanted(p, github("A")), schema.OpInvalid, schema.StatusFailed)
	bad.Error = "type: no such type"
	issues := issuesOf(t, run, bad)
	if len(issues) != 1 || issues[0].Check != "gijbulk/unknown-type" {
		t.Errorf("%+v", issues)
	}
	if text := rendered(t, FormatGitHub, run, bad); strings.Count(text, "no such type") != 1 {
		t.Error(text)
	}
}

func TestReportsForCIAreTold(t *testing.T) {
	for _, f := range []Format{FormatGitHub, FormatCodeQuality} {
		for _, text := range []string{rendered(t, f, sampleRun(), sampleResults()...), rendered(t, f, testRun())} {
			if !f.isOwn([]byte(text)) {
				t.Errorf("%s is not recognized: %s", f, text)
			}
		}
		if f.isOwn([]byte("[{}]\n")) {
			t.Errorf("%s takes another file for its own", f)
		}
	}
}
