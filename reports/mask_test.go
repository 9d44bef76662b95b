package reports

import (
	"bytes"
	"encoding/csv"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"gijbulk/schema"
)

// The canary holds characters that every encoding escapes; its mark survives them all.
const (
	mark   = "c4n4ry"
	canary = mark + "\"<\\>;, 'é\n-value"
)

// fill puts the canary into every text that can be reached.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("before " + canary + " after")
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[[]schema.Record]() { // canaryRecord has rules; records are nested in records without end
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() && v.Type() != reflect.TypeFor[time.Time]() {
				fill(v.Field(i))
			}
		}
	}
}

func filled[T any]() T {
	var v T
	fill(reflect.ValueOf(&v).Elem())
	return v
}

func canaryRecord() schema.Record {
	r := filled[schema.Record]()
	for _, f := range schema.Fields() {
		v := schema.Text(canary)
		switch f.Shape() {
		case schema.ShapeWords:
			v = schema.Words("a", canary)
		case schema.ShapeSecret:
			v = schema.Hidden(schema.Refer(schema.SchemeCommand, "echo "+canary).Resolved(canary))
		}
		r = r.Set(f, v)
	}
	r.Dialect = nil // the names of encodings are the standard's
	r.Rules = []schema.Record{r}
	return r
}

func canaryChanges() []schema.Change {
	return []schema.Change{
		{Field: schema.FieldTagsFilter, From: schema.Text(canary), To: schema.Words(canary)},
		{Field: schema.FieldUsername, From: schema.Text(canary), To: schema.Hidden(schema.Refer(schema.SchemeEnv, canary))},
	}
}

func canaryResult(s schema.Status) schema.Result {
	o := filled[schema.Result]()
	o.Status, o.Action.Op = s, schema.OpExists
	o.Action.Want, o.Action.Have = canaryRecord(), canaryRecord()
	o.Action.Changes = canaryChanges()
	o.Seen = nil
	if s == schema.StatusFailed {
		o.Seen = &schema.Seen{Have: canaryRecord(), Changes: canaryChanges()}
	}
	return o
}

func canaryRun() schema.Run {
	run := filled[schema.Run]()
	run.Findings[0].Code = schema.CodeSyntax
	return run
}

func TestCanaryIsNowhere(t *testing.T) {
	mask := schema.NewMask([]schema.Secret{schema.Literal(canary, "")})
	var results []schema.Result
	for _, s := range schema.Statuses() {
		results = append(results, canaryResult(s))
	}
	// Once with the table's own columns, once as a union.
	united := canaryResult(schema.StatusFailed)
	united.Action.Want.Columns = nil
	for name, results := range map[string][]schema.Result{"table": results, "union": append(results, united)} {
		t.Run(name, func(t *testing.T) {
			paths, err := WriteAll(t.TempDir(), canaryRun(), results, mask)
			if err != nil {
				t.Fatal(err)
			}
			first, err := WriteReport(t.TempDir(), canaryRun(), results, mask)
			if err != nil {
				t.Fatal(err)
			}
			for _, path := range append(paths, first) {
				data, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if strings.Contains(string(data), mark) {
					t.Errorf("%s shows the secret", path)
				}
				if !strings.Contains(string(data), "[secret]") {
					t.Errorf("%s does not show what it hides", path)
				}
			}
		})
	}
	t.Run("texts", func(t *testing.T) {
		run, masked := Masked(canaryRun(), results, mask)
		plan := MaskedPlan(schema.Plan{Actions: []schema.Action{*results[0].Action}}, mask)
		finding := filled[schema.Finding]()
		finding.Code = schema.CodeSyntax
		findings := MaskedFindings(func(yield func(schema.Finding) bool) { yield(finding) }, mask)
		for name, render := range map[string]func(w *bytes.Buffer) error{
			"Summary":      func(w *bytes.Buffer) error { return Summary(w, run, masked, "d", Page{}) },
			"PlanText":     func(w *bytes.Buffer) error { return PlanText(w, run, plan, Page{}) },
			"PlanJSON":     func(w *bytes.Buffer) error { return PlanJSON(w, run, plan) },
			"FindingsText": func(w *bytes.Buffer) error { _, err := FindingsText(w, findings, Page{}); return err },
			"FindingsJSON": func(w *bytes.Buffer) error {
				_, err := FindingsJSON(w, findings, func() int { return 1 })
				return err
			},
		} {
			var b bytes.Buffer
			if err := render(&b); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(b.String(), mark) || !strings.Contains(b.String(), "[secret]") {
				t.Errorf("%s: the secret shows, or what hides it does not:\n%s", name, strings.ReplaceAll(b.String(), mark, "!!!"))
			}
		}
	})
}

// Without a mask the canary would show: the test above can fail.
func TestCanaryShowsWithoutMask(t *testing.T) {
	var b bytes.Buffer
	if err := CSV(Failed)(&b, canaryRun(), []schema.Result{canaryResult(schema.StatusFailed)}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || !strings.Contains(strings.Join(rows[1], ""), canary) {
		t.Errorf("the canary is not in the unmasked table (%v)", err)
	}
}

func TestMaskedLeavesTheOriginal(t *testing.T) {
	o := canaryResult(schema.StatusFailed)
	run, masked := Masked(canaryRun(), []schema.Result{o}, schema.NewMask(nil, canary))
	if run.Files[0] == canaryRun().Files[0] {
		t.Error("the run is not masked")
	}
	if got := o.Action.Want.Cells[0].Text; !strings.Contains(got, canary) {
		t.Error("the caller's record was changed")
	}
	if got := o.Action.Changes[0].From.Text(); got != canary {
		t.Error("the caller's change was changed")
	}
	if got := masked[0].Action.Changes[0].From.Text(); strings.Contains(got, canary) {
		t.Error("the change is not masked")
	}
	if got := o.Seen.Changes[0].From.Text(); got != canary {
		t.Error("the caller's live record was changed")
	}
	if got := masked[0].Seen.Changes[0].From.Text(); strings.Contains(got, canary) {
		t.Error("the live record is not masked")
	}
}
