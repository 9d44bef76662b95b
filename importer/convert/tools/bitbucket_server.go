package tools

import (
	"cmp"
	"encoding/json"
	"strings"

	"gijbulk/importer/convert"
)

var bitbucketServer = convert.Tool{Name: "bitbucket-server", About: "the repositories of a Bitbucket Server or Data Center",
	Made:   "GET /rest/api/1.0/repos?limit=1000",
	Detect: func(s *convert.Sample) bool { return s.Has("slug", "project", "links") && !s.Has("full_name") },
	Read:   readBitbucketServer}

type bitbucketServerRepository struct {
	Slug     string
	Name     string
	ScmID    string
	State    string
	Archived bool
	Public   bool
	Origin   json.RawMessage
	Project  struct {
		Key    string
		Name   string
		Public bool
	}
	Links struct {
		Clone []struct{ Href, Name string }
	}
}

func readBitbucketServer(l *convert.Listing) error {
	shape := convert.JSONShape{Lists: []string{"values"}, Marks: []string{"slug", "project"}, Page: bitbucketServerPage}
	return convert.EachJSON(l, shape, func(r *convert.Row, v *bitbucketServerRepository) {
		slug := cmp.Or(v.Slug, v.Name)
		r.Title = join(v.Project.Key, slug)
		r.Repo.Name = r.Title
		r.Repo.Mark(convert.Archived, v.Archived)
		r.Repo.Mark(convert.Fork, len(v.Origin) > 0 && string(v.Origin) != "null")
		r.Repo.Mark(convert.Disabled, v.State != "" && !strings.EqualFold(v.State, "AVAILABLE"))
		r.Repo.Public = v.Public || v.Project.Public
		if v.ScmID != "" && !strings.EqualFold(v.ScmID, "git") {
			r.Skip = "it is not a git repository"
		}
		for _, link := range v.Links.Clone {
			r.Repo.Take(link.Href)
		}
	})
}

func bitbucketServerPage(p *convert.Page, _ int, key string, value json.RawMessage) {
	switch key {
	case "isLastPage":
		p.More = string(value) == "false"
	case "start":
		_ = json.Unmarshal(value, &p.Start) // 0 where it is none
	case "nextPageStart":
		_ = json.Unmarshal(value, &p.Next)
	}
}
