package tools

import (
	"strings"

	"gijbulk/importer/convert"
	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

var gitmodules = convert.Tool{Name: "gitmodules", About: "a .gitmodules file; its base URL if needed", Needs: schema.OptionBaseURL,
	Made: "git submodule add", Choice: true,
	Detect: func(s *convert.Sample) bool { return s.Mentions(`(?m)^\[submodule "`) },
	Read:   readGitmodules}

func readGitmodules(l *convert.Listing) error {
	base, based := giturl.Parse(l.Options.BaseURL)
	for _, s := range convert.Sections(l.Text, gitKey) {
		kind, name, named := strings.Cut(s.Title, " ")
		if !named || !strings.EqualFold(kind, "submodule") {
			continue
		}
		r := l.Add(s.Line)
		r.Title, r.Field = unquoted(strings.TrimSpace(name)), s.Get
		if path := s.Value("path"); path != "" {
			r.Title = path
		}
		if branch := s.Value("branch"); branch != "." { // as in the repository above
			r.Repo.Branch = branchOf(branch)
		}
		url := s.Value("url")
		if giturl.IsRelative(url) {
			whole, ok := base.Below(url)
			switch {
			case !based:
				r.NeedBaseURL("its URL is relative; use the URL of the repository with this file as the base URL")
				continue
			case !ok || whole.Path == "/":
				r.NeedBaseURL("its URL leads outside the host of the base URL")
				continue
			}
			url = whole.String()
		}
		r.LeadsTo(l.Options, url)
	}
	if len(l.Rows) == 0 && len(strings.TrimSpace(string(l.Text))) > 0 {
		return l.Foreign(0, `there is no section [submodule "NAME"]`)
	}
	return nil
}

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
