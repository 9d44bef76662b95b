package tools

import (
	"cmp"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"slices"
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
		return &repoReader{remotes: map[string]repoRemote{}, named: map[string][]*repoProject{}}
	}}

// repoReader reads manifests that are one: a file can include others, and take away or
// change what stands before it. The files may be given in any order.
type repoReader struct {
	first    *convert.Listing
	files    []*repoFile
	remotes  map[string]repoRemote
	standard repoDefault
	projects []*repoProject
	named    map[string][]*repoProject // by name, and by path
	early    []repoElement             // changes of what no file has defined before
}

type repoFile struct {
	name     string // without its folders
	elements []repoElement
	read     bool
}

type repoElement struct {
	listing *convert.Listing
	line    int
	kind    string
	at      map[string]string
	row     *convert.Row // of a project
}

type repoRemote struct{ fetch, revision string }

type repoDefault struct{ remote, revision string }

type repoProject struct {
	row                          *convert.Row
	listing                      *convert.Listing
	name, path, remote, revision string
}

func (r *repoReader) element(e repoElement) {
	at := e.at
	switch e.kind {
	case "remote":
		r.remotes[at["name"]] = repoRemote{at["fetch"], at["revision"]}
	case "default":
		r.standard.remote = cmp.Or(at["remote"], r.standard.remote)
		r.standard.revision = cmp.Or(at["revision"], r.standard.revision)
	case "project":
		p := &repoProject{e.row, e.listing, at["name"], e.row.Title, at["remote"], at["revision"]}
		r.projects = append(r.projects, p)
		r.named["name "+p.name] = append(r.named["name "+p.name], p)
		r.named["path "+p.path] = append(r.named["path "+p.path], p)
	case "include", "submanifest":
		if f := r.file(at["name"]); f != nil {
			r.elements(f)
		} else {
			e.listing.Report(schema.CodeListingNotHeld.Newf(e.listing.Place(e.line), "include", "%s is included, and was not given", schema.Quote(at["name"])).
				Advise("give its file as well, or convert what repo manifest writes"))
		}
	case "remove-project", "extend-project":
		if !r.change(e, func(*repoProject) bool { return true }) {
			r.early = append(r.early, e)
		}
	}
}

// change applies an element to the projects that it is about and that a condition is true
// of, and reports whether there are any.
func (r *repoReader) change(e repoElement, applies func(*repoProject) bool) (found bool) {
	at := e.at
	key := "name " + at["name"]
	if at["name"] == "" {
		key = "path " + at["path"]
	}
	for _, p := range r.named[key] {
		if at["path"] != "" && p.path != at["path"] || !applies(p) {
			continue
		}
		found = true
		if e.kind == "remove-project" {
			p.row.Skip = "it is removed at " + e.listing.Place(e.line).String()
			continue
		}
		p.remote = cmp.Or(at["remote"], p.remote)
		p.revision = cmp.Or(at["revision"], p.revision)
	}
	return found
}

// changeEarly applies the changes that stand before what they change. They do not change
// what their own file defines after them, in place of what it removes.
func (r *repoReader) changeEarly() {
	for _, e := range r.early {
		if !r.change(e, func(p *repoProject) bool { return p.listing != e.listing }) && e.at["optional"] != "true" {
			e.listing.Report(schema.CodeListingNotHeld.Newf(e.listing.Place(e.line), e.kind, "it refers to %s, which is not defined", schema.Quote(cmp.Or(e.at["name"], e.at["path"]))).
				Advise("give the manifest that has it as well"))
		}
	}
}

func (r *repoReader) Read(l *convert.Listing) error {
	if r.first == nil {
		r.first = l
	}
	f := &repoFile{name: path.Base(strings.ReplaceAll(l.Name, `\`, "/"))}
	r.files = append(r.files, f)
	return f.parse(l)
}

func (r *repoReader) file(name string) *repoFile {
	i := slices.IndexFunc(r.files, func(f *repoFile) bool { return f.name == path.Base(name) })
	if i < 0 {
		return nil
	}
	return r.files[i]
}

// elements takes those of a file, once, with those of the files that it includes in their
// place.
func (r *repoReader) elements(f *repoFile) {
	if f.read {
		return
	}
	f.read = true
	for _, e := range f.elements {
		r.element(e)
	}
}

// joined takes the elements of all files: first of those that no other includes.
func (r *repoReader) joined() {
	included := map[*repoFile]bool{}
	for _, f := range r.files {
		for _, e := range f.elements {
			if e.kind == "include" || e.kind == "submanifest" {
				included[r.file(e.at["name"])] = true
			}
		}
	}
	for _, f := range r.files {
		if !included[f] {
			r.elements(f)
		}
	}
	for _, f := range r.files {
		r.elements(f)
	}
	r.changeEarly()
}

// End finds the addresses, once all remotes are known.
func (r *repoReader) End() error {
	r.joined()
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
func (f *repoFile) parse(l *convert.Listing) error {
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
			e := repoElement{listing: l, line: line, kind: t.Name.Local, at: at}
			if e.kind == "project" {
				e.row = l.Add(line)
				e.row.Title = cmp.Or(at["path"], at["name"])
				e.row.Field = func(name string) (string, bool) { value, ok := at[name]; return value, ok }
			}
			f.elements = append(f.elements, e)
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
