package convert

import (
	"strings"

	"gijbulk/importer/commandline"
	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

// ghorgTool reads what ghorg clones again. Its commands are read and never run.
var ghorgTool = tool{name: "ghorg", about: "the reclone.yaml of ghorg: organisations, whole or by a choice",
	made:   "ghorg reclone ($HOME/.config/ghorg/reclone.yaml)",
	detect: func(s *sample) bool { return s.mentions(`(?m)^\s+cmd:.*ghorg\s+clone\s`) },
	begin:  func() reader { return &ghorgReader{wholes: map[scope]*row{}} }}

// ghorgReader reads entries, each of which takes an organisation.
type ghorgReader struct {
	parts  []*row         // those that take some of it
	wholes map[scope]*row // those that take all
}

func (g *ghorgReader) read(l *listing) error {
	err := l.eachDocument(func(doc yamlValue) error {
		if !doc.isMap() {
			return l.foreign(doc.line(), "a mapping from names to commands is not there")
		}
		for _, m := range doc.members() {
			r := l.add(m.line)
			r.title, r.field = m.name, m.value.field
			g.entry(l, r, m.value)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return l.mustHaveRows()
}

// end finds out which entries take what another takes as well.
func (g *ghorgReader) end() error {
	for _, r := range g.parts {
		r.within = g.wholes[r.repo.scope()]
	}
	return nil
}

func (g *ghorgReader) entry(l *listing, r *row, v yamlValue) {
	words, err := commandline.Words(v.get("cmd").text())
	if err != nil {
		r.skip = "it has no cmd that can be read as a command line"
		return
	}
	c, why := cloneOf(words)
	if why != "" {
		r.skip = why
		return
	}
	at, why := c.scope()
	if why != "" {
		r.skip = why
		return
	}
	filter, untold := c.filter(at.service.filter)
	whole := &group{scope: at}
	name := whole.name(0)
	if filter != "" || len(untold) > 0 {
		name = r.title + " on " + whole.host()
		g.parts = append(g.parts, r)
	} else if g.wholes[at.folded()] == nil {
		g.wholes[at.folded()] = r
	}
	r.cells = whole.cells(name, filter, l.references)
	r.repo.spot = spot{service: at.service, base: at.base, owner: at.owner, personal: at.personal}
	if at.service == github && at.personal {
		l.tell(personalAccount(r.place, name))
	}
	if len(untold) > 0 {
		l.tell(schema.CodeListingNotFiltered.Newf(r.place, schema.FieldAPIFilter.String(),
			"ghorg chooses by %s, which no filter can: %s will hold more", strings.Join(untold, " and "), name).
			Advise("add an apiFilter, or convert a list of the repositories"))
	}
	if v.get("token_cmd").given() {
		l.tell(schema.CodeListingNotHeld.Newf(r.place, "token_cmd", "the token of %s comes from a command, which was left out", r.title).
			Advise("use the same command in the manifest, as pat: cmd:COMMAND, and allow commands").About(schema.OptionAllowCommands))
	}
}

// scope finds out what an entry takes, or says why no integration can.
func (c *ghorgClone) scope() (scope, string) {
	s := map[string]*service{"": github, "github": github, "gitlab": gitlab}[strings.ToLower(c.scm)]
	switch {
	case c.scm != "" && s == nil:
		return scope{}, "there is no integration type for " + c.scm + "; a list of its repositories can be converted"
	case c.local || c.gists:
		return scope{}, "it clones no repositories of an organisation"
	}
	at := scope{service: s, base: "https://" + s.cloud[0], owner: strings.Trim(c.name, "/"), personal: c.kind == "user"}
	if c.base != "" {
		a, ok := giturl.Parse(strings.TrimSuffix(strings.TrimRight(c.base, "/"), "/api/v3") + "/-")
		if !ok || !a.IsWeb() {
			return scope{}, "its --base-url is no URL"
		}
		at.base = s.baseOf(a, "") + strings.TrimSuffix(a.Path, "/-")
	}
	if s == gitlab && (c.name == "all-groups" || c.name == "all-users") {
		at.owner, at.personal = "", false // all that its token sees
	}
	return at, ""
}
