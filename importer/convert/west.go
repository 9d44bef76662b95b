package convert

import (
	"slices"
	"strings"

	"gijbulk/schema"
)

// westTool reads the manifest of west, Zephyr's tool.
var westTool = Tool{Name: "west", About: "the west.yml of west, as Zephyr workspaces have it",
	Made: "west manifest --resolve", Choice: true,
	Detect: func(s *sample) bool {
		return s.mentions(`(?m)^manifest:`) && s.mentions(`(?m)^\s+(projects|remotes|self):`)
	},
	Read: readWest}

// westManifest is what stands around the projects.
type westManifest struct {
	remotes map[string]string // their URLs by their names
	remote  string            // of projects that name none
	off     map[string]bool   // groups that the filter is about, and whether they are off
}

func readWest(l *listing) error {
	return l.eachDocument(func(doc yamlValue) error {
		whole := doc.get("manifest")
		if !whole.isMap() {
			return l.foreign(doc.line(), "manifest, a mapping with remotes and projects, is not there")
		}
		m := westManifest{remotes: map[string]string{}, remote: whole.get("defaults", "remote").text(), off: map[string]bool{}}
		for _, word := range whole.get("group-filter").texts() {
			m.off[word[1:]] = word[0] != '+' // the last word on a group counts
		}
		for _, remote := range whole.get("remotes").items() {
			m.remotes[remote.get("name").text()] = remote.get("url-base").text()
		}
		imports := whole.get("self", "import").given()
		for _, project := range whole.get("projects").items() {
			imports = imports || project.get("import").given()
			m.project(l, project)
		}
		if imports {
			l.tell(schema.CodeListingNotHeld.Newf(l.place(whole.line()), "import", "the manifest imports others, whose projects are not here").
				Advise("convert what west manifest --resolve writes"))
		}
		return nil
	})
}

func (m westManifest) project(l *listing, v yamlValue) {
	r := l.add(v.line())
	name := v.get("name").text()
	r.title, r.field = name, v.field
	if !v.isMap() {
		r.skip = "it is no mapping with a name"
		return
	}
	r.repo.branch = branchOf(v.get("revision").text())
	r.repo.flag(Disabled, m.inactive(v.get("groups").texts()))
	address := v.get("url").text()
	if address == "" {
		remote := v.get("remote").text()
		if remote == "" {
			remote = m.remote
		}
		base, known := m.remotes[remote]
		if !known {
			r.skip = "it has no url, and its remote is not among the remotes"
			return
		}
		path := v.get("repo-path").text()
		if path == "" {
			path = name
		}
		address = strings.TrimRight(base, "/") + "/" + path
	}
	r.leadsTo(l.options, address)
}

// inactive reports whether all groups of a project are off.
func (m westManifest) inactive(groups []string) bool {
	return len(groups) > 0 && !slices.ContainsFunc(groups, func(group string) bool { return !m.off[group] })
}
