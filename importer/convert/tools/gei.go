package tools

import (
	"strings"

	"gijbulk/importer/convert"
	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

var gei = convert.Tool{Name: "gei", About: "repos.csv of gh ado2gh, bbs2gh or gl2gh inventory-report",
	Made:   "gh ado2gh inventory-report, gh bbs2gh inventory-report",
	Detect: func(s *convert.Sample) bool { return inventoryOf(s.Titled) != nil && !s.Titled("pipeline") },
	Read:   readGEI}

type inventory struct {
	titles  []string         // the columns by which it is known: where, in what, the repository, its URL
	service *convert.Service // nil: the host has no integration type
}

var inventories = []*inventory{
	{titles: []string{"org", "teamproject", "repo", "url"}, service: convert.Azure},
	{titles: []string{"project-key", "project-name", "repo", "url"}},
	{titles: []string{"group-path", "group-name", "project", "url"}, service: convert.GitLab},
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
		r.LeadsTo(l.Options, form.cloned(cell("url")))
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
