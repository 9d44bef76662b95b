package convert

import (
	"cmp"
	"strings"

	"gijbulk/schema"
)

// csvTool reads any table of repositories.
var csvTool = Tool{Name: "csv", About: "any table of repositories, with a header",
	Made: "a spreadsheet, or a table such as Moderne's repos.csv (cloneUrl,branch,origin,path,org)", Choice: true,
	Detect: func(s *sample) bool {
		return s.titled("cloneUrl") && (s.titled("branch") || s.titled("path") || s.titled("org"))
	},
	Read: readCSV}

// csvColumns are the titles by which a column is known, the best first.
var csvColumns = struct {
	url, ssh, branch, name, owner, visibility, projects []string
	flags                                               map[Flag][]string
}{
	url:        []string{"cloneUrl", "cloneUrlHttp", "httpUrlToRepo", "httpUrl", "httpsUrl", "gitUrl", "repositoryUrl", "repoUrl", "remoteUrl", "url", "remote", "origin"},
	ssh:        []string{"sshUrl", "sshUrlToRepo", "cloneUrlSsh"},
	branch:     []string{"mainBranch", "defaultBranch", "branch"},
	name:       []string{"displayName", "fullName", "nameWithOwner", "pathWithNamespace", "path", "name", "repository", "repo"},
	owner:      []string{"org", "organization", "organisation", "owner", "workspace", "group"},
	visibility: []string{"visibility"},
	projects:   []string{"jiraProjects", "jiraProject", "jiraKey", "projects"},
	flags: map[Flag][]string{Archived: {"archived", "isArchived"}, Disabled: {"disabled", "isDisabled"}, Fork: {"fork", "isFork"},
		Mirror: {"mirror", "isMirror"}, Empty: {"empty", "isEmpty"}},
}

func readCSV(l *listing) error {
	var url, ssh, branch, name, visible, projects int
	flags := map[Flag]int{}
	begin := func(t *table) error {
		if err := t.mustHave(l.options); err != nil {
			return err
		}
		c := csvColumns
		url, ssh, branch, name = t.first(c.url), t.first(c.ssh), t.first(c.branch), t.first(c.name)
		visible, projects = t.first(c.visibility), t.first(c.projects)
		for f, titles := range c.flags {
			flags[f] = t.first(titles)
		}
		if t.column("type") >= 0 && t.column("origin") >= 0 && len(l.options.Map) == 0 {
			return l.problem(1, "this is a manifest already: it has the columns type and origin", "use it as it is, or map its columns to fields").about(schema.OptionMap)
		}
		if url < 0 && ssh < 0 && !mapsTo(l.options, schema.FieldOrigin) {
			return l.foreign(1, "no column is known to hold the URLs; the columns are: "+strings.Join(t.titles, ", ")).
				instead("map the column that holds them: origin=COLUMN").about(schema.OptionMap)
		}
		return nil
	}
	return l.eachRow(delimiterOf(l.Text), begin, func(t *table, cells tableRow) {
		r := l.add(cells.line)
		if l.wantsFields() {
			r.field = t.fields(cells)
		}
		r.title, r.repo.name = cells.cell(name), cells.cell(name)
		r.repo.branch = branchName(cells.cell(branch))
		r.repo.public = visibility(cells.cell(visible))
		r.repo.jira, _ = schema.SplitList(cells.cell(projects))
		for _, f := range Flags() {
			r.repo.flag(f, truth(cells.cell(flags[f])))
		}
		r.repo.take(cells.cell(url))
		r.repo.take(cells.cell(ssh))
		r.needAddress()
		r.repo.spot = l.options.locate(r.repo.address())
		r.title = cmp.Or(r.title, r.repo.address().Path)
		if cells.flaw != "" {
			r.skip = cells.flaw
		}
	})
}

// mapsTo reports whether Map fills a field.
func mapsTo(o *Options, f schema.Field) bool {
	for _, m := range o.Map {
		if to, ok := schema.FieldTitled(m.To); ok && to == f {
			return true
		}
	}
	return false
}
