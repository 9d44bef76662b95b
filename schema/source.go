package schema

import "slices"

// Columns are the header of the CSV or TSV file that the record stands in, shared by its
// records; nil elsewhere.
func (r Record) Columns() []string { return r.columns }

// Cells are what was written, for reports; secrets as references.
func (r Record) Cells() []Column { return r.cells }

// WithCells returns the record with these cells under this header.
func (r Record) WithCells(columns []string, cells []Column) Record {
	r.columns, r.cells = columns, cells
	return r
}

// Faults are the errors found in the record itself. One that has any is never sent.
func (r Record) Faults() []Finding { return r.faults }

// WithFaults returns the record with further faults.
func (r Record) WithFaults(faults ...Finding) Record {
	r.faults = append(slices.Clip(r.faults), faults...)
	return r
}
