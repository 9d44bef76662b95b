package tools

import (
	"encoding/json"
	"strings"

	"gijbulk/importer/convert"
)

var bitbucketCloud = convert.Tool{Name: "bitbucket-cloud", About: "the repositories of a Bitbucket Cloud workspace",
	Made:   "GET /2.0/repositories/WORKSPACE?pagelen=100",
	Detect: func(s *convert.Sample) bool { return s.Has("full_name", "links") && !s.Has("clone_url") },
	Read:   readBitbucketCloud}

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

func readBitbucketCloud(l *convert.Listing) error {
	shape := convert.JSONShape{Lists: []string{"values"}, Marks: []string{"full_name"}, Page: bitbucketCloudPage}
	return convert.EachJSON(l, shape, func(r *convert.Row, v *bitbucketCloudRepository) {
		r.Title, r.Repo.Name = v.FullName, v.FullName
		var main struct{ Name string }
		if len(v.MainBranch) > 0 {
			_ = json.Unmarshal(v.MainBranch, &main) // no branch where it is none
		}
		r.Repo.Branch = branchName(main.Name)
		r.Repo.Mark(convert.Fork, len(v.Parent) > 0 && string(v.Parent) != "null")
		r.Repo.Mark(convert.Empty, string(v.MainBranch) == "null")
		r.Repo.Public = v.IsPrivate != nil && !*v.IsPrivate
		if v.Scm != "" && !strings.EqualFold(v.Scm, "git") {
			r.Skip = "it is not a git repository"
		}
		for _, link := range v.Links.Clone {
			r.Repo.Take(link.Href)
		}
		if r.Repo.Web.Host == "" && v.Links.HTML.Href != "" {
			r.Repo.Take(strings.TrimRight(v.Links.HTML.Href, "/") + ".git")
		}
	})
}

// bitbucketCloudPage reads what an answer tells of itself. Answers that go on by a mark
// (after=…) do not count their rows.
func bitbucketCloudPage(p *convert.Page, _ int, key string, value json.RawMessage) {
	switch key {
	case "next":
		p.More = string(value) != "null" && string(value) != `""`
	case "size":
		_ = json.Unmarshal(value, &p.Total) // 0 where it is none
	}
}
