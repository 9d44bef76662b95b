package convert

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"gijbulk/importer/credential"
	"gijbulk/importer/document"
	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

// Listing is one input while its tool reads it, which adds a row for each repository.
type Listing struct {
	Input
	tool    *Tool
	Options *Options
	Report  func(schema.Finding)

	// detect names the tools whose listing a text may be.
	detect func(Input) []string

	References *credential.References

	Rows   []*Row
	Pages  []Page           // of all inputs of the tool, in their order
	budget *document.Budget // of a YAML text
}

// Page is one answer of a service.
type Page struct {
	place schema.Place
	Rows  int
	Start int  // the number of its first row, if the answer says so
	Next  int  // the number of the row that the next page begins with, if the answer says so
	More  bool // the answer says that it is not the last
	Total int  // how many rows all pages have together, if the answer says so
}

// RequireRows makes sure that a listing names something.
func (l *Listing) RequireRows() error {
	if len(l.Rows) == 0 {
		return l.Problem(0, "the listing is empty: it has no repositories", "run "+l.tool.Made+" again, and check that its credentials can see repositories")
	}
	return nil
}

// Add appends a row that stands on a line.
func (l *Listing) Add(line int) *Row {
	r := &Row{Place: l.Place(line), from: l.tool}
	r.Place.Record = len(l.Rows) + 1
	l.Rows = append(l.Rows, r)
	return r
}

// Place is the position of a line.
func (l *Listing) Place(line int) schema.Place {
	if l.Options.Live {
		line = 0
	}
	return schema.Place{File: l.Name, Line: line}
}

// Problem is one at a line, or of the whole listing where line is 0.
func (l *Listing) Problem(line int, message, advice string) *Problem {
	return &Problem{Place: l.Place(line), Message: message, Advice: advice}
}

// Foreign is the problem of a text that is not a listing of the tool.
func (l *Listing) Foreign(line int, message string) *Problem {
	p := l.Problem(line, "this is not a listing of "+l.tool.Name+": "+message, l.tool.Name+" reads what "+l.tool.Made+" writes")
	others := slices.DeleteFunc(l.detect(l.Input), func(name string) bool { return name == l.tool.Name })
	if len(others) > 0 {
		p.Advice, p.Option = "it looks like a listing of "+strings.Join(others, " or ")+"; specify the tool", schema.OptionTool
	}
	return p
}

// WantsFields reports whether Map or SkipIf need the listing's own fields.
func (l *Listing) WantsFields() bool { return len(l.Options.Map)+len(l.Options.SkipIf) > 0 }

// HostedAt fills in where a repository is, by its address and what else is known.
func (r *Row) HostedAt(s *Service, base string) {
	if s == nil {
		return
	}
	if at, ok := s.at(r.Repo.Address(), base); ok {
		r.Repo.Location = at
	}
}

// LeadsTo takes the address of a repository and finds its host.
func (r *Row) LeadsTo(o *Options, address string) {
	why := ""
	switch address = strings.TrimSpace(address); {
	case r.Repo.Take(address):
		r.Repo.Location = o.Locate(r.Repo.Address())
	case address == "":
		why = "it has no URL to clone from"
	default:
		why = "its URL has no host that Jira could clone from"
	}
	r.Skip = cmp.Or(r.Skip, why)
}

// NamedAt takes the address of a repository that is known by its name: below the base URL,
// and below its owner where the name has none and the base URL is that of the host alone.
func (r *Row) NamedAt(o *Options, name, owner string) {
	name = strings.Trim(name, "/")
	if name == "" {
		return
	}
	base, based := giturl.Parse(strings.TrimRight(o.BaseURL, "/") + "/-")
	if !based {
		r.NeedBaseURL("it has a name and no host; use the URL of the host as the base URL")
		return
	}
	if owner = strings.Trim(owner, "/"); owner != "" && !strings.Contains(name, "/") && path.Base(path.Dir(base.Path)) != owner {
		name = owner + "/" + name
	}
	r.Repo.Take(strings.TrimSuffix(base.String(), "/-") + "/" + giturl.EscapePath(o.serviceAt(base).pathOf(name)))
}

// NeedBaseURL skips a row whose address depends on the base URL.
func (r *Row) NeedBaseURL(why string) { r.Skip, r.option = why, schema.OptionBaseURL }

func (r *Row) needAddress() {
	if r.Cells == nil && r.Repo.Address().Host == "" && r.Skip == "" {
		r.Skip = "it has no URL to clone from"
	}
}

// warnOfPages reports that pages are missing: one says so, or all are exactly as long as a
// usual limit.
func (l *Listing) warnOfPages() {
	full, rows, ended := 0, 0, false
	starts := map[int]bool{}
	for _, p := range l.Pages {
		rows += p.Rows
		starts[p.Start] = true
		ended = ended || !p.More
	}
	for _, p := range l.Pages {
		if slices.Contains(l.tool.Limits, p.Rows) {
			full++
		}
		if p.Total > rows {
			l.Report(schema.CodeListingPage.Newf(p.place, "", "this is one page of several: of %s, %d are here", CountRows(p.Total), rows))
			return
		}
		if !p.More || p.Total > 0 || p.Next > 0 && starts[p.Next] || p.Next == 0 && ended {
			continue
		}
		l.Report(schema.CodeListingPage.Newf(p.place, "", "this is one page of several: it has %s and says that there are more", CountRows(p.Rows)))
	}
	if full > 0 && full == len(l.Pages) {
		last := l.Pages[full-1]
		l.Report(schema.CodeListingPage.Newf(last.place, "", "the listing has exactly %s, a usual limit: it may be one page of several", CountRows(last.Rows)).
			Advise("%s", l.tool.Complete))
	}
}

// CountRows is a number of rows in words.
func CountRows(n int) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}

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

func (c *lines) column(offset int) int {
	offset = min(offset, len(c.text))
	return offset - (bytes.LastIndexByte(c.text[:offset], '\n') + 1) + 1
}
