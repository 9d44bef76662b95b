package convert

import (
	"strings"

	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

// geiTool reads the inventories that GitHub's migration tools write.
var geiTool = Tool{Name: "gei", About: "the repos.csv that gh ado2gh, gh bbs2gh or gh gl2gh inventory-report writes",
	Made:   "gh ado2gh inventory-report, gh bbs2gh inventory-report",
	Detect: func(s *sample) bool { return inventoryOf(s.titled) != nil && !s.titled("pipeline") },
	Read:   readGEI}

// inventory is one of the forms that the tables have.
type inventory struct {
	titles  []string // the columns by which it is known: where, in what, the repository, its URL
	service *service // nil: the host has no integration type
}

var inventories = []*inventory{
	{titles: []string{"org", "teamproject", "repo", "url"}, service: azure},
	{titles: []string{"project-key", "project-name", "repo", "url"}},
	{titles: []string{"group-path", "group-name", "project", "url"}, service: gitlab},
}

func inventoryOf(titled func(...string) bool) *inventory {
	for _, i := range inventories {
		if titled(i.titles...) {
			return i
		}
	}
	return nil
}

func readGEI(l *listing) error {
	var form *inventory
	begin := func(t *table) error {
		has := func(titles ...string) bool {
			for _, title := range titles {
				if t.column(title) < 0 {
					return false
				}
			}
			return true
		}
		form = inventoryOf(has)
		switch {
		case has("pipeline"):
			return l.foreign(1, "these are pipelines, which the inventory has beside the repositories").instead("give its repos.csv")
		case form == nil:
			return l.foreign(1, "the columns are none of an inventory of repositories: "+strings.Join(t.titles, ", ")).
				instead("use the repos.csv of the inventory, or convert another table with the tool csv").about(schema.OptionTool)
		}
		return t.mustHave(l.options)
	}
	return l.eachRow(delimiterOf(l.Text), begin, func(t *table, cells tableRow) {
		r := l.add(cells.line)
		if l.wantsFields() {
			r.field = t.fields(cells)
		}
		cell := func(title string) string { return cells.cell(t.column(title)) }
		r.title = joined(cell(form.titles[0]), cell(form.titles[2]))
		if form.service == azure {
			r.title = joined(cell("teamproject"), cell("repo"))
		}
		r.repo.name = r.title
		r.repo.flag(Archived, truth(cell("is-archived")))
		r.repo.jira, _ = schema.SplitList(cell("jira-project"))
		r.leadsTo(l.options, form.cloned(cell("url")))
		form.place(r)
		if cells.flaw != "" {
			r.skip = cells.flaw
		}
	})
}

// cloned is what a repository is cloned from that has a page at a URL.
func (i *inventory) cloned(url string) string {
	if i.service == gitlab && url != "" {
		return strings.TrimSuffix(strings.TrimRight(url, "/"), ".git") + ".git" // a group may be called as other hosts call their pages
	}
	return giturl.FromPage(url)
}

// place finds the repository on a host of the kind that the inventory is of.
func (i *inventory) place(r *row) {
	if i.service == nil || r.skip != "" {
		return
	}
	s := i.service
	if known := serviceOf(r.repo.address().Hostname()); known != nil {
		s = known
	}
	r.hostedAt(s, "")
}
