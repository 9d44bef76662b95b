package schema

// Fate is what became of a row of another tool's listing.
type Fate string

// The fates.
const (
	FateConverted Fate = "converted" // it is, or is part of, a record
	FateMerged    Fate = "merged"    // it is the same repository as an earlier row
	FateSkipped   Fate = "skipped"   // it was left out
)

// Row is what became of one row of a listing.
type Row struct {
	Place  Place  // Record counts the rows of the file, from 1
	Name   string // as the listing calls the repository
	Fate   Fate
	Why    string // of a merged or skipped one
	Option Option // the option that a skipped one needs, or ""
	Record int    // of the conversion that it is in, from 1; 0 for a skipped one
}

// Placeholder is a reference that stands in records and leads to nothing yet.
type Placeholder struct {
	Reference string // such as env:GITHUB_ACME_PAT
	For       string // what the first record that has it is called
	Records   int    // how many have it
}

// Conversion is the records that listings became, and an account of every row.
type Conversion struct {
	Entries      []Entry // integrations first, then repositories, each in the order of the input
	Rows         []Row   // one for each of the input, in its order
	Placeholders []Placeholder
	Findings     []Finding // what a person should know about the listings
}

// Count counts the rows that met a fate.
func (c Conversion) Count(f Fate) (n int) {
	for i := range c.Rows {
		if c.Rows[i].Fate == f {
			n++
		}
	}
	return n
}
