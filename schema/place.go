package schema

import "strconv"

// Place says where something stands in a manifest.
type Place struct {
	File   string // as named on the command line; "-" is standard input
	Line   int    // from 1; 0 where the format has no lines to speak of
	Column int    // from 1, in bytes; 0 where the parser does not know it
	Record int    // the record's number in its file, from 1; 0 for the file itself
}

// String gives the usual FILE:LINE:COLUMN, leaving out what is not known.
func (p Place) String() string {
	s := p.File
	if p.Line > 0 {
		s += ":" + strconv.Itoa(p.Line)
		if p.Column > 0 {
			s += ":" + strconv.Itoa(p.Column)
		}
	}
	return s
}

// Before orders places as a reader of one file meets them.
func (p Place) Before(q Place) bool {
	if p.Record != q.Record {
		return p.Record < q.Record
	}
	if p.Line != q.Line {
		return p.Line < q.Line
	}
	return p.Column < q.Column
}
