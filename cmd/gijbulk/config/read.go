package config

import (
	"errors"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"gijbulk/importer/document"
	"gijbulk/schema"
)

// Read reads the configuration that is at a path.
func Read(in io.Reader, path string) (Config, error) {
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return Config{}, err
	}
	r := reader{path: path, folder: folder}
	c, err := r.config(in)
	if err != nil {
		return Config{}, Errors{ofDocument(path, document.Cause(err))}
	}
	if len(r.errors) > 0 {
		return Config{}, r.errors
	}
	return c, nil
}

// largest is how many bytes of a configuration are read.
const largest = 1 << 20

// reader collects what is wrong with a configuration.
type reader struct {
	path   string // as errors name it
	folder string // absolute
	budget *document.Budget
	errors Errors
}

func (r *reader) config(in io.Reader) (Config, error) {
	c := Config{Path: r.path}
	text, err := document.Open(in, schema.UTF8)
	if err != nil {
		return c, err
	}
	data, err := io.ReadAll(io.LimitReader(text, largest+1))
	if err != nil {
		return c, err
	}
	if len(data) > largest {
		return c, &document.Error{Message: "the file is larger than 1 MiB, the most that is read of a configuration"}
	}
	r.budget = document.NewBudget(data)
	yaml := document.NewYAML(data)
	root, err := yaml.Next()
	if errors.Is(err, io.EOF) {
		return c, nil
	}
	if err != nil {
		return c, err
	}
	if err := r.root(root, &c); err != nil {
		return c, err
	}
	second, err := yaml.Next()
	if errors.Is(err, io.EOF) {
		return c, nil
	}
	if err == nil {
		r.fail(second, "", "a configuration is one document", "remove the second one")
	}
	return c, err
}

// The keys of a configuration.
const (
	keySchema  = "$schema" // names a JSON Schema to editors
	keyVersion = "version"
	keyState   = "state"
	keyTargets = "targets"
)

func (r *reader) root(n *document.Node, c *Config) error {
	return r.mapping(n, "", map[string]func(*document.Node) error{
		keySchema: func(*document.Node) error { return nil },
		keyVersion: func(n *document.Node) error {
			if n.Text != "1" {
				r.fail(n, keyVersion, "unsupported version "+schema.Quote(n.Text)+"; this gijbulk reads version 1", "write version: 1, or use a newer gijbulk")
			}
			return nil
		},
		keyState:   func(n *document.Node) error { c.State = r.state(n); return nil },
		keyTargets: func(n *document.Node) error { return r.targets(n, c) },
	})
}

// state reads what --state takes: a path, a URL or none.
func (r *reader) state(n *document.Node) Setting[string] {
	s := r.text(n, keyState)
	if strings.Contains(s.Value, "://") {
		if u, err := url.Parse(s.Value); err != nil {
			r.fail(n, keyState, "this is not a URL", "write postgres://USER@HOST/DATABASE")
		} else if _, literal := u.User.Password(); literal || u.Query().Has("password") {
			r.fail(n, keyState, "the URL holds a password", "remove it, and set PGPASSFILE or PGPASSWORD")
		}
	} else if s.Value != "none" {
		s.Value = r.absolute(s.Value)
	}
	return s
}

// mapping visits the members of a mapping that are there. Of others it says which was meant.
func (r *reader) mapping(n *document.Node, of string, known map[string]func(*document.Node) error) error {
	members, err := r.members(n, of)
	if err != nil {
		return err
	}
	for _, m := range members {
		visit, ok := known[m.Name]
		switch {
		case !ok:
			r.unknown(m, of, known)
		case m.Value.Flaw != nil:
			r.failed(m.Value.Flaw.At(m.Value, field(of, m.Name)))
		case m.Value.Form != schema.FormNull:
			if err := visit(m.Value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *reader) members(n *document.Node, of string) ([]document.Member, error) {
	switch {
	case n.Flaw != nil:
		r.failed(n.Flaw.At(n, of))
		return nil, nil
	case n.Form == schema.FormNull:
		return nil, nil
	case n.Form != schema.FormMap:
		r.fail(n, of, "this is "+document.FormName(n.Form)+" where a mapping belongs", "write it as key: value, one on a line")
		return nil, nil
	}
	members, flaws, err := n.Fields(r.budget)
	for _, f := range flaws {
		f.Field = field(of, f.Field)
		r.failed(f)
	}
	return members, err
}

func (r *reader) unknown(m document.Member, of string, known map[string]func(*document.Node) error) {
	var names []string
	for name := range known {
		if name != keySchema {
			names = append(names, name)
		}
	}
	r.fail(&document.Node{Line: m.Line, Column: m.Column}, field(of, document.ShownName(m.Name)), "there is no such key", suggestion(m.Name, names))
}

func (r *reader) fail(n *document.Node, field, message, advice string) {
	r.failed(&document.Error{Line: n.Line, Column: n.Column, Field: field, Message: message, Advice: advice})
}

func (r *reader) failed(e *document.Error) { r.errors = append(r.errors, ofDocument(r.path, e)) }

func (r *reader) text(n *document.Node, field string) Setting[string] {
	switch n.Form {
	case schema.FormList, schema.FormMap, schema.FormNull:
		r.fail(n, field, "this is "+document.FormName(n.Form)+" where a text belongs", "write one text; quote it if it holds a colon")
	default:
		if n.Text != "" {
			return Setting[string]{n.Text, r.place(n)}
		}
		r.fail(n, field, "the value is empty", "remove the key, or give it a value")
	}
	return Setting[string]{Place: r.place(n)}
}

func (r *reader) place(n *document.Node) schema.Place {
	return schema.Place{File: r.path, Line: n.Line, Column: n.Column}
}

func (r *reader) absolute(path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(r.folder, filepath.FromSlash(path))
}

// field names a key with what it belongs to.
func field(of, name string) string {
	if of == "" {
		return name
	}
	return of + "." + name
}
