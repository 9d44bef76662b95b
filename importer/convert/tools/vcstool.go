package tools

import (
	"strings"

	"gijbulk/importer/convert"
)

var vcstool = convert.Tool{Name: "vcstool", About: "the .repos file of vcstool, as in ROS workspaces",
	Made: "vcs export > my.repos", Choice: true,
	Detect: func(s *convert.Sample) bool {
		return s.Mentions(`(?m)^repositories:`) && (strings.HasSuffix(s.Name, ".repos") ||
			s.Mentions(`\btype:\s*["']?(git|hg|svn|bzr|tar|zip)\b`) && s.Mentions(`\burl:`))
	},
	Read: readVcstool}

func readVcstool(l *convert.Listing) error {
	return l.EachDocument(func(doc convert.Value) error {
		all := doc.Get("repositories")
		if !all.IsMap() {
			return l.Foreign(doc.Line(), "repositories, a mapping from paths to repositories, is missing")
		}
		for _, m := range all.Members() {
			r := l.Add(m.Line)
			r.Title, r.Field = m.Name, m.Value.Field
			switch kind := m.Value.Get("type").Text(); {
			case !m.Value.IsMap():
				r.Skip = "it is not a mapping with type and url"
				continue
			case kind != "git":
				r.Skip = "it is not a git repository"
			}
			r.Repo.Branch = branchOf(m.Value.Get("version").Text())
			r.LeadsTo(l.Options, m.Value.Get("url").Text())
		}
		return nil
	})
}
