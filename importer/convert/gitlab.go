package convert

import (
	"strings"

	"gijbulk/importer/giturl"
)

// gitlabTool reads the answer of GitLab's projects API.
var gitlabTool = Tool{Name: "gitlab", About: "GitLab's answer to GET /projects, or of a group",
	Made:   "glab api --paginate 'groups/GROUP/projects?include_subgroups=true' (GET /api/v4/groups/GROUP/projects)",
	Detect: func(s *sample) bool { return s.has("path_with_namespace") },
	Limits: []int{20, 100}, Complete: "fetch all pages: glab api --paginate, or each page with per_page=100",
	Read: readGitLab}

// gitlabProject is a project as GitLab's API shows it.
type gitlabProject struct {
	PathWithNamespace string `json:"path_with_namespace"`
	SSHURL            string `json:"ssh_url_to_repo"`
	HTTPURL           string `json:"http_url_to_repo"`
	WebURL            string `json:"web_url"`
	DefaultBranch     string `json:"default_branch"`
	Archived          bool
	EmptyRepo         bool `json:"empty_repo"`
	Mirror            bool
	Visibility        string
	ForkedFrom        *struct {
		ID any
	} `json:"forked_from_project"`
	MarkedForDeletion string `json:"marked_for_deletion_on"`
	Namespace         struct {
		FullPath string `json:"full_path"`
		Kind     string
	}
}

func readGitLab(l *listing) error {
	shape := jsonShape{marks: []string{"path_with_namespace"}}
	return eachJSON(l, shape, func(r *row, v *gitlabProject) {
		r.title, r.repo.name = v.PathWithNamespace, v.PathWithNamespace
		r.repo.branch = branchName(v.DefaultBranch)
		r.repo.flag(Archived, v.Archived)
		r.repo.flag(Empty, v.EmptyRepo)
		r.repo.flag(Fork, v.ForkedFrom != nil)
		r.repo.flag(Mirror, v.Mirror)
		r.repo.flag(Disabled, v.MarkedForDeletion != "")
		r.repo.public = visibility(v.Visibility)
		if !r.repo.take(v.HTTPURL) && v.WebURL != "" {
			r.repo.take(v.WebURL + ".git")
		}
		r.repo.take(v.SSHURL)
		r.needAddress()
		r.hostedAt(gitlab, gitlabBase(v))
		if r.repo.service != nil && v.PathWithNamespace != "" {
			r.repo.key = v.PathWithNamespace
			r.repo.owner, _, _ = strings.Cut(v.PathWithNamespace, "/")
		}
		r.repo.personal = v.Namespace.Kind == "user"
	})
}

// gitlabBase is the URL of the whole GitLab, which may live below a path.
func gitlabBase(v *gitlabProject) string {
	a, ok := giturl.Parse(v.WebURL)
	if !ok || !a.IsWeb() {
		return ""
	}
	prefix, ok := strings.CutSuffix(a.Path, "/"+v.PathWithNamespace)
	if !ok || v.PathWithNamespace == "" {
		return ""
	}
	return a.WebBase() + prefix
}
