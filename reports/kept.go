package reports

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"gijbulk/schema"
)

// ReadFile reads a report.json, or that of a report directory. The error names the file.
func ReadFile(path string) (Report, error) {
	path = reportPath(path)
	file, err := os.Open(path)
	if err != nil {
		return Report{}, err
	}
	defer file.Close()
	report, err := Read(file)
	if err != nil {
		return Report{}, fmt.Errorf("%s: %w", path, err)
	}
	return report, nil
}

// reportPath is the report.json that a path stands for.
func reportPath(path string) string {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return filepath.Join(path, ReportName)
	}
	return path
}

// Kept is a report directory that was read back.
type Kept struct {
	Path    string // of its report.json
	Report  Report
	columns []string        // of its tables, without ours
	rows    []schema.Record // of its tables, one for each record of the report
}

// OpenDir reads a report directory back, with the tables that [WriteAll] put beside its
// report.json. Errors name the file and what to do.
func OpenDir(dir string) (Kept, error) {
	path := reportPath(dir)
	report, err := ReadFile(path)
	if err != nil {
		return Kept{}, err
	}
	k := Kept{Path: path, Report: report}
	return k, k.readTables(filepath.Dir(path))
}

// readTables finds the row of each record: the tables are in the order of the report.
func (k *Kept) readTables(dir string) error {
	tables := make(map[Part]*keptTable)
	for _, p := range Parts() {
		t, err := readTable(filepath.Join(dir, p.FileName()))
		if err != nil {
			return k.advised(err)
		}
		tables[p], k.columns = t, t.columns
	}
	for i := range k.Report.Records {
		r := &k.Report.Records[i]
		row, err := tables[partOf(r.Status)].next(r)
		if err != nil {
			return k.advised(err)
		}
		k.rows = append(k.rows, row)
	}
	for _, t := range tables {
		if len(t.rows) > 0 {
			return k.advised(fmt.Errorf("%s has %s more than %s", t.path, plural(len(t.rows), "row"), ReportName))
		}
	}
	return nil
}

// advised says what to do about tables that are not those of the report.
func (k *Kept) advised(err error) error {
	return &Unmergeable{Problems: []string{err.Error()}, Advice: "write the reports of run " + k.Report.Run.ID + " again", Stale: k}
}

// keptTable is one of a directory's tables, of which the rows are taken one by one.
type keptTable struct {
	path    string
	columns []string // without ours
	rows    [][]string
	taken   int
}

func readTable(path string) (*keptTable, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s is missing: %w", path, bare(err))
	}
	defer file.Close()
	reader := csv.NewReader(file)
	header, err := reader.Read()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s cannot be read: %w", path, err)
	}
	own := len(header) - len(toolColumns)
	if own < 0 || !slices.Equal(header[own:], toolColumns) {
		return nil, fmt.Errorf("%s is no table of a report: its last columns are not those of gijbulk", path)
	}
	rows, err := reader.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read: %w", path, err)
	}
	return &keptTable{path: path, columns: header[:own:own], rows: rows}, nil
}

// next takes the row of a record.
func (t *keptTable) next(r *RecordInfo) (schema.Record, error) {
	place := schema.Place{File: r.File, Line: r.Line, Record: r.Record}
	where := joined(" ", place.String(), r.DisplayName)
	if len(t.rows) == 0 {
		return schema.Record{}, fmt.Errorf("%s lacks a row for %s", t.path, where)
	}
	cells, own := t.rows[0], len(t.columns)
	t.rows, t.taken = t.rows[1:], t.taken+1
	if cells[own] != defused(r.File) || cells[own+1] != numberOrBlank(int64(r.Line)) || cells[own+3] != string(r.Status) {
		return schema.Record{}, fmt.Errorf("row %d of %s is not that of %s", t.taken, t.path, where)
	}
	var columns []string
	if place.File != "" { // what is in no manifest is shown by field
		columns = t.columns
	}
	var written []schema.Column
	for i, name := range t.columns {
		if cells[i] != "" { // a blank cell is no cell
			written = append(written, schema.Column{Name: name, Text: cells[i]})
		}
	}
	return schema.Record{Place: place, Columns: columns, Cells: written}, nil
}

// result is that of the i-th record, as far as tables and the summary show it.
func (k *Kept) result(i int) schema.Result {
	r, want := &k.Report.Records[i], k.rows[i]
	have := r.identity()
	have.ID, have.Columns, have.Cells = r.ID, want.Columns, want.Cells
	return schema.Result{
		Action: &schema.Action{Op: r.Action, Want: want, Have: have},
		Outcome: schema.Outcome{Status: r.Status, ID: r.ID, Attempts: r.Attempts, HTTP: r.HTTP, Error: r.Error, Advice: r.Advice,
			Started: r.Started, Took: milliseconds(r.MS)},
	}
}

// identity is what a report tells of a record's identity.
func (s *Subject) identity() schema.Record {
	values := map[schema.Field]schema.Value{schema.FieldType: given(s.Type), schema.FieldOrigin: given(s.Origin), schema.FieldDisplayName: given(s.DisplayName)}
	if s.Kind != string(schema.KindIntegration) {
		values[schema.FieldKind] = given(s.Kind)
	}
	return schema.NewRecord(values)
}

// given is a text that is there, or no value.
func given(s string) schema.Value {
	if s == "" {
		return schema.Value{}
	}
	return schema.Text(s)
}
