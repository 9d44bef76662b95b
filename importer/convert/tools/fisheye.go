package tools

import (
	"cmp"
	"encoding/json"
	"strings"

	"gijbulk/importer/convert"
)

var fisheye = convert.Tool{Name: "fisheye", About: "the repositories of a Fisheye or Crucible",
	Made: "GET /rest-service-fecru/admin/repositories?limit=1000", Choice: true,
	Detect: func(s *convert.Sample) bool { return s.Has("@type") || s.Has("name", "type", "enabled") },
	Read:   readFisheye}

// fisheyeRepository is a repository as Fisheye shows it. Older ones write truth as text
// and the place beside the name; newer ones have it under the name of the type.
type fisheyeRepository struct {
	AtType   string `json:"@type"`
	Type     string
	Name     string
	URL      string
	Location string
	Enabled  any
	Git      struct{ Location, URL string }
}

func readFisheye(l *convert.Listing) error {
	shape := convert.JSONShape{Lists: []string{"values", "repositories", "repoData"}, Marks: []string{"@type", "type"}, Page: fisheyePage}
	before := len(l.Pages)
	err := convert.EachJSON(l, shape, func(r *convert.Row, v *fisheyeRepository) {
		r.Title, r.Repo.Name = v.Name, v.Name
		kind := cmp.Or(v.Type, v.AtType)
		enabled := v.Enabled == nil || v.Enabled == true || v.Enabled == "true"
		r.Repo.Mark(convert.Disabled, !enabled)
		if !strings.EqualFold(kind, "git") {
			r.Skip = "it is not a git repository"
			return
		}
		r.LeadsTo(l.Options, cmp.Or(v.Git.Location, v.Git.URL, v.URL, v.Location))
	})
	for i := before; i < len(l.Pages); i++ {
		if p := &l.Pages[i]; p.More {
			p.Next = p.Start + p.Rows
		}
	}
	return err
}

func fisheyePage(p *convert.Page, _ int, key string, value json.RawMessage) {
	switch key {
	case "lastPage":
		p.More = string(value) == "false"
	case "start":
		_ = json.Unmarshal(value, &p.Start) // 0 where it is none
	}
}
