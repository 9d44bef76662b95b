package convert

import (
	"slices"
	"strings"

	"gijbulk/schema"
)

// ProjectMap says which Jira projects organizations and repositories belong to.
type ProjectMap struct {
	keys map[string][]string // by name in lower case
}

// ReadProjectMap reads lines of an organization or repository, such as acme, acme/web or
// gitlab.example.org/acme/web, and the keys of its Jira projects, separated by commas,
// semicolons or tabs. A line that begins with # is a comment. An error is a [*Problem].
func ReadProjectMap(in Input) (ProjectMap, error) {
	m := ProjectMap{keys: map[string][]string{}}
	number := 0
	for line := range strings.Lines(string(in.Text)) {
		number++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		end := strings.IndexAny(line, ",;\t")
		if end < 0 {
			end = len(line)
		}
		name := strings.ToLower(strings.Trim(line[:end], `/" `))
		keys := strings.FieldsFunc(line[end:], func(r rune) bool { return strings.ContainsRune(" ,;\t\"", r) })
		if name == "" || len(keys) == 0 {
			return m, &Problem{Place: schema.Place{File: in.Name, Line: number}, Message: "this line has no name or no project key",
				Advice: "write an organization or repository and its project keys, such as acme/web,WEB"}
		}
		m.keys[name] = append(m.keys[name], keys...)
	}
	return m, nil
}

// of gives the keys of the most specific name of a repository that the table has.
func (m ProjectMap) of(r *Repository) []string {
	if len(m.keys) == 0 {
		return nil
	}
	path := r.Key
	if r.Service == nil {
		path = strings.Join(r.Address().Segments(), "/")
	} else if !strings.Contains(path, "/") {
		path = strings.Trim(strings.TrimRight(r.Owner+"/"+r.Project, "/")+"/"+path, "/")
	}
	host := r.Address().Hostname()
	for _, name := range []string{r.Name, path} {
		for name = strings.ToLower(name); name != ""; name = parentOf(name) {
			for _, known := range []string{host + "/" + name, name} {
				if keys, ok := m.keys[known]; ok {
					return keys
				}
			}
		}
	}
	return nil
}

func parentOf(path string) string {
	i := strings.LastIndexByte(path, '/')
	if i < 0 {
		return ""
	}
	return path[:i]
}

// projectsOf gives the keys for a record that is made of rows: what the listing itself
// tells, and the table of --jira-project-map.
func (m *maker) projectsOf(rows []*Row) []string {
	var keys []string
	for _, r := range rows {
		keys = append(keys, r.Repo.JiraKeys...)
		keys = append(keys, m.options.Projects.of(&r.Repo)...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}
