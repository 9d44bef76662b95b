package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"gijbulk/importer/convert"
	"gijbulk/importer/githost"
	"gijbulk/schema"
)

// discoverable is a TYPE of discover.
type discoverable struct {
	name   string       // as people write it
	kind   githost.Kind // "" for a type of integrations
	tool   string       // of convert, which reads the lists
	names  string       // what NAMEs are; "": there are none
	origin string       // where the user gives none; "": the client knows it, or own
	own    bool         // the user may say where the host is, and must without origin
}

// discoverables are all TYPEs, in the order in which people see them.
func discoverables() []discoverable {
	accounts, groups, organizations := "organizations or users", "groups or users", "organizations"
	return []discoverable{
		{name: string(schema.TypeGitHub), tool: "github", names: accounts, origin: schema.TypeGitHub.DefaultOrigin(), own: true},
		{name: string(schema.TypeGitHubServer), tool: "github", names: accounts, own: true},
		{name: string(schema.TypeGitLab), tool: "gitlab", names: groups, origin: schema.TypeGitLab.DefaultOrigin()},
		{name: string(schema.TypeGitLabServer), tool: "gitlab", names: groups, own: true},
		{name: string(schema.TypeAzure), tool: "azure", names: organizations},
		{name: string(schema.TypeVSTS), tool: "azure", names: organizations},
		{name: string(schema.TypeAzureDevOps), tool: "azure", names: "collections", own: true},
		{name: string(schema.TypeAWS), tool: "codecommit", names: "regions, at least one"},
		{name: string(schema.TypeGerrit), tool: "gerrit", own: true},
		{name: string(githost.BitbucketServer), kind: githost.BitbucketServer, tool: "bitbucket-server", names: "keys of projects", own: true},
		{name: string(githost.BitbucketCloud), kind: githost.BitbucketCloud, tool: "bitbucket-cloud", names: "workspaces", origin: "https://api.bitbucket.org"},
		{name: string(githost.Gitea), kind: githost.Gitea, tool: "gitea", names: accounts, own: true},
	}
}

func discoverableNames() (names []string) {
	for _, d := range discoverables() {
		names = append(names, d.name)
	}
	return names
}

func typeLines() string {
	var b strings.Builder
	for _, d := range discoverables() {
		names := d.names
		if names == "" {
			names = "no NAME: all projects"
		}
		fmt.Fprintf(&b, "  %-17s %s\n", d.name, names)
	}
	return b.String()
}

func discoverableNamed(word string) (discoverable, error) {
	all := discoverables()
	if i := slices.IndexFunc(all, func(d discoverable) bool { return d.name == word }); i >= 0 {
		return all[i], nil
	}
	fail := usage("%q cannot be listed", word).hinted("the types are %s", strings.Join(discoverableNames(), ", "))
	if near := schema.Nearest(word, discoverableNames()); near != "" {
		fail.hint = "did you mean " + near + "?"
	}
	if schema.Type(word) == schema.TypeTFSServer {
		fail.hint = "list the server as " + string(schema.TypeAzureDevOps)
	}
	return discoverable{}, fail
}

func (d discoverable) originOf(given string) (string, error) {
	switch {
	case given == "" && d.own && d.origin == "":
		return "", usage("--origin is missing").hinted("give the URL of the host: --origin https://git.example.org")
	case given == "":
		return d.origin, nil
	case !d.own:
		return "", usage("%s takes no --origin: its host is known", d.name)
	}
	u, err := url.Parse(given)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", usage("--origin is not the URL of a host").hinted("such as --origin https://git.example.org, without credentials")
	}
	return strings.TrimRight(given, "/"), nil
}

func (d discoverable) sources(origin string, names []string, l convert.Login) ([]githost.Source, error) {
	values, err := d.values(origin, l)
	if err != nil {
		return nil, err
	}
	switch {
	case schema.Type(d.name) == schema.TypeAWS:
		return regionSources(values, names)
	case d.names == "" && len(names) > 0:
		return nil, usage("%s has no organizations to name: all its projects are listed", d.name)
	}
	for i, name := range names {
		if strings.TrimSpace(name) == "" || slices.Contains(names[:i], name) {
			return nil, usage("NAME %q is blank or given twice", name)
		}
	}
	return []githost.Source{{Record: schema.NewRecord(values), Kind: d.kind, Names: names}}, nil
}

func regionSources(values map[schema.Field]schema.Value, regions []string) (all []githost.Source, err error) {
	if len(regions) == 0 {
		return nil, usage("no region given").hinted("gijbulk discover %s REGION…, such as eu-central-1", schema.TypeAWS)
	}
	for _, region := range regions {
		if !slices.Contains(schema.Regions(), region) {
			fail := usage("%q is not a region of AWS that the app knows", region)
			if near := schema.Nearest(region, schema.Regions()); near != "" {
				fail.hint = "did you mean " + near + "?"
			}
			return nil, fail
		}
		values[schema.FieldAwsRegion] = schema.Text(region)
		all = append(all, githost.Source{Record: schema.NewRecord(values)})
	}
	return all, nil
}

// values are the fields of a record that is where the host is and has the login.
func (d discoverable) values(origin string, l convert.Login) (map[schema.Field]schema.Value, error) {
	t := schema.Type(d.name)
	values := map[schema.Field]schema.Value{schema.FieldType: schema.Text(d.name)}
	if d.kind != "" {
		t = ""
		values = map[schema.Field]schema.Value{schema.FieldKind: schema.Text(string(schema.KindRepository))}
	}
	if origin != "" {
		values[schema.FieldOrigin] = schema.Text(origin)
	}
	user := false
	for _, c := range l.Cells(t) {
		text := c.Written.Text
		user = user || c.Field == schema.FieldUsername
		if text == "" {
			return nil, usage("--username is missing: %s takes a user and a password", d.name)
		}
		values[c.Field] = schema.Text(text)
		if scheme, target, reference := schema.SplitReference(text); reference {
			values[c.Field] = schema.Hidden(schema.Refer(scheme, target))
		}
	}
	if l.User != "" && !user {
		return nil, usage("%s takes a token alone, and no --username", d.name)
	}
	return values, nil
}
