package schema

import "slices"

// source is what only a record of a manifest has: what was written there, and what was
// found in it. It lies apart, since an audit holds as many live records, and each of both
// in its plan once more. Copies of a record share it, so one that is in use never changes.
type source struct {
	columns []string
	cells   []Column
	faults  []Finding
	needs   []createNeed
}

// of gives the source of a record, which must not be changed.
func (r *Record) of() *source {
	if r.source == nil {
		return &noSource
	}
	return r.source
}

var noSource source

// Columns are the header of the CSV or TSV file that the record stands in, shared by its
// records; nil elsewhere.
func (r Record) Columns() []string { return r.of().columns }

// Cells are what was written, for reports; secrets as references.
func (r Record) Cells() []Column { return r.of().cells }

// WithCells returns the record with these cells under this header.
func (r Record) WithCells(columns []string, cells []Column) Record {
	if old := r.of(); !same(old.columns, columns) || !same(old.cells, cells) {
		r.source = &source{columns, cells, old.faults, old.needs}
	}
	return r
}

// Faults are the errors found in the record itself. One that has any is never sent.
func (r Record) Faults() []Finding { return r.of().faults }

// WithFaults returns the record with further faults.
func (r Record) WithFaults(faults ...Finding) Record {
	if len(faults) > 0 {
		old := r.of()
		r.source = &source{old.columns, old.cells, append(slices.Clip(old.faults), faults...), old.needs}
	}
	return r
}

// same reports whether two lists are one.
func same[T any](a, b []T) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// source gives a record its source. Where no cells are kept, most records of a file have
// the same to tell, and share one.
func (c *Checker) source(s *source) *source {
	if last := c.shared; last != nil && len(s.cells) == 0 && same(last.columns, s.columns) && slices.Equal(last.needs, s.needs) {
		return last
	}
	kept := *s
	if len(s.cells) == 0 {
		c.shared = &kept
	}
	return &kept
}
