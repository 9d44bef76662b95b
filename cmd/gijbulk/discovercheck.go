package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"gijbulk/importer/convert"
	"gijbulk/importer/convert/tools"
	"gijbulk/importer/githost"
	"gijbulk/reports"
	"gijbulk/schema"
)

// hostCheck compares manifests with what a host lists: the repositories that the records of a
// manifest of the host would list, with those that the given records list.
type hostCheck struct {
	client *githost.Client
	source schema.Record // with the credential
	types  []schema.Type // of integrations on the host
	host   string        // where plain repositories are
	names  []string      // of organizations, or regions; none: all
	hide   func(string) string
}

// listedRecord is a record with the repositories that it lists.
type listedRecord struct {
	schema.Record
	repositories []githost.Repository
	gone         string // why it lists nothing; "" where it lists some
}

func (a *app) checkHosts(ctx context.Context, config githost.Config, sources []githost.Source, inputs iter.Seq2[convert.Input, error], options convert.Options, files []string) error {
	result, err := tools.All().Read(inputs, options)
	if err != nil {
		return unfit(err)
	}
	wanted, _ := checkEntries(&result)
	given, err := a.manifestsToCheck(ctx, files)
	if err != nil {
		return err
	}
	client := githost.New(config)
	defer client.Close()
	source := sources[0]
	c := hostCheck{client: client, source: source.Record, host: repositoryHost(source.Record), names: source.Names, hide: a.mask.HideSaid,
		types: []schema.Type{source.Record.Type()}}
	for _, r := range wanted {
		c.types = append(c.types, r.Type())
	}
	given = slices.DeleteFunc(given, func(r schema.Record) bool { return !c.concerns(r) || !inRegion(r, sources) })
	differences, err := c.differences(ctx, wanted, given)
	if err != nil {
		return a.unlisted(err)
	}
	if a.json() {
		err = reports.DifferencesJSON(a.stdout, differences)
	} else {
		err = reports.DifferencesText(a.stdout, differences, a.page(a.stdoutIsTerminal))
	}
	if err == nil && len(differences) > 0 {
		return said(exitDrift)
	}
	return err
}

// manifestsToCheck reads manifests, which must have no errors.
func (a *app) manifestsToCheck(ctx context.Context, files []string) ([]schema.Record, error) {
	files, err := manifestFiles(files)
	if err != nil {
		return nil, err
	}
	r, err := manifestOptions{}.reader(a.stdin)
	if err != nil {
		return nil, err
	}
	var records []schema.Record
	var wrong []schema.Finding
	err = r.each(ctx, files, func(one checked) error {
		wrong = append(wrong, one.file...)
		if one.record != nil {
			records, wrong = append(records, *one.record), append(wrong, one.record.Errors()...)
		}
		return nil
	})
	if err == nil && len(wrong) > 0 {
		if _, err = reports.FindingsText(a.stderr, slices.Values(wrong), a.page(a.stderrIsTerminal)); err == nil {
			err = said(exitManifest)
		}
	}
	return records, err
}

func repositoryHost(r schema.Record) string {
	u, err := url.Parse(r.Key().Origin)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Host, "api.")
}

// concerns reports whether a record is about the host and the organizations that are listed.
func (c hostCheck) concerns(r schema.Record) bool {
	switch r.Kind() {
	case schema.KindRepository:
		u, err := url.Parse(githost.RepositoryAt(r.Origin()).URL)
		host, _, _ := strings.Cut(c.host, ":")
		return err == nil && strings.EqualFold(u.Hostname(), host) && c.named(u.Path)
	case schema.KindIntegration:
		path, collection := r.Get(schema.FieldAPIPath).Text(), r.Get(schema.FieldTfsCollection).Text()
		return slices.Contains(c.types, r.Type()) && sameOrigin(r, c.source) && (!ofOne.MatchString(path) || c.named(path)) && (collection == "" || c.named(collection))
	}
	return false
}

// ofOne finds the paths of lists of one organization, group or user.
var ofOne = regexp.MustCompile(`/(orgs|groups|users)/([^/]+)/`)

func inRegion(r schema.Record, sources []githost.Source) bool {
	region := r.Get(schema.FieldAwsRegion).Text()
	return region == "" || slices.ContainsFunc(sources, func(s githost.Source) bool { return s.Record.Get(schema.FieldAwsRegion).Text() == region })
}

