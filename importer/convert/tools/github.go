package tools

import (
	"encoding/json"
	"strings"

	"gijbulk/importer/convert"
)

var github = convert.Tool{Name: "github", About: "GitHub's answer to GET /orgs/ORG/repos, or of a search",
	Made: "gh api --paginate 'orgs/ORG/repos?per_page=100' (GET /orgs/ORG/repos)",
	Detect: func(s *convert.Sample) bool {
		return s.Has("full_name", "clone_url") && !s.HasAny("empty", "internal", "has_actions")
	},
	Limits: []int{30, 100}, Complete: "fetch all pages: gh api --paginate 'orgs/ORG/repos?per_page=100'",
	Read: readGitHub}

type githubRepository struct {
	Name          string
	FullName      string `json:"full_name"`
	CloneURL      string `json:"clone_url"`
	SSHURL        string `json:"ssh_url"`
	HTMLURL       string `json:"html_url"`
	MirrorURL     string `json:"mirror_url"`
	DefaultBranch string `json:"default_branch"`
	Archived      bool
	Disabled      bool
	Fork          bool
	Private       *bool
	Visibility    string
	Topics        []string
	Owner         struct{ Login, Type string }
}

func readGitHub(l *convert.Listing) error {
	shape := convert.JSONShape{Lists: []string{"items", "repositories"}, Marks: []string{"full_name", "clone_url"}, Page: githubPage}
	return convert.EachJSON(l, shape, func(r *convert.Row, v *githubRepository) {
		r.Title = v.FullName
		if r.Title == "" {
			r.Title = join(v.Owner.Login, v.Name)
		}
		r.Repo.Name = r.Title
		r.Repo.Branch, r.Repo.Topics = branchName(v.DefaultBranch), v.Topics
		r.Repo.Mark(convert.Archived, v.Archived)
		r.Repo.Mark(convert.Disabled, v.Disabled)
		r.Repo.Mark(convert.Fork, v.Fork)
		r.Repo.Mark(convert.Mirror, v.MirrorURL != "")
		r.Repo.Public = visibility(v.Visibility) || v.Private != nil && !*v.Private && v.Visibility == ""
		if !r.Repo.Take(v.CloneURL) && v.HTMLURL != "" {
			r.Repo.Take(strings.TrimRight(v.HTMLURL, "/") + ".git")
		}
		r.Repo.Take(v.SSHURL)
		r.HostedAt(convert.GitHub, "")
		r.Repo.Personal = v.Owner.Type == "User"
	})
}

func githubPage(p *convert.Page, _ int, key string, value json.RawMessage) {
	if key == "total_count" {
		_ = json.Unmarshal(value, &p.Total) // 0 where it is none
	}
}
