package convert

import (
	"cmp"
	"encoding/json"
	"strings"
)

// bitbucketServerTool reads the repositories of a Bitbucket Server or Data Center.
var bitbucketServerTool = Tool{Name: "bitbucket-server", About: "the repositories of a Bitbucket Server or Data Center",
	Made:   "GET /rest/api/1.0/repos?limit=1000",
	Detect: func(s *sample) bool { return s.has("slug", "project", "links") && !s.has("full_name") },
	Read:   readBitbucketServer}

// bitbucketServerRepository is a repository as the REST API of Bitbucket Server shows it.
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

func readBitbucketServer(l *listing) error {
	shape := jsonShape{lists: []string{"values"}, marks: []string{"slug", "project"}, page: bitbucketServerPage}
	return eachJSON(l, shape, func(r *row, v *bitbucketServerRepository) {
		slug := cmp.Or(v.Slug, v.Name)
		r.title = joined(v.Project.Key, slug)
		r.repo.name = r.title
		r.repo.flag(Archived, v.Archived)
		r.repo.flag(Fork, len(v.Origin) > 0 && string(v.Origin) != "null")
		r.repo.flag(Disabled, v.State != "" && !strings.EqualFold(v.State, "AVAILABLE"))
		r.repo.public = v.Public || v.Project.Public
		if v.ScmID != "" && !strings.EqualFold(v.ScmID, "git") {
			r.skip = "it is no git repository"
		}
		for _, link := range v.Links.Clone {
			r.repo.take(link.Href)
		}
		r.needAddress()
	})
}

// bitbucketServerPage reads what an answer tells of itself.
func bitbucketServerPage(p *page, _ int, key string, value json.RawMessage) {
	switch key {
	case "isLastPage":
		p.more = string(value) == "false"
	case "start":
		_ = json.Unmarshal(value, &p.start) // 0 where it is none
	case "nextPageStart":
		_ = json.Unmarshal(value, &p.next)
	}
}
