package tools

import (
	"slices"
	"strings"

	"gijbulk/importer/convert"
	"gijbulk/schema"
)

var west = convert.Tool{Name: "west", About: "the west.yml of west, as Zephyr workspaces have it",
	Made: "west manifest --resolve", Choice: true,
	Detect: func(s *convert.Sample) bool {
		return s.Mentions(`(?m)^manifest:`) && s.Mentions(`(?m)^\s+(projects|remotes|self):`)
	},
	Read: readWest}

type westManifest struct {
	remotes map[string]string // their URLs by their names
	remote  string            // of projects that name none
	off     map[string]bool   // groups that the filter is about, and whether they are off
}

func readWest(l *convert.Listing) error {
	return l.EachDocument(func(doc convert.Value) error {
		whole := doc.Get("manifest")
		if !whole.IsMap() {
			return l.Foreign(doc.Line(), "manifest, a mapping with remotes and projects, is missing")
		}
		m := westManifest{remotes: map[string]string{}, remote: whole.Get("defaults", "remote").Text(), off: map[string]bool{}}
		for _, word := range whole.Get("group-filter").Texts() {
			m.off[word[1:]] = word[0] != '+' // the last word on a group counts
		}
		for _, remote := range whole.Get("remotes").Items() {
			m.remotes[remote.Get("name").Text()] = remote.Get("url-base").Text()
		}
		reportImport(l, whole.Get("self"))
		for _, project := range whole.Get("projects").Items() {
			reportImport(l, project)
			m.project(l, project)
		}
		return nil
	})
}

func reportImport(l *convert.Listing, v convert.Value) {
	for _, m := range v.Members() {
		if m.Name == "import" && m.Value.Given() {
			l.Report(schema.CodeListingNotHeld.Newf(l.Place(m.Line), "import", "the manifest imports another manifest, whose projects are missing").
				Advise("convert what west manifest --resolve writes"))
		}
	}
}

func (m westManifest) project(l *convert.Listing, v convert.Value) {
	r := l.Add(v.Line())
	name := v.Get("name").Text()
	r.Title, r.Field = name, v.Field
	if !v.IsMap() {
		r.Skip = "it is not a mapping with a name"
		return
	}
	r.Repo.Branch = branchOf(v.Get("revision").Text())
	r.Repo.Mark(convert.Disabled, m.inactive(v.Get("groups").Texts()))
	address := v.Get("url").Text()
	if address == "" {
		remote := v.Get("remote").Text()
		if remote == "" {
			remote = m.remote
		}
		base, known := m.remotes[remote]
		if !known {
			r.Skip = "it has no url, and its remote is not among the remotes"
			return
		}
		path := v.Get("repo-path").Text()
		if path == "" {
			path = name
		}
		address = strings.TrimRight(base, "/") + "/" + path
	}
	r.LeadsTo(l.Options, address)
}

func (m westManifest) inactive(groups []string) bool {
	return len(groups) > 0 && !slices.ContainsFunc(groups, func(group string) bool { return !m.off[group] })
}
