package convert

import (
	"strings"

	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

// gitmodulesTool reads the submodules of a repository.
var gitmodulesTool = Tool{Name: "gitmodules", About: "the .gitmodules of a repository; relative URLs need the repository's URL", Needs: schema.OptionBaseURL,
	Made: "git submodule add", Choice: true,
	Detect: func(s *sample) bool { return s.mentions(`(?m)^\[submodule "`) },
	Read:   readGitmodules}

func readGitmodules(l *listing) error {
	base, based := giturl.Parse(l.options.BaseURL)
	for _, s := range sectionsOf(l.Text, gitKey) {
		kind, name, named := strings.Cut(s.title, " ")
		if !named || !strings.EqualFold(kind, "submodule") {
			continue
		}
		r := l.add(s.line)
		r.title, r.field = unquoted(strings.TrimSpace(name)), s.get
		if path := s.value("path"); path != "" {
			r.title = path
		}
		if branch := s.value("branch"); branch != "." { // as in the repository above
			r.repo.branch = branchOf(branch)
		}
		url := s.value("url")
		if giturl.IsRelative(url) {
			whole, ok := base.Below(url)
			switch {
			case !based:
				r.needBaseURL("its URL is relative; use the URL of the repository with this file as the base URL")
				continue
			case !ok || whole.Path == "/":
				r.needBaseURL("its URL leads above the host of the base URL")
				continue
			}
			url = whole.String()
		}
		r.leadsTo(l.options, url)
	}
	if len(l.rows) == 0 && len(strings.TrimSpace(string(l.Text))) > 0 {
		return l.foreign(0, `there is no section [submodule "NAME"]`)
	}
	return nil
}

// gitKey reads key = value as git's configuration has it.
func gitKey(line string) (key, value string, ok bool) {
	key, value, ok = strings.Cut(strings.TrimSpace(line), "=")
	return strings.TrimSpace(key), unquoted(strings.TrimSpace(value)), ok
}

// unquoted takes the quotes, escapes and comment off a value of git's configuration.
func unquoted(s string) string {
	var b strings.Builder
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			quoted = !quoted
		case c == '\\' && i+1 < len(s):
			i++
			b.WriteByte(s[i])
		case (c == '#' || c == ';') && !quoted:
			return strings.TrimSpace(b.String())
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
