package schema

import (
	"slices"
	"testing"
)

// Records are values: whoever changes a copy changes nothing of what it was copied from.
func TestCopiesOfARecordStayApart(t *testing.T) {
	fault := func(message string) Finding { return Finding{Message: message} }
	messages := func(r Record) (all []string) {
		for _, f := range r.Faults() {
			all = append(all, f.Message)
		}
		return all
	}
	header, cells := []string{"type"}, []Column{{"type", "GITHUB"}}
	base := Record{}.WithCells(header, cells).WithFaults(fault("a"), fault("b"), fault("c"))
	left, right := base.WithFaults(fault("left")), base.WithFaults(fault("right"))
	bare := left.WithCells(nil, nil)

	for _, tt := range []struct {
		name   string
		record Record
		faults []string
		cells  int
	}{
		{"the first", base, []string{"a", "b", "c"}, 1},
		{"a copy", left, []string{"a", "b", "c", "left"}, 1},
		{"another", right, []string{"a", "b", "c", "right"}, 1},
		{"one of other cells", bare, []string{"a", "b", "c", "left"}, 0},
		{"none of them", Record{}, nil, 0},
	} {
		if got := messages(tt.record); !slices.Equal(got, tt.faults) {
			t.Errorf("%s has the faults %q, want %q", tt.name, got, tt.faults)
		}
		if len(tt.record.Cells()) != tt.cells || len(tt.record.Columns()) != tt.cells {
			t.Errorf("%s has the cells %v under %v, want %d", tt.name, tt.record.Cells(), tt.record.Columns(), tt.cells)
		}
	}
}

func TestRecordsOfOneCheckerStayApart(t *testing.T) {
	header, other := []string{"type", "pat"}, []string{"type", "pat"}
	checker := Checker{NoCells: true}
	check := func(columns []string, pairs ...string) Record {
		e := entry(pairs...)
		e.Columns = columns
		r, _ := checker.Check(e)
		return r
	}
	records := []Record{
		check(header, "type", "GITHUB"), check(header, "type", "GITHUB"), check(header, "type", "GITHUB", "pat", "env:A"),
		check(header, "type", "GITHUB", "pat", ""), check(other, "type", "GITHUB", "pat", "env:A"),
	}
	records[1] = records[1].WithFaults(Finding{Message: "a twin"})
	for i, want := range []struct {
		columns []string
		faults  int
		needs   string
	}{
		{header, 0, "m.yaml:3:5: pat: a new GITHUB needs credentials"},
		{header, 1, "m.yaml:3:5: pat: a new GITHUB needs credentials"},
		{header, 0, ""},
		{header, 0, "m.yaml:5:7: pat: a new GITHUB needs credentials"},
		{other, 0, ""},
	} {
		r, needs := records[i], ""
		for _, f := range r.CreateNeeds() {
			needs += f.String()
		}
		if &r.Columns()[0] != &want.columns[0] || len(r.Faults()) != want.faults || needs != want.needs {
			t.Errorf("record %d: columns %q, faults %v, needs %q; want %+v", i, r.Columns(), r.Faults(), needs, want)
		}
	}
}
