package config

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gijbulk/importer/document"
	"gijbulk/schema"
)

// The keys of a target.
const (
	keyURL        = "url"
	keyToken      = "token"
	keyUser       = "user"
	keyPassword   = "password"
	keyCAFile     = "caFile"
	keyClientCert = "clientCert"
	keyRate       = "rate"
	keyManifests  = "manifests"
	keyOverride   = "override"
)

// All is not the name of a target: it stands for each of them.
const All = "all"

// targetName is one that can be part of a list and of a path.
var targetName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._-]*$`)

func (r *reader) targets(n *document.Node, c *Config) error {
	members, err := r.members(n, keyTargets)
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.Name == All || !targetName.MatchString(m.Name) {
			r.fail(&document.Node{Line: m.Line, Column: m.Column}, field(keyTargets, document.ShownName(m.Name)), "this cannot be the name of a target",
				`use letters, digits, ".", "_" and "-"; all is reserved`)
			continue
		}
		t, err := r.target(m)
		if err != nil {
			return err
		}
		c.Targets = append(c.Targets, t)
	}
	return nil
}

func (r *reader) target(m document.Member) (Target, error) {
	of := field(keyTargets, m.Name)
	t := Target{Name: m.Name, Place: schema.Place{File: r.path, Line: m.Line, Column: m.Column}}
	before := len(r.errors)
	err := r.mapping(m.Value, of, map[string]func(*document.Node) error{
		keyURL:        func(n *document.Node) error { t.URL = r.url(n, field(of, keyURL)); return nil },
		keyToken:      func(n *document.Node) error { t.Token = r.secret(n, field(of, keyToken)); return nil },
		keyPassword:   func(n *document.Node) error { t.Password = r.secret(n, field(of, keyPassword)); return nil },
		keyUser:       func(n *document.Node) error { t.User = r.user(n, field(of, keyUser)); return nil },
		keyCAFile:     func(n *document.Node) error { t.CAFile = r.file(n, field(of, keyCAFile)); return nil },
		keyClientCert: func(n *document.Node) error { t.ClientCert = r.file(n, field(of, keyClientCert)); return nil },
		keyRate:       func(n *document.Node) error { t.Rate = r.rate(n, field(of, keyRate)); return nil },
		keyManifests:  func(n *document.Node) error { t.Manifests = r.manifests(n, field(of, keyManifests)); return nil },
		keyOverride: func(n *document.Node) (err error) {
			t.Override, err = r.override(n, field(of, keyOverride))
			return err
		},
	})
	if err == nil && len(r.errors) == before {
		r.complete(t, of)
	}
	return t, err
}

func (r *reader) complete(t Target, of string) {
	at := &document.Node{Line: t.Place.Line, Column: t.Place.Column}
	switch {
	case !t.URL.Given():
		r.fail(at, of, "the target has no url", "add url: https://…, the base URL of its Jira")
	case t.Token.Given() && (t.User.Given() || t.Password.Given()):
		r.fail(at, of, "the target has a token, and a user or password as well", "keep one of them")
	case !t.Token.Given() && !(t.User.Given() && t.Password.Given()):
		r.fail(at, of, "the target has no credentials", "add token, or user and password")
	}
}

// url reads the base URL of a Jira, and never quotes it: it may hold a password.
func (r *reader) url(n *document.Node, field string) Setting[string] {
	s := r.text(n, field)
	if s.Value == "" {
		return s
	}
	u, err := url.Parse(s.Value)
	switch {
	case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "":
		r.fail(n, field, "this is not the URL of a Jira", "write https://HOST, with the context path where Jira has one")
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		r.fail(n, field, "the URL holds credentials, a query or a fragment", "write the base URL alone; credentials are token, or user and password")
	}
	return s
}

// secret reads a reference. A literal is refused without quoting it.
func (r *reader) secret(n *document.Node, field string) Setting[string] {
	s := r.text(n, field)
	reference, ok := r.reference(n, field, s.Value)
	if !ok && s.Value != "" {
		r.fail(n, field, "a secret is written out, or is no reference of gijbulk",
			"store it elsewhere, and refer to it: env:NAME, file:PATH, keyring:SERVICE/USER or cmd:COMMAND LINE")
	}
	s.Value = reference
	return s
}

// reference reads a reference, whose path is relative to the configuration; ok is false for a
// literal.
func (r *reader) reference(n *document.Node, field, text string) (reference string, ok bool) {
	scheme, what, ok := schema.SplitReference(text)
	if !ok {
		return "", false
	}
	if problem := schema.Refer(scheme, what).Problem(); problem != "" {
		r.fail(n, field, problem, schema.CodeBadReference.Explanation().Advice)
	}
	if scheme == schema.SchemeFile {
		what = r.absolute(what)
	}
	return schema.Refer(scheme, what).Reference(), true
}

func (r *reader) user(n *document.Node, field string) Setting[string] {
	s := r.text(n, field)
	if reference, ok := r.reference(n, field, s.Value); ok {
		s.Value = reference
	}
	return s
}

func (r *reader) file(n *document.Node, field string) Setting[string] {
	s := r.text(n, field)
	s.Value = r.absolute(s.Value)
	return s
}

func (r *reader) rate(n *document.Node, field string) Setting[string] {
	s := r.text(n, field)
	if rate, err := strconv.ParseFloat(s.Value, 64); s.Value != "" && (err != nil || !(rate >= 0)) {
		r.fail(n, field, schema.Quote(s.Value)+" is not a number of requests per second", "write a number, or 0 for no limit of our own")
	}
	return s
}

func (r *reader) manifests(n *document.Node, field string) []Setting[string] {
	items := n.Items
	if n.Form != schema.FormList {
		items = []*document.Node{n}
	}
	var all []Setting[string]
	for _, item := range items {
		all = append(all, r.file(item, field))
	}
	return all
}

func (r *reader) override(n *document.Node, of string) ([]Setting[schema.Cell], error) {
	members, err := r.members(n, of)
	var cells []Setting[schema.Cell]
	for _, m := range members {
		name := field(of, document.ShownName(m.Name))
		f, known := schema.FieldNamed(m.Name)
		flawed := slices.IndexFunc(m.Value.Items, func(item *document.Node) bool { return item.Flaw != nil })
		switch {
		case !known:
			r.fail(&document.Node{Line: m.Line, Column: m.Column}, name, "there is no such field", didYouMean(schema.NearestField(m.Name)))
		case m.Value.Flaw != nil:
			r.failed(m.Value.Flaw.At(m.Value, name))
		case flawed >= 0:
			r.failed(m.Value.Items[flawed].Flaw.At(m.Value.Items[flawed], name))
		case m.Value.Form != schema.FormNull:
			cells = append(cells, Setting[schema.Cell]{r.cell(m.Value, f, name), r.place(m.Value)})
		}
	}
	return cells, err
}

// cell is a field as it is written over that of a record.
func (r *reader) cell(n *document.Node, f schema.Field, name string) schema.Cell {
	c := schema.Cell{Name: f.String(), Field: f, Written: n.Written(), Given: true}
	blank := n.Form == schema.FormString && n.Text == ""
	switch {
	case f.Hidden() && !blank:
		c.Written.Text = r.secret(n, name).Value
	case f.Shape() == schema.ShapeSecret:
		if reference, ok := r.reference(n, name, n.Text); ok {
			c.Written.Text = reference
		}
	}
	return c
}

func suggestion(name string, known []string) string {
	slices.Sort(known)
	if advice := didYouMean(schema.Nearest(name, known)); advice != "" {
		return advice
	}
	return "the keys are " + strings.Join(known, ", ")
}

func didYouMean(near string) string {
	if near == "" {
		return ""
	}
	return "did you mean " + near + "?"
}
