package convert

import (
	"cmp"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

// repoTool reads the manifests of repo, Android's tool.
var repoTool = Tool{Name: "repo", About: "the manifests of repo, Android's tool; relative ones need the manifest repository's URL", Needs: schema.OptionBaseURL,
	Made: "repo manifest -o manifest.xml", Choice: true,
	Detect: func(s *sample) bool {
		return s.mentions(`<manifest[\s>]`) && s.mentions(`<(remote|default|project|include|remove-project)\s`)
	},
	Begin: func() reader {
		return &repoReader{remotes: map[string]repoRemote{}, files: map[string]bool{}, named: map[string][]*repoProject{}}
	}}

// repoReader reads manifests that are one: a file can include others, and take away or
// change what stands before it.
type repoReader struct {
	first    *listing
	remotes  map[string]repoRemote
	standard repoDefault
	projects []*repoProject
	named    map[string][]*repoProject // by name, and by path
	files    map[string]bool           // the names of what was given
	includes []repoInclude
}

type repoRemote struct{ fetch, revision string }

type repoDefault struct{ remote, revision string }

type repoProject struct {
	row                          *row
	name, path, remote, revision string
}

type repoInclude struct {
	place schema.Place
	name  string
}

// element is one of a manifest.
func (r *repoReader) element(l *listing, line int, kind string, at map[string]string) {
	switch kind {
	case "remote":
		r.remotes[at["name"]] = repoRemote{at["fetch"], at["revision"]}
	case "default":
		r.standard.remote = cmp.Or(at["remote"], r.standard.remote)
		r.standard.revision = cmp.Or(at["revision"], r.standard.revision)
	case "project":
		row := l.add(line)
		row.title = cmp.Or(at["path"], at["name"])
		row.field = func(name string) (string, bool) { value, ok := at[name]; return value, ok }
		p := &repoProject{row, at["name"], row.title, at["remote"], at["revision"]}
		r.projects = append(r.projects, p)
		r.named["name "+p.name] = append(r.named["name "+p.name], p)
		r.named["path "+p.path] = append(r.named["path "+p.path], p)
	case "include", "submanifest":
		r.includes = append(r.includes, repoInclude{l.place(line), at["name"]})
	case "remove-project", "extend-project":
		r.change(l, line, kind, at)
	}
}

// change takes projects away, or changes them, that stand before it.
func (r *repoReader) change(l *listing, line int, kind string, at map[string]string) {
	found := false
	key := "name " + at["name"]
	if at["name"] == "" {
		key = "path " + at["path"]
	}
	for _, p := range r.named[key] {
		if at["path"] != "" && p.path != at["path"] {
			continue
		}
		found = true
		if kind == "remove-project" {
			p.row.skip = "it is removed at " + l.place(line).String()
			continue
		}
		p.remote = cmp.Or(at["remote"], p.remote)
		p.revision = cmp.Or(at["revision"], p.revision)
	}
	if !found && at["optional"] != "true" {
		l.tell(schema.CodeListingNotHeld.Newf(l.place(line), kind, "it is about %s, which does not stand before it", schema.Quote(cmp.Or(at["name"], at["path"]))).
			Advise("give the manifest that has it first"))
	}
}

func (r *repoReader) read(l *listing) error {
	if r.first == nil {
		r.first = l
	}
	r.files[path.Base(strings.ReplaceAll(l.Name, `\`, "/"))] = true
	return r.parse(l)
}

// end finds the addresses, once all remotes are known.
func (r *repoReader) end() error {
	for _, i := range r.includes {
		if !r.files[path.Base(i.name)] {
			r.first.tell(schema.CodeListingNotHeld.Newf(i.place, "include", "%s is included, and was not given", schema.Quote(i.name)).
				Advise("give its file as well, or convert what repo manifest writes"))
		}
	}
	if len(r.projects) == 0 {
		return r.first.mustHaveRows()
	}
	for _, p := range r.projects {
		remote, known := r.remotes[cmp.Or(p.remote, r.standard.remote)]
		switch {
		case p.row.skip != "":
		case p.name == "":
			p.row.skip = "it has no name"
		case !known:
			p.row.skip = "its remote is not among the remotes"
		default:
			p.row.repo.branch = branchOf(cmp.Or(p.revision, remote.revision, r.standard.revision))
			r.locate(p, remote.fetch)
		}
	}
	return nil
}

// locate finds a project below what its remote fetches from.
func (r *repoReader) locate(p *repoProject, fetch string) {
	options := r.first.options
	fetch = strings.TrimRight(fetch, "/")
	if !giturl.IsRelative(fetch) {
		p.row.leadsTo(options, fetch+"/"+p.name)
		return
	}
	base, based := giturl.Parse(options.BaseURL)
	if !based {
		p.row.needBaseURL("its remote is relative; use the URL of the manifest repository as the base URL")
		return
	}
	// As in a browser, a relative address begins beside the base, not below it. Above
	// the host there is nothing.
	at := base.Parent()
	for part := range strings.SplitSeq(fetch, "/") {
		if next, ok := at.Below(part); ok {
			at = next
		}
	}
	whole, ok := at.Below(p.name)
	if !ok {
		p.row.skip = "its name leads above the host"
		return
	}
	p.row.leadsTo(options, whole.String())
}

// parse reads the elements of one manifest, one after the other. A project inside of a
// project has its name and path below the outer one's.
func (r *repoReader) parse(l *listing) error {
	d := xml.NewDecoder(strings.NewReader(string(l.Text)))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // it is UTF-8 by now
	var outer []repoPath
	depth := 0
	for {
		line, _ := d.InputPos()
		token, err := d.Token()
		if errors.Is(err, io.EOF) && depth == 0 {
			return nil
		}
		if err != nil {
			return l.problem(line, "this is not XML, here or in the lines after", "check that each element is closed, and that & is written &amp;")
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth == 0 && t.Name.Local != "manifest" {
				return l.foreign(line, "the outermost element is "+schema.Quote(t.Name.Local)+", not manifest")
			}
			depth++
			at := attributesOf(t)
			if t.Name.Local == "project" {
				inner := repoPath{at["name"], at["path"]}
				if len(outer) > 0 {
					inner = outer[len(outer)-1].below(inner)
					at["name"], at["path"] = inner.name, inner.path
				}
				outer = append(outer, inner)
			}
			r.element(l, line, t.Name.Local, at)
		case xml.EndElement:
			depth--
			if t.Name.Local == "project" && len(outer) > 0 {
				outer = outer[:len(outer)-1]
			}
		}
	}
}

type repoPath struct{ name, path string }

func (p repoPath) below(inner repoPath) repoPath {
	if inner.path != "" || p.path != "" {
		inner.path = joined(p.path, inner.path)
	}
	inner.name = joined(p.name, inner.name)
	return inner
}

func attributesOf(e xml.StartElement) map[string]string {
	at := map[string]string{}
	for _, a := range e.Attr {
		at[a.Name.Local] = strings.TrimSpace(a.Value)
	}
	return at
}
