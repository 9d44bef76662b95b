package convert

import (
	"cmp"
	"strings"
)

// ghTool reads what the GitHub CLI writes.
var ghTool = Tool{Name: "gh", About: "the GitHub CLI's list of repositories",
	Made: "gh repo list ORG --limit 10000 --json name,nameWithOwner,url,sshUrl,isArchived,isFork,isMirror,isEmpty,visibility,defaultBranchRef,isInOrganization",
	Detect: func(s *sample) bool {
		return s.has("nameWithOwner") || s.has("sshUrl", "isArchived") || s.has("url", "isFork")
	},
	Limits: []int{30, 100, 1000}, Complete: "say --limit with a number above that of the repositories",
	Read: readGH}

// ghRepository is a row of gh repo list --json.
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
}

func readGH(l *listing) error {
	shape := jsonShape{marks: []string{"nameWithOwner", "sshUrl", "isArchived", "defaultBranchRef"}}
	return eachJSON(l, shape, func(r *row, v *ghRepository) {
		r.title = cmp.Or(v.NameWithOwner, strings.Trim(v.Owner.Login+"/"+v.Name, "/"))
		r.repo.name = r.title
		r.repo.branch = branchName(v.DefaultBranchRef.Name)
		r.repo.flag(Archived, v.IsArchived)
		r.repo.flag(Fork, v.IsFork)
		r.repo.flag(Mirror, v.IsMirror)
		r.repo.flag(Empty, v.IsEmpty)
		r.repo.public = visibility(v.Visibility) || v.IsPrivate != nil && !*v.IsPrivate
		if !r.repo.take(v.URL) && v.SSHURL == "" && strings.Contains(r.title, "/") {
			r.repo.take(cmp.Or(strings.TrimRight(l.options.BaseURL, "/"), "https://github.com") + "/" + r.title)
		}
		r.repo.take(v.SSHURL)
		r.needAddress()
		r.hostedAt(github, "")
		r.repo.personal = v.IsInOrganization != nil && !*v.IsInOrganization
		if r.repo.web.Host != "" && !strings.HasSuffix(r.repo.web.Path, ".git") {
			r.repo.web.Path += ".git"
		}
	})
}
