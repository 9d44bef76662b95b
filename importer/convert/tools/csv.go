package tools

import (
	"cmp"
	"strings"

	"gijbulk/importer/convert"
	"gijbulk/schema"
)

var csv = convert.Tool{Name: "csv", About: "tables with a header; the host's URL if needed", Needs: schema.OptionBaseURL,
	Made: "a spreadsheet, or a table such as Moderne's repos.csv (cloneUrl,branch,origin,path,org)", Choice: true,
	Detect: func(s *convert.Sample) bool {
		return s.Titled("cloneUrl") && (s.Titled("branch") || s.Titled("path") || s.Titled("org"))
	},
	Read: readCSV}

// csvColumns are the titles by which a column is known, the best first.
var csvColumns = struct {
	url, ssh, branch, name, owner, visibility, projects []string
	flags                                               map[convert.Flag][]string
}{
	url:        []string{"cloneUrl", "cloneUrlHttp", "httpUrlToRepo", "httpUrl", "httpsUrl", "gitUrl", "repositoryUrl", "repoUrl", "remoteUrl", "url", "remote", "origin"},
	ssh:        []string{"sshUrl", "sshUrlToRepo", "cloneUrlSsh"},
	branch:     []string{"mainBranch", "defaultBranch", "branch"},
	name:       []string{"displayName", "fullName", "nameWithOwner", "pathWithNamespace", "path", "name", "repository", "repo"},
	owner:      []string{"org", "organization", "organisation", "owner", "workspace", "group"},
	visibility: []string{"visibility"},
	projects:   []string{"jiraProjects", "jiraProject", "jiraKey", "projects"},
	flags: map[convert.Flag][]string{convert.Archived: {"archived", "isArchived"}, convert.Disabled: {"disabled", "isDisabled"}, convert.Fork: {"fork", "isFork"},
		convert.Mirror: {"mirror", "isMirror"}, convert.Empty: {"empty", "isEmpty"}},
}

func readCSV(l *convert.Listing) error {
	var url, ssh, branch, name, owner, visible, projects int
	flags := map[convert.Flag]int{}
	begin := func(t *convert.Table) error {
		if err := t.RequireColumns(l.Options); err != nil {
			return err
		}
		c := csvColumns
		url, ssh, branch, name = t.First(c.url), t.First(c.ssh), t.First(c.branch), t.First(c.name)
		owner, visible, projects = t.First(c.owner), t.First(c.visibility), t.First(c.projects)
		for f, titles := range c.flags {
			flags[f] = t.First(titles)
		}
		if t.Column("type") >= 0 && t.Column("origin") >= 0 && len(l.Options.Map) == 0 {
			return l.Problem(1, "this is a manifest already: it has the columns type and origin", "use it as it is, or map its columns to fields").About(schema.OptionMap)
		}
		named := name >= 0 && l.Options.BaseURL != ""
		if url < 0 && ssh < 0 && !named && !mapsTo(l.Options, schema.FieldOrigin) {
			return l.Foreign(1, "no column is known to hold the URLs; the columns are: "+strings.Join(t.Titles, ", ")).
				Instead("map the column that holds them: origin=COLUMN").About(schema.OptionMap)
		}
		return nil
	}
	return l.EachRow(convert.Delimiter(l.Text), begin, func(t *convert.Table, cells convert.TableRow) {
		r := l.Add(cells.Line)
		if l.WantsFields() {
			r.Field = t.Fields(cells)
		}
		r.Title, r.Repo.Name = cells.Cell(name), cells.Cell(name)
		r.Repo.Branch = branchName(cells.Cell(branch))
		r.Repo.Public = visibility(cells.Cell(visible))
		r.Repo.JiraKeys, _ = schema.SplitList(cells.Cell(projects))
		for _, f := range convert.Flags() {
			r.Repo.Mark(f, truth(cells.Cell(flags[f])))
		}
		whole := r.Repo.Take(cells.Cell(url))
		if !r.Repo.Take(cells.Cell(ssh)) && !whole {
			r.NamedAt(l.Options, cmp.Or(cells.Cell(url), cells.Cell(name)), cells.Cell(owner))
		}
		r.Repo.Location = l.Options.Locate(r.Repo.Address())
		r.Title = cmp.Or(r.Title, r.Repo.Address().Path)
		if cells.Problem != "" {
			r.Skip = cells.Problem
		}
	})
}

func mapsTo(o *convert.Options, f schema.Field) bool {
	for _, m := range o.Map {
		if to, ok := schema.FieldTitled(m.To); ok && to == f {
			return true
		}
	}
	return false
}
