package convert

import (
	"cmp"
	"fmt"
	"strings"

	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

// backstageTool reads the catalogue of Backstage.
var backstageTool = Tool{Name: "backstage", About: "catalog-info.yaml files of Backstage, or its catalogue's answer",
	Made: "git (catalog-info.yaml), or GET /api/catalog/entities", Choice: true,
	Detect: func(s *sample) bool {
		return s.mentions(`(?m)^apiVersion:\s*["']?backstage\.io/`) || s.has("apiVersion", "kind", "metadata")
	},
	Read: readBackstage}

// backstageEntity is an entity of the catalogue.
type backstageEntity struct {
	Kind     string
	Metadata struct {
		Name        string
		Namespace   string
		Annotations map[string]any
	}
}

func readBackstage(l *listing) error {
	if isJSON(l.Text) {
		shape := jsonShape{lists: []string{"items"}, marks: []string{"kind", "metadata"}}
		return eachJSON(l, shape, func(r *row, e *backstageEntity) { e.fill(r, l.options) })
	}
	return l.eachDocument(func(doc yamlValue) error {
		if !doc.get("metadata").isMap() || doc.get("kind").text() == "" {
			return l.foreign(doc.line(), "kind and metadata are not there")
		}
		r := l.add(doc.line())
		r.field = doc.field
		e := backstageEntity{Kind: doc.get("kind").text()}
		e.Metadata.Name, e.Metadata.Namespace = doc.get("metadata", "name").text(), doc.get("metadata", "namespace").text()
		e.Metadata.Annotations = map[string]any{}
		for _, m := range doc.get("metadata", "annotations").members() {
			e.Metadata.Annotations[m.name] = m.value.text()
		}
		e.fill(r, l.options)
		return nil
	})
}

// annotation is the text of one, or "".
func (e *backstageEntity) annotation(name string) string {
	value, ok := e.Metadata.Annotations[name]
	if !ok || value == nil {
		return ""
	}
	return strings.TrimSpace(fmt.Sprint(value))
}

// fill tells of a row what is known of its entity. Several entities may live in one
// repository.
func (e *backstageEntity) fill(r *row, o *Options) {
	r.title = strings.ToLower(e.Kind) + ":" + joined(e.Metadata.Namespace, e.Metadata.Name)
	keys, _ := schema.SplitList(e.annotation("jira/project-key"))
	for _, key := range keys {
		r.repo.jira = append(r.repo.jira, key[strings.LastIndexByte(key, '/')+1:]) // after the name of a Jira
	}
	s, url := e.source()
	switch {
	case url == "" && e.annotation(annotationAzure) != "":
		r.skip = annotationAzure + " does not tell the organisation, and dev.azure.com/host-org is not there"
		return
	case url == "":
		r.skip = "it has no annotation that names a repository"
		return
	}
	r.leadsTo(o, url)
	if s != nil && r.repo.service == nil && r.skip == "" {
		r.hostedAt(s, "")
	}
}

// annotationAzure names a project and repository of Azure DevOps.
const annotationAzure = "dev.azure.com/project-repo"

// source finds the repository, and what kind of host has it where an annotation tells.
// The location of the source tells the host, which other annotations leave open.
func (e *backstageEntity) source() (*service, string) {
	location, _ := strings.CutPrefix(e.annotation("backstage.io/source-location"), "url:")
	a, located := giturl.Parse(location)
	host := func(s *service, usual string) string {
		if known := serviceOf(a.Hostname()); located && (known == nil || known == s) {
			return a.WebBase()
		}
		return usual
	}
	if slug := e.annotation("github.com/project-slug"); slug != "" {
		return github, host(github, "https://github.com") + "/" + strings.Trim(slug, "/") + ".git"
	}
	if slug := e.annotation("gitlab.com/project-slug"); slug != "" {
		instance := e.annotation("gitlab.com/instance")
		if instance != "" && !strings.Contains(instance, "://") {
			instance = "https://" + instance
		}
		return gitlab, cmp.Or(strings.TrimRight(instance, "/"), host(gitlab, "https://gitlab.com")) + "/" + strings.Trim(slug, "/") + ".git"
	}
	if project, name, ok := strings.Cut(e.annotation(annotationAzure), "/"); ok {
		if organisation := e.annotation("dev.azure.com/host-org"); organisation != "" {
			return azure, "https://" + organisation + "/" + giturl.EscapePath(project) + "/_git/" + giturl.EscapePath(name)
		}
	}
	if !located || !a.IsWeb() {
		return nil, ""
	}
	return nil, giturl.FromPage(location)
}
