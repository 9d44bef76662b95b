package reports

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"gijbulk/schema"
)

// widePlan has names whose width is not the number of their characters.
func widePlan() schema.Plan {
	names := []string{"東京 Repositories und noch viel mehr davon", "絵文字 👩‍👩‍👧‍👦 Family of four", "🇯🇵 Flag", "نیم\u200cفاصله", "plain"}
	var plan schema.Plan
	for i, name := range names {
		r := wanted(place("samples/目録.yaml", i), github(name))
		plan.Actions = append(plan.Actions, schema.Action{N: i, Op: schema.OpCreate, Want: r})
	}
	update := &plan.Actions[4]
	update.Op = schema.OpUpdate
	update.Changes = []schema.Change{
		{Field: schema.FieldTagsFilter, From: schema.Text("旧 値"), To: schema.Text("新 しい 値 that is quite a bit longer than the line")},
		{Field: schema.FieldPat, To: schema.Hidden(schema.Refer(schema.SchemeEnv, "ACME_PAT")), Unseen: true},
	}
	gone := schema.NewRecord(github("gone"))
	gone.ID = 41
	plan.Actions = append(plan.Actions, schema.Action{N: 5, Op: schema.OpDelete, Have: gone})
	return plan
}

// escapesShown makes colours readable in a golden file.
func escapesShown(w *bytes.Buffer) {
	text := strings.ReplaceAll(w.String(), "\x1b", "␛")
	w.Reset()
	w.WriteString(text)
}

func TestPagesGolden(t *testing.T) {
	sync := schema.Run{Command: "sync", Digest: "sha256:00ff"}
	run := sampleRun()
	run.Complete, run.Why = false, "stopped by a signal (interrupt)"
	for name, page := range map[string]Page{
		"80":       {Columns: 80},
		"40":       {Columns: 40},
		"coloured": {Columns: 80, Coloured: true},
	} {
		golden(t, "plan-"+name+".txt", func(w *bytes.Buffer) error {
			defer escapesShown(w)
			return PlanText(w, sync, widePlan(), page)
		})
		golden(t, "findings-"+name+".txt", func(w *bytes.Buffer) error {
			defer escapesShown(w)
			_, err := FindingsText(w, slices.Values(sampleFindings()[:4]), page)
			ErrorText(w, "4 errors; nothing was sent", "mend the manifest, or send the good records with --skip-invalid; gijbulk validate --explain CODE tells more", page)
			return err
		})
		golden(t, "summary-"+name+".txt", func(w *bytes.Buffer) error {
			defer escapesShown(w)
			return Summary(w, run, sampleResults(), "gijbulk-reports/20260102-1", page)
		})
	}
}

// TestPageFitsAndLosesNothing: a line ends where the page does unless it is one word, and
// breaking it changes only blanks.
func TestPageFitsAndLosesNothing(t *testing.T) {
	for _, columns := range []int{1, 7, 20, 39, 40, 80, 1000} {
		var plain, broken bytes.Buffer
		for out, page := range map[*bytes.Buffer]Page{&plain: {}, &broken: {Columns: columns, Coloured: true}} {
			if err := PlanText(out, sampleRun(), widePlan(), page); err != nil {
				t.Fatal(err)
			}
		}
		if got, want := strings.Fields(ansi.Strip(broken.String())), strings.Fields(plain.String()); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%d columns: %q, want %q", columns, got, want)
		}
		for line := range strings.Lines(broken.String()) {
			line = strings.TrimSuffix(ansi.Strip(line), "\n")
			if ansi.StringWidth(line) > columns && len(strings.Fields(line)) > 2 && columns > 20 {
				t.Errorf("%d columns: %q", columns, line)
			}
		}
	}
}

// TestLongPlansAreFolded shows twenty actions of a kind and counts the rest by type.
func TestLongPlansAreFolded(t *testing.T) {
	var plan schema.Plan
	add := func(n int, op schema.Op, kind string) {
		for range n {
			i := len(plan.Actions)
			r := wanted(place("a", i+1), fields{schema.FieldType: schema.Text(kind), schema.FieldDisplayName: schema.Text(fmt.Sprint("n", i))})
			plan.Actions = append(plan.Actions, schema.Action{N: i, Op: op, Want: r})
		}
	}
	add(longestList, schema.OpCreate, "GITHUB")
	add(2, schema.OpCreate, "AWS")
	add(3, schema.OpCreate, "GITLAB")
	for i := range 4 {
		r := wanted(place("a", len(plan.Actions)+1), repository(fmt.Sprintf("/srv/%d.git", i)))
		plan.Actions = append(plan.Actions, schema.Action{N: len(plan.Actions), Op: schema.OpCreate, Want: r})
	}
	add(longestList, schema.OpUpdate, "GITHUB")
	add(longestList+1, schema.OpUnchanged, "GITHUB")
	run := schema.Run{Command: "sync"}
	var folded, full bytes.Buffer
	if err := PlanText(&folded, run, plan, Page{Folded: true, Flags: map[schema.Option]string{schema.OptionFull: "--full"}}); err != nil {
		t.Fatal(err)
	}
	if err := PlanText(&full, run, plan, Page{}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(folded.String()), "\n")
	if want := "+ create  9 more: 4 repository, 3 GITLAB, 2 AWS  (--full shows them)"; len(lines) != 2*longestList+2 || lines[2*longestList] != want {
		t.Errorf("%d lines, and not %q:\n%s", len(lines), want, folded.String())
	}
	if n := strings.Count(full.String(), "\n"); n != 2*longestList+9+1 {
		t.Errorf("the full plan has %d lines", n)
	}
}
