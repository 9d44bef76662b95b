package tools

import (
	"cmp"

	"gijbulk/importer/convert"
)

var azure = convert.Tool{Name: "azure", About: "the repositories of an Azure DevOps project or organization",
	Made:   "az repos list --project PROJECT (GET _apis/git/repositories)",
	Detect: func(s *convert.Sample) bool { return s.Has("remoteUrl", "project") },
	Read:   readAzure}

type azureRepository struct {
	Name          string
	DefaultBranch string
	RemoteURL     string
	SSHURL        string
	WebURL        string
	IsDisabled    bool
	IsFork        bool
	Size          *int64
	Project       struct {
		Name       string
		State      string
		Visibility string
	}
}

func readAzure(l *convert.Listing) error {
	shape := convert.JSONShape{Lists: []string{"value"}, Marks: []string{"remoteUrl", "webUrl", "defaultBranch"}}
	return convert.EachJSON(l, shape, func(r *convert.Row, v *azureRepository) {
		r.Title = join(v.Project.Name, v.Name)
		r.Repo.Name = r.Title
		r.Repo.Branch = branchName(v.DefaultBranch)
		r.Repo.Mark(convert.Disabled, v.IsDisabled || v.Project.State != "" && v.Project.State != "wellFormed")
		r.Repo.Mark(convert.Fork, v.IsFork)
		r.Repo.Mark(convert.Empty, v.DefaultBranch == "" && v.Size != nil && *v.Size == 0)
		r.Repo.Public = visibility(v.Project.Visibility)
		r.Repo.Take(cmp.Or(v.RemoteURL, v.WebURL))
		r.Repo.Take(v.SSHURL)
		service := convert.Azure
		if s := convert.ServiceOf(r.Repo.Address().Hostname()); s != nil {
			service = s
		}
		r.HostedAt(service, "")
		if r.Repo.Service != nil {
			r.Repo.Project, r.Repo.Key = cmp.Or(v.Project.Name, r.Repo.Project), cmp.Or(v.Name, r.Repo.Key)
		}
	})
}
