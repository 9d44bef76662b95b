package tools

import (
	"cmp"
	"fmt"
	"strings"

	"gijbulk/importer/convert"
	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

var backstage = convert.Tool{Name: "backstage", About: "catalog-info.yaml of Backstage, or its catalog's answer",
	Made: "git (catalog-info.yaml), or GET /api/catalog/entities", Choice: true,
	Detect: func(s *convert.Sample) bool {
		return s.Mentions(`(?m)^apiVersion:\s*["']?backstage\.io/`) || s.Has("apiVersion", "kind", "metadata")
	},
	Read: readBackstage}

type backstageEntity struct {
	Kind     string
	Metadata struct {
		Name        string
		Namespace   string
		Annotations map[string]any
	}
}

func readBackstage(l *convert.Listing) error {
	if convert.IsJSON(l.Text) {
		shape := convert.JSONShape{Lists: []string{"items"}, Marks: []string{"kind", "metadata"}}
		return convert.EachJSON(l, shape, func(r *convert.Row, e *backstageEntity) { e.fill(r, l.Options) })
	}
	return l.EachDocument(func(doc convert.Value) error {
		if !doc.Get("metadata").IsMap() || doc.Get("kind").Text() == "" {
			return l.Foreign(doc.Line(), "kind and metadata are missing")
		}
		r := l.Add(doc.Line())
		r.Field = doc.Field
		e := backstageEntity{Kind: doc.Get("kind").Text()}
		e.Metadata.Name, e.Metadata.Namespace = doc.Get("metadata", "name").Text(), doc.Get("metadata", "namespace").Text()
		e.Metadata.Annotations = map[string]any{}
		for _, m := range doc.Get("metadata", "annotations").Members() {
			e.Metadata.Annotations[m.Name] = m.Value.Text()
		}
		e.fill(r, l.Options)
		return nil
	})
}

func (e *backstageEntity) annotation(name string) string {
	value, ok := e.Metadata.Annotations[name]
	if !ok || value == nil {
		return ""
	}
	return strings.TrimSpace(fmt.Sprint(value))
}

// fill tells of a row what is known of its entity. Several entities may live in one
// repository.
func (e *backstageEntity) fill(r *convert.Row, o *convert.Options) {
	r.Title = strings.ToLower(e.Kind) + ":" + join(e.Metadata.Namespace, e.Metadata.Name)
	keys, _ := schema.SplitList(e.annotation("jira/project-key"))
	for _, key := range keys {
		r.Repo.JiraKeys = append(r.Repo.JiraKeys, key[strings.LastIndexByte(key, '/')+1:]) // after the name of a Jira
	}
	s, url := e.source()
	switch {
	case url == "" && e.annotation(annotationAzure) != "":
		r.Skip = annotationAzure + " has no organization, and dev.azure.com/host-org is missing"
		return
	case url == "":
		r.Skip = "it has no annotation that names a repository"
		return
	}
	r.LeadsTo(o, url)
	if s != nil && r.Repo.Service == nil && r.Skip == "" {
		r.HostedAt(s, "")
	}
}

const annotationAzure = "dev.azure.com/project-repo"

// source finds the repository, and what kind of host has it where an annotation tells.
// The location of the source tells the host, which other annotations leave open.
func (e *backstageEntity) source() (*convert.Service, string) {
	location, _ := strings.CutPrefix(e.annotation("backstage.io/source-location"), "url:")
	a, located := giturl.Parse(location)
	host := func(s *convert.Service, usual string) string {
		if known := convert.ServiceOf(a.Hostname()); located && (known == nil || known == s) {
			return a.WebBase()
		}
		return usual
	}
	if slug := e.annotation("github.com/project-slug"); slug != "" {
		return convert.GitHub, host(convert.GitHub, "https://github.com") + "/" + strings.Trim(slug, "/") + ".git"
	}
	if slug := e.annotation("gitlab.com/project-slug"); slug != "" {
		instance := e.annotation("gitlab.com/instance")
		if instance != "" && !strings.Contains(instance, "://") {
			instance = "https://" + instance
		}
		return convert.GitLab, cmp.Or(strings.TrimRight(instance, "/"), host(convert.GitLab, "https://gitlab.com")) + "/" + strings.Trim(slug, "/") + ".git"
	}
	if project, name, ok := strings.Cut(e.annotation(annotationAzure), "/"); ok {
		if organization := e.annotation("dev.azure.com/host-org"); organization != "" {
			return convert.Azure, "https://" + organization + "/" + giturl.EscapePath(project) + "/_git/" + giturl.EscapePath(name)
		}
	}
	if !located || !a.IsWeb() {
		return nil, ""
	}
	return nil, giturl.FromPage(location)
}
