package convert

import "cmp"

// azureTool reads the repositories of Azure DevOps.
var azureTool = Tool{Name: "azure", About: "the repositories of an Azure DevOps project or organisation",
	Made:   "az repos list --project PROJECT (GET _apis/git/repositories)",
	Detect: func(s *sample) bool { return s.has("remoteUrl", "project") },
	Read:   readAzure}

// azureRepository is a row of az repos list.
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

func readAzure(l *listing) error {
	shape := jsonShape{lists: []string{"value"}, marks: []string{"remoteUrl", "webUrl", "defaultBranch"}}
	return eachJSON(l, shape, func(r *row, v *azureRepository) {
		r.title = joined(v.Project.Name, v.Name)
		r.repo.name = r.title
		r.repo.branch = branchName(v.DefaultBranch)
		r.repo.flag(Disabled, v.IsDisabled || v.Project.State != "" && v.Project.State != "wellFormed")
		r.repo.flag(Fork, v.IsFork)
		r.repo.flag(Empty, v.DefaultBranch == "" && v.Size != nil && *v.Size == 0)
		r.repo.public = visibility(v.Project.Visibility)
		r.repo.take(cmp.Or(v.RemoteURL, v.WebURL))
		r.repo.take(v.SSHURL)
		r.needAddress()
		service := azure
		if s := serviceOf(r.repo.address().Hostname()); s != nil {
			service = s
		}
		r.hostedAt(service, "")
		if r.repo.service != nil {
			r.repo.project, r.repo.key = cmp.Or(v.Project.Name, r.repo.project), cmp.Or(v.Name, r.repo.key)
		}
	})
}
