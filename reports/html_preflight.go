package reports

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// listedRow is what a record lists, for the table that needs no script.
type listedRow struct {
	Place, Name, Count, Status, Repositories string
}

// credentialRow is a credential at its host.
type credentialRow struct {
	Reference, Host, User, Expires, Scopes, Status string
	Good                                           bool
	Records                                        int
}

func (p *page) addPreflight(info *PreflightInfo) {
	if info == nil {
		return
	}
	for _, c := range info.Credentials {
		p.Credentials = append(p.Credentials, credentialRow{cmp.Or(c.Reference, "none"), c.Host, c.User, c.expiry(), strings.Join(c.Scopes, ", "), c.Status,
			c.Status == statusOK, len(c.Records)})
	}
	slices.SortStableFunc(p.Credentials, func(a, b credentialRow) int { return rankOf(a) - rankOf(b) })
	for _, l := range info.Listings[:min(maxPlain, len(info.Listings))] {
		shown := l.Repositories[:min(longestList, len(l.Repositories))]
		names := strings.Join(shown, ", ")
		if more := len(l.Repositories) - len(shown); more > 0 {
			names += fmt.Sprintf(" and %s more", withSeparators(more))
		}
		p.Listings = append(p.Listings, listedRow{listingPlace(l), l.Name, l.count(), joinNonEmpty(": ", l.Status, l.Note), names})
	}
}

// rankOf puts what is wrong first.
func rankOf(c credentialRow) int { return int(boolean(c.Good)) }

func listingPlace(l HostListing) string {
	return placeText(&RecordInfo{Subject: Subject{File: l.File, Line: l.Line}})
}

// writeListings writes for each record its number in the page from 0, or -1, the words of its position, name, status and
// note, how many repositories it lists, and the words of their names.
func (w *wordList) writeListings(out io.Writer, d reportData) error {
	type position struct {
		file   string
		record int
	}
	numbers := make(map[position]int64)
	for i, r := range d.records {
		numbers[position{r.File, r.Record}] = int64(i)
	}
	return writeArray(out, func(yield func([]int64) bool) {
		for _, l := range d.preflight.Listings {
			number, known := numbers[position{l.File, l.Record}]
			if !known {
				number = -1
			}
			row := []int64{number, w.index(listingPlace(l)), w.index(l.Name), w.index(l.Status), w.index(l.Note), int64(l.Count)}
			for _, name := range l.Repositories {
				row = append(row, w.index(name))
			}
			if !yield(row) {
				return
			}
		}
	})
}

// preflightVerdict says what git hosts list, and how much is wrong.
func (c totals) preflightVerdict() (string, rating) {
	repositories := 0
	for _, l := range c.preflight.Listings {
		repositories += l.Count
	}
	noun := "repositories"
	if repositories == 1 {
		noun = "repository"
	}
	text := fmt.Sprintf("%s: %s %s listed, %s, %s.", plural(c.run.Total, "record"), withSeparators(repositories), noun, plural(c.errors, "error"), plural(c.warnings, "warning"))
	switch {
	case c.errors > 0:
		return text, ratingBad
	case c.warnings > 0:
		return text, ratingWarn
	}
	return text, ratingGood
}
