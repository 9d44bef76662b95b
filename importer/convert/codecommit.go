package convert

import (
	"encoding/json"
	"net/url"
	"strings"
)

// codecommitTool reads the repositories of AWS CodeCommit.
var codecommitTool = Tool{Name: "codecommit", About: "the repositories of AWS CodeCommit in a region",
	Made:   "aws codecommit batch-get-repositories --repository-names $(aws codecommit list-repositories --query 'repositories[].repositoryName' --output text)",
	Detect: func(s *sample) bool { return s.has("repositoryName") },
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

func readCodeCommit(l *listing) error {
	located := strings.TrimRight(l.options.BaseURL, "/")
	shape := jsonShape{lists: []string{"repositories"}, marks: []string{"repositoryName"}, page: codecommitPage(l)}
	err := eachJSON(l, shape, func(r *row, v *codecommitRepository) {
		r.title, r.repo.name = v.RepositoryName, v.RepositoryName
		r.repo.branch = branchName(v.DefaultBranch)
		region, account := arnOf(v.Arn)
		whole := r.repo.take(v.CloneURLHTTP)
		r.repo.flag(Empty, whole && v.DefaultBranch == "")
		switch {
		case whole || v.RepositoryName == "":
		case region != "":
			r.repo.take("https://git-codecommit." + region + ".amazonaws.com/v1/repos/" + url.PathEscape(v.RepositoryName))
		case located != "":
			r.repo.take(located + "/v1/repos/" + url.PathEscape(v.RepositoryName))
		}
		r.repo.take(v.CloneURLSSH)
		if r.repo.address().Host == "" {
			r.needBaseURL("the listing has its name but no region; list it with batch-get-repositories, or use https://git-codecommit.REGION.amazonaws.com as the base URL")
		}
		r.hostedAt(codecommit, "")
		if r.repo.service != nil {
			r.repo.project = account
			if v.AccountID != "" {
				r.repo.project = v.AccountID
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

// codecommitPage reads what an answer tells beside its repositories.
func codecommitPage(l *listing) func(*page, int, string, json.RawMessage) {
	return func(p *page, line int, key string, value json.RawMessage) {
		switch key {
		case "nextToken", "NextToken":
			p.more = string(value) != "null"
		case "repositoriesNotFound":
			var names []string
			if json.Unmarshal(value, &names) != nil {
				return
			}
			for _, name := range names {
				r := l.add(line)
				r.title, r.skip = name, "CodeCommit found no repository of that name"
			}
		}
	}
}
