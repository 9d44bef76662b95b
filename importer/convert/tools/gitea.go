package tools

import (
	"strings"

	"gijbulk/importer/convert"
)

var gitea = convert.Tool{Name: "gitea", About: "answers of Gitea or Forgejo: /repos/search, /orgs/NAME/repos",
	Made: "GET /api/v1/repos/search?limit=50",
	Detect: func(s *convert.Sample) bool {
		return s.Has("full_name", "clone_url") && !s.HasAny("node_id", "svn_url", "git_url", "disabled")
	},
	Limits: []int{30, 50}, Complete: "fetch all pages, each with limit=50&page=N, and give their files together",
	Read: readGitea}

type giteaRepository struct {
	FullName      string `json:"full_name"`
	CloneURL      string `json:"clone_url"`
	SSHURL        string `json:"ssh_url"`
	HTMLURL       string `json:"html_url"`
	DefaultBranch string `json:"default_branch"`
	Archived      bool
	Empty         bool
	Fork          bool
	Mirror        bool
	Private       *bool
	Internal      bool
}

func readGitea(l *convert.Listing) error {
	shape := convert.JSONShape{Lists: []string{"data"}, Marks: []string{"full_name", "clone_url"}}
	return convert.EachJSON(l, shape, func(r *convert.Row, v *giteaRepository) {
		r.Title, r.Repo.Name = v.FullName, v.FullName
		r.Repo.Branch = branchName(v.DefaultBranch)
		r.Repo.Mark(convert.Archived, v.Archived)
		r.Repo.Mark(convert.Fork, v.Fork)
		r.Repo.Mark(convert.Mirror, v.Mirror)
		r.Repo.Mark(convert.Empty, v.Empty)
		r.Repo.Public = v.Private != nil && !*v.Private && !v.Internal
		if !r.Repo.Take(v.CloneURL) && v.HTMLURL != "" {
			r.Repo.Take(strings.TrimRight(v.HTMLURL, "/") + ".git")
		}
		r.Repo.Take(v.SSHURL)
	})
}
