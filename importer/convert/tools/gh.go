package tools

import (
	"cmp"
	"encoding/json"
	"strings"

	"gijbulk/importer/convert"
)

var gh = convert.Tool{Name: "gh", About: "the GitHub CLI's list of repositories, or a GraphQL answer",
	Made: "gh repo list ORG --limit 10000 --json name,nameWithOwner,url,sshUrl,isArchived,isFork,isMirror,isEmpty,visibility,defaultBranchRef,isInOrganization",
	Detect: func(s *convert.Sample) bool {
		return s.Has("nameWithOwner") || s.Has("sshUrl", "isArchived") || s.Has("url", "isFork")
	},
	Limits: []int{30, 100, 1000}, Complete: "say --limit with a number above that of the repositories",
	Read: readGH}

type ghRepository struct {
	Name             string
	NameWithOwner    string
	URL              string
	SSHURL           string
	Owner            struct{ Login string }
	IsArchived       bool
	IsFork           bool
	IsMirror         bool
	IsEmpty          bool
	IsPrivate        *bool
	IsInOrganization *bool
	Visibility       string
	DefaultBranchRef struct{ Name string }
	RepositoryTopics ghTopics
	Node             *ghRepository // of an edge
}

// ghTopics are the names of topics: in a list, or in the nodes of GraphQL.
type ghTopics []string

func (t *ghTopics) UnmarshalJSON(text []byte) error {
	type topic struct {
		Name  string
		Topic struct{ Name string }
	}
	var list []topic
	var connection struct{ Nodes []topic }
	if json.Unmarshal(text, &list) != nil && json.Unmarshal(text, &connection) == nil {
		list = connection.Nodes
	}
	for _, item := range list {
		*t = append(*t, cmp.Or(item.Name, item.Topic.Name))
	}
	return nil // topics only shorten filters
}

func readGH(l *convert.Listing) error {
	shape := convert.JSONShape{Lists: convert.GraphQLKeys, Marks: []string{"nameWithOwner", "sshUrl", "isArchived", "defaultBranchRef", "node"}, Page: graphQLPage}
	return convert.EachJSON(l, shape, func(r *convert.Row, v *ghRepository) {
		if v.Node != nil {
			v = v.Node
		}
		r.Title = cmp.Or(v.NameWithOwner, strings.Trim(v.Owner.Login+"/"+v.Name, "/"))
		r.Repo.Name = r.Title
		r.Repo.Branch = branchName(v.DefaultBranchRef.Name)
		r.Repo.Topics = v.RepositoryTopics
		r.Repo.Mark(convert.Archived, v.IsArchived)
		r.Repo.Mark(convert.Fork, v.IsFork)
		r.Repo.Mark(convert.Mirror, v.IsMirror)
		r.Repo.Mark(convert.Empty, v.IsEmpty)
		r.Repo.Public = visibility(v.Visibility) || v.IsPrivate != nil && !*v.IsPrivate
		if !r.Repo.Take(v.URL) && v.SSHURL == "" && strings.Contains(r.Title, "/") {
			r.Repo.Take(cmp.Or(strings.TrimRight(l.Options.BaseURL, "/"), "https://github.com") + "/" + r.Title)
		}
		r.Repo.Take(v.SSHURL)
		r.HostedAt(convert.GitHub, "")
		r.Repo.Personal = v.IsInOrganization != nil && !*v.IsInOrganization
		if r.Repo.Web.Host != "" && !strings.HasSuffix(r.Repo.Web.Path, ".git") {
			r.Repo.Web.Path += ".git"
		}
	})
}

// graphQLPage reads what a connection of GraphQL tells of itself.
func graphQLPage(p *convert.Page, _ int, key string, value json.RawMessage) {
	switch key {
	case "pageInfo":
		var info struct{ HasNextPage bool }
		p.More = json.Unmarshal(value, &info) == nil && info.HasNextPage
	case "totalCount":
		_ = json.Unmarshal(value, &p.Total) // 0 where it is none
	}
}
