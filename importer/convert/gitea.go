package convert

import "strings"

// giteaTool reads what Gitea, Forgejo and Codeberg answer.
var giteaTool = Tool{Name: "gitea", About: "Gitea's or Forgejo's answer to GET /repos/search, or of an organisation",
	Made: "GET /api/v1/repos/search?limit=50",
	Detect: func(s *sample) bool {
		return s.has("full_name", "clone_url") && !s.hasAny("node_id", "svn_url", "git_url", "disabled")
	},
	Limits: []int{30, 50}, Complete: "fetch all pages, each with limit=50&page=N, and give their files together",
	Read: readGitea}

// giteaRepository is a repository as Gitea's API shows it.
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

func readGitea(l *listing) error {
	shape := jsonShape{lists: []string{"data"}, marks: []string{"full_name", "clone_url"}}
	return eachJSON(l, shape, func(r *row, v *giteaRepository) {
		r.title, r.repo.name = v.FullName, v.FullName
		r.repo.branch = branchName(v.DefaultBranch)
		r.repo.flag(Archived, v.Archived)
		r.repo.flag(Fork, v.Fork)
		r.repo.flag(Mirror, v.Mirror)
		r.repo.flag(Empty, v.Empty)
		r.repo.public = v.Private != nil && !*v.Private && !v.Internal
		if !r.repo.take(v.CloneURL) && v.HTMLURL != "" {
			r.repo.take(strings.TrimRight(v.HTMLURL, "/") + ".git")
		}
		r.repo.take(v.SSHURL)
		r.needAddress()
	})
}
