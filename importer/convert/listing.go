package convert

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gijbulk/importer/credential"
	"gijbulk/schema"
)

// listing is one input while its tool reads it.
type listing struct {
	Input
	tool    *Tool
	options *Options
	tell    func(schema.Finding)

	// detect names the tools whose listing a text may be.
	detect func(Input) []string

	references *credential.References

	rows   []*row
	pages  []page  // of all inputs of the tool, in their order
	budget *budget // of a YAML text
}

// page is one answer of a service.
type page struct {
	place schema.Place
	rows  int
	start int  // the number of its first row, where the answer tells
	next  int  // the number of the row that the next page begins with, where the answer tells
	more  bool // the answer says that it is not the last
	total int  // how many rows all pages have together, where the answer tells
}

// mustHaveRows makes sure that a listing names something.
func (l *listing) mustHaveRows() error {
	if len(l.rows) == 0 {
		return l.problem(0, "the listing is empty: it names no repository", "look at what "+l.tool.Made+" says, and whether its credentials see any repository")
	}
	return nil
}

// add appends a row that stands on a line.
func (l *listing) add(line int) *row {
	r := &row{place: schema.Place{File: l.Name, Line: line, Record: len(l.rows) + 1}, from: l.tool}
	l.rows = append(l.rows, r)
	return r
}

func (l *listing) place(line int) schema.Place { return schema.Place{File: l.Name, Line: line} }

func (l *listing) problem(line int, message, advice string) *Problem {
	return &Problem{Place: l.place(line), Message: message, Advice: advice}
}

// foreign is the problem of a text that is no listing of the tool.
func (l *listing) foreign(line int, message string) *Problem {
	p := l.problem(line, "this is no listing of "+l.tool.Name+": "+message, l.tool.Name+" reads what "+l.tool.Made+" writes")
	others := slices.DeleteFunc(l.detect(l.Input), func(name string) bool { return name == l.tool.Name })
	if len(others) > 0 {
		p.Advice, p.Option = "it looks like a listing of "+strings.Join(others, " or ")+"; specify the tool", schema.OptionTool
	}
	return p
}

// wantsFields reports whether Map or SkipIf need the listing's own fields.
func (l *listing) wantsFields() bool { return len(l.options.Map)+len(l.options.SkipIf) > 0 }

// hostedAt fills in where a repository is, by its address and what else is known.
func (r *row) hostedAt(s *service, base string) {
	if s == nil {
		return
	}
	if at, ok := s.at(r.repo.address(), base); ok {
		r.repo.spot = at
	}
}

// leadsTo takes the address of a repository that a listing has as text, and finds out who
// hosts it.
func (r *row) leadsTo(o *Options, address string) {
	why := ""
	switch address = strings.TrimSpace(address); {
	case r.repo.take(address):
		r.repo.spot = o.locate(r.repo.address())
	case address == "":
		why = "it has no URL to clone from"
	default:
		why = "its URL leads to no host that Jira could clone from"
	}
	r.skip = cmp.Or(r.skip, why)
}

// needBaseURL skips a row whose address depends on the base URL.
func (r *row) needBaseURL(why string) { r.skip, r.option = why, schema.OptionBaseURL }

// needAddress skips a row from which nothing can be cloned.
func (r *row) needAddress() {
	if r.repo.address().Host == "" && r.skip == "" {
		r.skip = "it has no URL to clone from"
	}
}

// warnOfPages tells where the answers of a service are visibly not all: one says so, or
// all are exactly as long as a usual limit.
func (l *listing) warnOfPages() {
	full, rows, ended := 0, 0, false
	starts := map[int]bool{}
	for _, p := range l.pages {
		rows += p.rows
		starts[p.start] = true
		ended = ended || !p.more
	}
	for _, p := range l.pages {
		if slices.Contains(l.tool.Limits, p.rows) {
			full++
		}
		if p.total > rows {
			l.tell(schema.CodeListingPage.Newf(p.place, "", "this is one page of several: of %s, %d are here", rowsOf(p.total), rows))
			return
		}
		if !p.more || p.total > 0 || p.next > 0 && starts[p.next] || p.next == 0 && ended {
			continue
		}
		l.tell(schema.CodeListingPage.Newf(p.place, "", "this is one page of several: it holds %s and says that there are more", rowsOf(p.rows)))
	}
	if full > 0 && full == len(l.pages) {
		last := l.pages[full-1]
		l.tell(schema.CodeListingPage.Newf(last.place, "", "the listing has exactly %s, a usual limit: it may be one page of several", rowsOf(last.rows)).
			Advise("%s", l.tool.Complete))
	}
}

func rowsOf(n int) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}

// lines counts lines on the way through a text.
type lines struct {
	text []byte
	at   int
	line int // from 0
}

// until gives the number of the line, from 1, that an offset is on. Offsets are asked
// for in ascending order.
func (c *lines) until(offset int) int {
	offset = min(max(offset, c.at), len(c.text))
	c.line += bytes.Count(c.text[c.at:offset], []byte("\n"))
	c.at = offset
	return c.line + 1
}

// column is where on its line an offset is, from 1.
func (c *lines) column(offset int) int {
	offset = min(offset, len(c.text))
	return offset - (bytes.LastIndexByte(c.text[:offset], '\n') + 1) + 1
}
