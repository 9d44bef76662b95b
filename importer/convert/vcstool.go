package convert

import "strings"

// vcstoolTool reads what vcstool imports.
var vcstoolTool = Tool{Name: "vcstool", About: "the .repos file of vcstool, as ROS workspaces have it",
	Made: "vcs export > my.repos", Choice: true,
	Detect: func(s *sample) bool { return strings.HasSuffix(s.name, ".repos") && s.mentions(`(?m)^repositories:`) },
	Read:   readVcstool}

func readVcstool(l *listing) error {
	return l.eachDocument(func(doc yamlValue) error {
		all := doc.get("repositories")
		if !all.isMap() {
			return l.foreign(doc.line(), "repositories, a mapping from paths to repositories, is not there")
		}
		for _, m := range all.members() {
			r := l.add(m.line)
			r.title, r.field = m.name, m.value.field
			switch kind := m.value.get("type").text(); {
			case !m.value.isMap():
				r.skip = "it is no mapping with type and url"
				continue
			case kind != "git":
				r.skip = "it is no git repository"
			}
			r.repo.branch = branchOf(m.value.get("version").text())
			r.leadsTo(l.options, m.value.get("url").text())
		}
		return nil
	})
}
