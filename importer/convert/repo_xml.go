package convert

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"gijbulk/schema"
)

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
