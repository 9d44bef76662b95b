package tools

import (
	"strings"

	"gijbulk/importer/convert"
	"gijbulk/importer/giturl"
)

var gitlab = convert.Tool{Name: "gitlab", About: "GitLab's answer to GET /projects, or of a group",
	Made:   "glab api --paginate 'groups/GROUP/projects?include_subgroups=true' (GET /api/v4/groups/GROUP/projects)",
	Detect: func(s *convert.Sample) bool { return s.Has("path_with_namespace") },
	Limits: []int{20, 100}, Complete: "fetch all pages: glab api --paginate, or each page with per_page=100",
	Read: readGitLab}

type gitlabProject struct {
	PathWithNamespace string `json:"path_with_namespace"`
	SSHURL            string `json:"ssh_url_to_repo"`
	HTTPURL           string `json:"http_url_to_repo"`
	WebURL            string `json:"web_url"`
	DefaultBranch     string `json:"default_branch"`
	Archived          bool
	EmptyRepo         bool `json:"empty_repo"`
	Mirror            bool
	Topics            []string
	TagList           []string `json:"tag_list"` // what older ones call topics
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

func readGitLab(l *convert.Listing) error {
	shape := convert.JSONShape{Marks: []string{"path_with_namespace"}}
	return convert.EachJSON(l, shape, func(r *convert.Row, v *gitlabProject) {
		r.Title, r.Repo.Name = v.PathWithNamespace, v.PathWithNamespace
		r.Repo.Branch, r.Repo.Topics = branchName(v.DefaultBranch), v.Topics
		if len(v.Topics) == 0 {
			r.Repo.Topics = v.TagList
		}
		r.Repo.Mark(convert.Archived, v.Archived)
		r.Repo.Mark(convert.Empty, v.EmptyRepo)
		r.Repo.Mark(convert.Fork, v.ForkedFrom != nil)
		r.Repo.Mark(convert.Mirror, v.Mirror)
		r.Repo.Mark(convert.Disabled, v.MarkedForDeletion != "")
		r.Repo.Public = visibility(v.Visibility)
		if !r.Repo.Take(v.HTTPURL) && v.WebURL != "" {
			r.Repo.Take(v.WebURL + ".git")
		}
		r.Repo.Take(v.SSHURL)
		r.HostedAt(convert.GitLab, gitlabBase(v))
		if r.Repo.Service != nil && v.PathWithNamespace != "" {
			r.Repo.Key = v.PathWithNamespace
			r.Repo.Owner, _, _ = strings.Cut(v.PathWithNamespace, "/")
		}
		r.Repo.Personal = v.Namespace.Kind == "user"
	})
}

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
