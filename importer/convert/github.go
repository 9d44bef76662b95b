package convert

import (
	"encoding/json"
	"strings"
)

// githubTool reads what GitHub's REST API answers.
var githubTool = Tool{Name: "github", About: "GitHub's answer to GET /orgs/ORG/repos, or of a search",
	Made: "gh api --paginate 'orgs/ORG/repos?per_page=100' (GET /orgs/ORG/repos)",
	Detect: func(s *sample) bool {
		return s.has("full_name", "clone_url") && !s.hasAny("empty", "internal", "has_actions")
	},
	Limits: []int{30, 100}, Complete: "fetch all pages: gh api --paginate 'orgs/ORG/repos?per_page=100'",
	Read: readGitHub}

// githubRepository is a repository as GitHub's REST API shows it.
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
	Owner         struct{ Login, Type string }
}

func readGitHub(l *listing) error {
	shape := jsonShape{lists: []string{"items", "repositories"}, marks: []string{"full_name", "clone_url"}, page: githubPage}
	return eachJSON(l, shape, func(r *row, v *githubRepository) {
		r.title = v.FullName
		if r.title == "" {
			r.title = joined(v.Owner.Login, v.Name)
		}
		r.repo.name = r.title
		r.repo.branch = branchName(v.DefaultBranch)
		r.repo.flag(Archived, v.Archived)
		r.repo.flag(Disabled, v.Disabled)
		r.repo.flag(Fork, v.Fork)
		r.repo.flag(Mirror, v.MirrorURL != "")
		r.repo.public = visibility(v.Visibility) || v.Private != nil && !*v.Private && v.Visibility == ""
		if !r.repo.take(v.CloneURL) && v.HTMLURL != "" {
			r.repo.take(strings.TrimRight(v.HTMLURL, "/") + ".git")
		}
		r.repo.take(v.SSHURL)
		r.needAddress()
		r.hostedAt(github, "")
		r.repo.personal = v.Owner.Type == "User"
	})
}

// githubPage reads what a search, or the listing of an app's installation, tells of itself.
func githubPage(p *page, _ int, key string, value json.RawMessage) {
	if key == "total_count" {
		_ = json.Unmarshal(value, &p.total) // 0 where it is none
	}
}