// sameOrigin reports whether a record is on the host of a source, whose URL may have a collection too.
func sameOrigin(r, source schema.Record) bool {
	at, of := r.Key().Origin, source.Key().Origin
	return at == of || at != "" && strings.HasPrefix(of+"/", at+"/") || of != "" && strings.HasPrefix(at+"/", of+"/")
}

// named reports whether a path has one of the names that are listed, as whole segments.
func (c hostCheck) named(path string) bool {
	if text, err := url.PathUnescape(path); err == nil {
		path = text
	}
	path = "/" + strings.ToLower(path) + "/"
	return len(c.names) == 0 || slices.ContainsFunc(c.names, func(name string) bool { return strings.Contains(path, "/"+strings.ToLower(name)+"/") })
}

func (c hostCheck) differences(ctx context.Context, wanted, given []schema.Record) ([]reports.HostDifference, error) {
	lists, err := c.lists(ctx, slices.Concat(wanted, given))
	if err != nil {
		return nil, err
	}
	live, have := lists[:len(wanted)], lists[len(wanted):]
	lacking, whole := missing(live, have)
	surplus, err := c.surplus(ctx, have, whole, keysOf(live))
	if err != nil {
		return nil, err
	}
	for _, d := range surplus { // what is there under its old name is not lacking too
		lacking = slices.DeleteFunc(lacking, func(l reports.HostDifference) bool {
			return d.Now != "" && (l.Organization == d.Now || l.Repository == d.Now)
		})
	}
	all := append(lacking, surplus...)
	for i := range all {
		for _, text := range []*string{&all[i].Note, &all[i].Now, &all[i].Repository, &all[i].Organization} {
			*text = c.hide(*text)
		}
	}
	return all, nil
}

// lists finds what records list of the named organizations. That of integrations is asked for, with
// the credential of the source; that of plain repositories is known.
func (c hostCheck) lists(ctx context.Context, records []schema.Record) ([]listedRecord, error) {
	all := make([]listedRecord, len(records))
	var asked []schema.Record
	var at []int // of those that are asked for
	for i, r := range records {
		all[i] = listedRecord{Record: r, repositories: []githost.Repository{githost.RepositoryAt(r.Origin())}}
		if r.Kind() == schema.KindIntegration {
			asked, at = append(asked, c.asked(r)), append(at, i)
		}
	}
	report, err := c.client.Probe(ctx, asked)
	if err != nil {
		return nil, err
	}
	for i, listing := range report.Listings {
		l := &all[at[i]]
		l.repositories = slices.DeleteFunc(listing.Repositories, func(r githost.Repository) bool { return !c.named(r.Name) })
		for _, f := range listing.Findings {
			switch {
			case f.Code == schema.CodePathRefused || f.Code == schema.CodeListsNothing:
				l.gone = f.Message
			case f.Level == schema.LevelError || f.Code == schema.CodeUnreachable:
				return nil, &githost.Problem{Code: f.Code, Message: fmt.Sprintf("%s: %s", l.Place, f.Message), Advice: f.Advice}
			}
		}
	}
	return all, nil
}

func (c hostCheck) asked(r schema.Record) schema.Record {
	values := c.login()
	for _, f := range []schema.Field{schema.FieldType, schema.FieldOrigin, schema.FieldAPIPath, schema.FieldAPIFilter, schema.FieldTfsCollection, schema.FieldAwsRegion} {
		if r.Has(f) {
			values[f] = r.Get(f)
		}
	}
	asked := schema.NewRecord(values)
	asked.Place = r.Place
	return asked
}

func (c hostCheck) login() map[schema.Field]schema.Value {
	values := make(map[schema.Field]schema.Value)
	for _, f := range []schema.Field{schema.FieldUsername, schema.FieldPassword, schema.FieldPat} {
		if c.source.Has(f) {
			values[f] = c.source.Get(f)
		}
	}
	return values
}

func keysOf(lists []listedRecord) map[string]githost.Repository {
	keys := make(map[string]githost.Repository)
	for _, l := range lists {
		for _, r := range l.repositories {
			keys[r.Key()] = r
		}
	}
	return keys
}

