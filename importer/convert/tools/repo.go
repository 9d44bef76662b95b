package tools

import (
	"cmp"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"gijbulk/importer/convert"
	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

var repo = convert.Tool{Name: "repo", About: "manifests of repo; the host's URL if needed", Needs: schema.OptionBaseURL,
	Made: "repo manifest -o manifest.xml", Choice: true,
	Detect: func(s *convert.Sample) bool {
		return s.Mentions(`<manifest[\s>]`) && s.Mentions(`<(remote|default|project|include|remove-project)\s`)
	},
	Begin: func() convert.Reader {
		return &repoReader{remotes: map[string]repoRemote{}, files: map[string]bool{}, named: map[string][]*repoProject{}}
	}}

// repoReader reads manifests that are one: a file can include others, and take away or
// change what stands before it.
type repoReader struct {
	first    *convert.Listing
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
	row                          *convert.Row
	name, path, remote, revision string
}

type repoInclude struct {
	place schema.Place
	name  string
}

func (r *repoReader) element(l *convert.Listing, line int, kind string, at map[string]string) {
	switch kind {
	case "remote":
		r.remotes[at["name"]] = repoRemote{at["fetch"], at["revision"]}
	case "default":
		r.standard.remote = cmp.Or(at["remote"], r.standard.remote)
		r.standard.revision = cmp.Or(at["revision"], r.standard.revision)
	case "project":
		row := l.Add(line)
		row.Title = cmp.Or(at["path"], at["name"])
		row.Field = func(name string) (string, bool) { value, ok := at[name]; return value, ok }
		p := &repoProject{row, at["name"], row.Title, at["remote"], at["revision"]}
		r.projects = append(r.projects, p)
		r.named["name "+p.name] = append(r.named["name "+p.name], p)
		r.named["path "+p.path] = append(r.named["path "+p.path], p)
	case "include", "submanifest":
		r.includes = append(r.includes, repoInclude{l.Place(line), at["name"]})
	case "remove-project", "extend-project":
		r.change(l, line, kind, at)
	}
}

func (r *repoReader) change(l *convert.Listing, line int, kind string, at map[string]string) {
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
			p.row.Skip = "it is removed at " + l.Place(line).String()
			continue
		}
		p.remote = cmp.Or(at["remote"], p.remote)
		p.revision = cmp.Or(at["revision"], p.revision)
	}
	if !found && at["optional"] != "true" {
		l.Report(schema.CodeListingNotHeld.Newf(l.Place(line), kind, "it refers to %s, which is not defined before it", schema.Quote(cmp.Or(at["name"], at["path"]))).
			Advise("give the manifest that has it first"))
	}
}

func (r *repoReader) Read(l *convert.Listing) error {
	if r.first == nil {
		r.first = l
	}
	r.files[path.Base(strings.ReplaceAll(l.Name, `\`, "/"))] = true
	return r.parse(l)
}

// End finds the addresses, once all remotes are known.
func (r *repoReader) End() error {
	for _, i := range r.includes {
		if !r.files[path.Base(i.name)] {
			r.first.Report(schema.CodeListingNotHeld.Newf(i.place, "include", "%s is included, and was not given", schema.Quote(i.name)).
				Advise("give its file as well, or convert what repo manifest writes"))
		}
	}
	if len(r.projects) == 0 {
		return r.first.RequireRows()
	}
	for _, p := range r.projects {
		remote, known := r.remotes[cmp.Or(p.remote, r.standard.remote)]
		switch {
		case p.row.Skip != "":
		case p.name == "":
			p.row.Skip = "it has no name"
		case !known:
			p.row.Skip = "its remote is not among the remotes"
		default:
			p.row.Repo.Branch = branchOf(cmp.Or(p.revision, remote.revision, r.standard.revision))
			r.locate(p, remote.fetch)
		}
	}
	return nil
}

func (r *repoReader) locate(p *repoProject, fetch string) {
	options := r.first.Options
	fetch = strings.TrimRight(fetch, "/")
	if !giturl.IsRelative(fetch) {
		p.row.LeadsTo(options, fetch+"/"+p.name)
		return
	}
	base, based := giturl.Parse(options.BaseURL)
	if !based {
		p.row.NeedBaseURL("its remote is relative; use the URL of the manifest repository as the base URL")
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
		p.row.Skip = "its name leads outside the host"
		return
	}
	p.row.LeadsTo(options, whole.String())
}

// parse reads the elements of one manifest, one after the other. A project inside of a
// project has its name and path below the outer one's.
func (r *repoReader) parse(l *convert.Listing) error {
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
			return l.Problem(line, "this is not XML, here or in the lines after", "check that each element is closed, and that & is written &amp;")
		}
		switch t := token.(type) {
		case xml.StartElement:
			if depth == 0 && t.Name.Local != "manifest" {
				return l.Foreign(line, "the outermost element is "+schema.Quote(t.Name.Local)+", not manifest")
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
		inner.path = join(p.path, inner.path)
	}
	inner.name = join(p.name, inner.name)
	return inner
}

func attributesOf(e xml.StartElement) map[string]string {
	at := map[string]string{}
	for _, a := range e.Attr {
		at[a.Name.Local] = strings.TrimSpace(a.Value)
	}
	return at
}
