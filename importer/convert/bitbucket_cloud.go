package convert

import (
	"encoding/json"
	"strings"
)

// bitbucketCloudTool reads the repositories of a workspace of Bitbucket Cloud.
var bitbucketCloudTool = Tool{Name: "bitbucket-cloud", About: "the repositories of a Bitbucket Cloud workspace",
	Made:   "GET /2.0/repositories/WORKSPACE?pagelen=100",
	Detect: func(s *sample) bool { return s.has("full_name", "links") && !s.has("clone_url") },
	Read:   readBitbucketCloud}

// bitbucketCloudRepository is a repository as Bitbucket Cloud's API shows it.
type bitbucketCloudRepository struct {
	FullName   string `json:"full_name"`
	Scm        string
	IsPrivate  *bool           `json:"is_private"`
	MainBranch json.RawMessage // null where nothing was ever pushed
	Parent     json.RawMessage
	Links      struct {
		Clone []struct{ Href, Name string }
		HTML  struct{ Href string }
	}
}

func readBitbucketCloud(l *listing) error {
	shape := jsonShape{lists: []string{"values"}, marks: []string{"full_name"}, page: bitbucketCloudPage}
	return eachJSON(l, shape, func(r *row, v *bitbucketCloudRepository) {
		r.title, r.repo.name = v.FullName, v.FullName
		var main struct{ Name string }
		if len(v.MainBranch) > 0 {
			_ = json.Unmarshal(v.MainBranch, &main) // no branch where it is none
		}
		r.repo.branch = branchName(main.Name)
		r.repo.flag(Fork, len(v.Parent) > 0 && string(v.Parent) != "null")
		r.repo.flag(Empty, string(v.MainBranch) == "null")
		r.repo.public = v.IsPrivate != nil && !*v.IsPrivate
		if v.Scm != "" && !strings.EqualFold(v.Scm, "git") {
			r.skip = "it is no git repository"
		}
		for _, link := range v.Links.Clone {
			r.repo.take(link.Href)
		}
		if r.repo.web.Host == "" && v.Links.HTML.Href != "" {
			r.repo.take(strings.TrimRight(v.Links.HTML.Href, "/") + ".git")
		}
		r.needAddress()
	})
}

// bitbucketCloudPage reads what an answer tells of itself. Answers that go on by a mark
// (after=…) do not count their rows.
func bitbucketCloudPage(p *page, _ int, key string, value json.RawMessage) {
	switch key {
	case "next":
		p.more = string(value) != "null" && string(value) != `""`
	case "size":
		_ = json.Unmarshal(value, &p.total) // 0 where it is none
	}
}
