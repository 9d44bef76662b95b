package tools

import (
	"slices"
	"strings"

	"gijbulk/importer/commandline"
	"gijbulk/importer/convert"
	"gijbulk/schema"
)

// mr reads the configuration of mr (myrepos). What stands in it as commands is read
// and never run.
var mr = convert.Tool{Name: "mr", About: "the .mrconfig of mr (myrepos)",
	Made: "mr register", Choice: true,
	Detect: func(s *convert.Sample) bool { return s.Mentions(`(?m)^\[`) && s.Mentions(`(?m)^checkout\s*=`) },
	Read:   readMr}

func readMr(l *convert.Listing) error {
	for _, s := range convert.Sections(l.Text, mrKey) {
		if include := s.Value("include"); include != "" {
			l.Report(schema.CodeListingNotHeld.Newf(l.Place(s.Line), "include", "the file includes others by a command, which is not run").
				Advise("give those files as well"))
		}
		if s.Title == "DEFAULT" || s.Title == "ALIAS" {
			continue
		}
		r := l.Add(s.Line)
		r.Title, r.Field = s.Title, s.Get
		r.Repo.Mark(convert.Disabled, s.Value("skip") == "true" || s.Value("deleted") == "true")
		url, branch, why := clonedBy(s.Value("checkout"))
		r.Repo.Branch, r.Skip = branchOf(branch), why
		if why == "" {
			r.LeadsTo(l.Options, url)
		}
	}
	return nil
}

func mrKey(line string) (key, value string, ok bool) {
	if line[0] == ' ' || line[0] == '\t' {
		return "", "", false
	}
	key, value, ok = strings.Cut(line, "=")
	return strings.TrimSpace(key), strings.TrimSpace(value), ok
}

func clonedBy(command string) (url, branch, why string) {
	if strings.TrimSpace(command) == "" {
		return "", "", "it has no checkout"
	}
	words, err := commandline.Words(command)
	if err != nil {
		return "", "", "its checkout is not a valid command line"
	}
	clone := slices.Index(words, "clone")
	git := slices.Index(words, "git")
	switch {
	case git < 0 && slices.ContainsFunc(words, func(w string) bool { return slices.Contains([]string{"hg", "svn", "bzr", "cvs", "darcs", "fossil"}, w) }):
		return "", "", "it is not a git repository"
	case git < 0 || clone < git:
		return "", "", "its checkout runs no git clone"
	}
	url, branch = cloneArguments(words[clone+1:])
	switch {
	case url == "":
		return "", "", "its git clone has no URL"
	case strings.ContainsAny(url, "$`"):
		return "", "", "its URL has a variable of the shell"
	}
	return url, branch, ""
}

func cloneArguments(words []string) (url, branch string) {
	for i := 0; i < len(words); i++ {
		word := words[i]
		switch {
		case slices.Contains([]string{"&&", "||", "|", ";"}, word):
			return "", branch
		case strings.HasPrefix(word, "-"):
			name, value, joined := strings.Cut(word, "=")
			if !joined && slices.Contains(cloneOptions, word) && i+1 < len(words) {
				i++
				value = words[i]
			}
			if name == "-b" || name == "--branch" {
				branch = value
			}
		default:
			return strings.TrimSuffix(word, ";"), branch
		}
	}
	return "", branch
}

// cloneOptions are those of git clone that take the next word.
var cloneOptions = []string{"-b", "--branch", "-o", "--origin", "-u", "--upload-pack", "-c", "--config", "--depth", "--reference",
	"--reference-if-able", "--template", "--separate-git-dir", "-j", "--jobs", "--shallow-since", "--shallow-exclude", "--filter",
	"--server-option", "--revision", "--bundle-uri", "--ref-format"}
