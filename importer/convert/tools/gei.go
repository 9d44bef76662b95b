package tools

import (
	"regexp"
	"strings"

	"gijbulk/importer/convert"
	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

var gei = convert.Tool{Name: "gei", About: "repos.csv of gh ado2gh, bbs2gh or gl2gh", Needs: schema.OptionBaseURL,
	Made:   "gh ado2gh inventory-report, gh bbs2gh inventory-report",
	Detect: func(s *convert.Sample) bool { return inventoryOf(s.Titled) != nil && !s.Titled("pipeline") },
	Read:   readGEI}

type inventory struct {
	titles  []string         // the columns by which it is known: where, in what, the repository, its URL
	service *convert.Service // nil: the host has no integration type
	below   string           // the path of a repository below the URL of its host, with two of the titles in braces
}

var inventories = []*inventory{
	{titles: []string{"org", "teamproject", "repo", "url"}, service: convert.Azure, below: "{org}/{teamproject}/_git/{repo}"},
	{titles: []string{"project-key", "project-name", "repo", "url"}, below: "scm/{project-key}/{repo}.git"},
	{titles: []string{"group-path", "group-name", "project", "url"}, service: convert.GitLab, below: "{group-path}/{project}.git"},
}

func inventoryOf(titled func(...string) bool) *inventory {
	for _, i := range inventories {
		if titled(i.titles...) {
			return i
		}
	}
	return nil
}

func readGEI(l *convert.Listing) error {
	var form *inventory
	begin := func(t *convert.Table) error {
		has := func(titles ...string) bool {
			for _, title := range titles {
				if t.Column(title) < 0 {
					return false
				}
			}
			return true
		}
		form = inventoryOf(has)
		switch {
		case has("pipeline"):
			return l.Foreign(1, "these are pipelines, a different table of the inventory").Instead("give its repos.csv")
		case form == nil:
			return l.Foreign(1, "the columns are none of an inventory of repositories: "+strings.Join(t.Titles, ", ")).
				Instead("use the repos.csv of the inventory, or convert another table with the tool csv").About(schema.OptionTool)
		}
		return t.RequireColumns(l.Options)
	}
	return l.EachRow(convert.Delimiter(l.Text), begin, func(t *convert.Table, cells convert.TableRow) {
		r := l.Add(cells.Line)
		if l.WantsFields() {
			r.Field = t.Fields(cells)
		}
		cell := func(title string) string { return cells.Cell(t.Column(title)) }
		r.Title = join(cell(form.titles[0]), cell(form.titles[2]))
		if form.service == convert.Azure {
			r.Title = join(cell("teamproject"), cell("repo"))
		}
		r.Repo.Name = r.Title
		r.Repo.Mark(convert.Archived, truth(cell("is-archived")))
		r.Repo.JiraKeys, _ = schema.SplitList(cell("jira-project"))
		if url := cell("url"); strings.Contains(url, "://") {
			r.LeadsTo(l.Options, form.cloned(url))
		} else if form.named(r, l.Options, cell) {
			r.Repo.Location = l.Options.Locate(r.Repo.Address())
		}
		form.place(r)
		if cells.Problem != "" {
			r.Skip = cells.Problem
		}
	})
}

func (i *inventory) cloned(url string) string {
	if i.service == convert.GitLab && url != "" {
		return strings.TrimSuffix(strings.TrimRight(url, "/"), ".git") + ".git" // a group may be called as other hosts call their pages
	}
	return giturl.FromPage(url)
}

// named takes the address of a repository of which the inventory has the name alone.
func (i *inventory) named(r *convert.Row, o *convert.Options, cell func(string) string) bool {
	missing := false
	below := inBraces.ReplaceAllStringFunc(i.below, func(title string) string {
		name := cell(strings.Trim(title, "{}"))
		missing = missing || name == ""
		return giturl.EscapePath(name)
	})
	base, based := giturl.Parse(o.BaseURL + "/-")
	switch {
	case missing:
		r.Skip = "it has no URL to clone from"
	case !based:
		r.NeedBaseURL("it has a name and no host; use the URL of the host as the base URL")
	default:
		return r.Repo.Take(strings.TrimRight(strings.TrimSuffix(base.String(), "-"), "/") + "/" + below)
	}
	return false
}

var inBraces = regexp.MustCompile(`\{[^}]*\}`)

func (i *inventory) place(r *convert.Row) {
	if i.service == nil || r.Skip != "" {
		return
	}
	s := i.service
	if known := convert.ServiceOf(r.Repo.Address().Hostname()); known != nil {
		s = known
	}
	r.HostedAt(s, "")
}
