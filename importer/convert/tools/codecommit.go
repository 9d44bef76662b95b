package tools

import (
	"encoding/json"
	"net/url"
	"strings"

	"gijbulk/importer/convert"
	"gijbulk/importer/giturl"
)

var codecommit = convert.Tool{Name: "codecommit", About: "the repositories of AWS CodeCommit in a region",
	Made:   "aws codecommit batch-get-repositories --repository-names $(aws codecommit list-repositories --query 'repositories[].repositoryName' --output text)",
	Detect: func(s *convert.Sample) bool { return s.Has("repositoryName") },
	Read:   readCodeCommit}

// codecommitRepository is a repository as the AWS CLI shows it. list-repositories gives
// the name and an id alone.
type codecommitRepository struct {
	RepositoryName string
	CloneURLHTTP   string `json:"cloneUrlHttp"`
	CloneURLSSH    string `json:"cloneUrlSsh"`
	DefaultBranch  string
	Arn            string
	AccountID      string `json:"accountId"`
}

func readCodeCommit(l *convert.Listing) error {
	located := strings.TrimRight(l.Options.BaseURL, "/")
	if region := giturl.RegionOf(located); region != "" && !strings.HasPrefix(located, "https://git-") {
		located = "https://git-codecommit." + region + ".amazonaws.com" // of the API or the console
	}
	shape := convert.JSONShape{Lists: []string{"repositories"}, Marks: []string{"repositoryName"}, Page: codecommitPage(l)}
	err := convert.EachJSON(l, shape, func(r *convert.Row, v *codecommitRepository) {
		r.Title, r.Repo.Name = v.RepositoryName, v.RepositoryName
		r.Repo.Branch = branchName(v.DefaultBranch)
		region, account := arnOf(v.Arn)
		whole := r.Repo.Take(v.CloneURLHTTP)
		r.Repo.Mark(convert.Empty, whole && v.DefaultBranch == "")
		switch {
		case whole || v.RepositoryName == "":
		case region != "":
			r.Repo.Take("https://git-codecommit." + region + ".amazonaws.com/v1/repos/" + url.PathEscape(v.RepositoryName))
		case located != "":
			r.Repo.Take(located + "/v1/repos/" + url.PathEscape(v.RepositoryName))
		}
		r.Repo.Take(v.CloneURLSSH)
		if r.Repo.Address().Host == "" {
			r.NeedBaseURL("the listing has its name but no region; list it with batch-get-repositories, or use https://git-codecommit.REGION.amazonaws.com as the base URL")
		}
		r.HostedAt(convert.CodeCommit, "")
		if r.Repo.Service != nil {
			r.Repo.Project = account
			if v.AccountID != "" {
				r.Repo.Project = v.AccountID
			}
		}
	})
	return err
}

// arnOf takes the region and account out of arn:aws:codecommit:REGION:ACCOUNT:NAME.
func arnOf(arn string) (region, account string) {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" || strings.ContainsAny(parts[3], "/@ ") {
		return "", ""
	}
	return parts[3], parts[4]
}

func codecommitPage(l *convert.Listing) func(*convert.Page, int, string, json.RawMessage) {
	return func(p *convert.Page, line int, key string, value json.RawMessage) {
		switch key {
		case "nextToken", "NextToken":
			p.More = string(value) != "null"
		case "repositoriesNotFound":
			var names []string
			if json.Unmarshal(value, &names) != nil {
				return
			}
			for _, name := range names {
				r := l.Add(line)
				r.Title, r.Skip = name, "CodeCommit found no repository of that name"
			}
		}
	}
}