// missing are the repositories of live records that no other record lists; those of an organization
// of which none is listed are one difference, and the organization is whole.
func missing(live, have []listedRecord) (all []reports.HostDifference, whole []listedRecord) {
	known := keysOf(have)
	for _, l := range live {
		var names []string
		for _, r := range l.repositories {
			if _, listed := known[r.Key()]; !listed {
				names = append(names, r.Name)
			}
		}
		if len(names) > 0 && len(names) == len(l.repositories) && l.Kind() == schema.KindIntegration {
			all = append(all, reports.HostDifference{Difference: reports.DifferenceLacking, Organization: l.Name(), Repositories: len(names)})
			whole = append(whole, l)
			continue
		}
		for _, name := range names {
			all = append(all, reports.HostDifference{Difference: reports.DifferenceLacking, Repository: name})
		}
	}
	return all, whole
}

// surplus are the repositories of records that the host does not list, or that the rules leave out, and
// the records that list nothing. Some are only called otherwise now; lacking are organizations that
// they may be.
func (c hostCheck) surplus(ctx context.Context, have, lacking []listedRecord, live map[string]githost.Repository) (all []reports.HostDifference, err error) {
	met := make(map[string]bool)
	for _, l := range have {
		found := reports.HostDifference{Difference: reports.DifferenceSurplus, File: l.Place.File, Line: l.Place.Line}
		if l.gone != "" {
			found.Organization, found.Note = cmp.Or(l.Name(), string(l.Type())), l.gone
			found.Now, err = c.renamedOrganization(ctx, l.Record, lacking, live)
			if found, err = noted(found, err); err != nil {
				return nil, err
			}
			all = append(all, found)
		}
		for _, r := range l.repositories {
			if _, listed := live[r.Key()]; listed || met[r.Key()] {
				continue
			}
			met[r.Key()] = true
			one := found
			one.Repository = r.Name
			if l.Kind() == schema.KindRepository {
				one.Now, err = c.renamed(ctx, l.Origin(), live)
			}
			if one, err = noted(one, err); err != nil {
				return nil, err
			}
			all = append(all, one)
		}
	}
	return all, nil
}

func noted(d reports.HostDifference, err error) (reports.HostDifference, error) {
	problem, ok := errors.AsType[*githost.Problem](err)
	switch {
	case ok:
		d.Note = "whether it was renamed is not known: " + problem.Message
	case err != nil:
		return d, err
	case d.Now != "":
		d.Difference, d.Note = reports.DifferenceRenamed, ""
	}
	return d, nil
}

// renamed is the name of the live repository that the host of another redirects to.
func (c hostCheck) renamed(ctx context.Context, origin string, live map[string]githost.Repository) (string, error) {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "https" && !strings.HasPrefix(c.source.Key().Origin, "http://") || !strings.EqualFold(u.Host, c.host) {
		return "", nil // the credential is for this host alone
	}
	values := c.login()
	values[schema.FieldKind], values[schema.FieldOrigin] = schema.Text(string(schema.KindRepository)), schema.Text(origin)
	now, err := c.client.Moved(ctx, schema.NewRecord(values))
	return live[githost.RepositoryAt(now).Key()].Name, err
}

// renamedOrganization is the live record of an organization of which another record has the old name:
// the host redirects its repositories.
func (c hostCheck) renamedOrganization(ctx context.Context, r schema.Record, lacking []listedRecord, live map[string]githost.Repository) (string, error) {
	old := ownerOf(r)
	for _, l := range lacking {
		first, owner := l.repositories[0], ownerOf(l.Record)
		if old == "" || owner == "" {
			continue
		}
		name, err := c.renamed(ctx, strings.Replace(first.URL, "/"+owner+"/", "/"+old+"/", 1), live)
		if err != nil || name == first.Name {
			return l.Name(), err
		}
	}
	return "", nil
}

// ownerOf is the organization that a record lists, as its path writes it.
func ownerOf(r schema.Record) string {
	match := ofOne.FindStringSubmatch(r.Get(schema.FieldAPIPath).Text())
	if match == nil {
		return r.Get(schema.FieldTfsCollection).Text()
	}
	name, err := url.PathUnescape(match[2])
	if err != nil {
		return ""
	}
	return name
}
