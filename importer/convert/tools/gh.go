package tools

import (
	"cmp"
	"strings"

	"gijbulk/importer/convert"
)

var gh = convert.Tool{Name: "gh", About: "the GitHub CLI's list of repositories",
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
	RepositoryTopics []struct{ Name string }
}

func readGH(l *convert.Listing) error {
	shape := convert.JSONShape{Marks: []string{"nameWithOwner", "sshUrl", "isArchived", "defaultBranchRef"}}
	return convert.EachJSON(l, shape, func(r *convert.Row, v *ghRepository) {
		r.Title = cmp.Or(v.NameWithOwner, strings.Trim(v.Owner.Login+"/"+v.Name, "/"))
		r.Repo.Name = r.Title
		r.Repo.Branch = branchName(v.DefaultBranchRef.Name)
		for _, topic := range v.RepositoryTopics {
			r.Repo.Topics = append(r.Repo.Topics, topic.Name)
		}
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
