package convert

import (
	"cmp"
	"encoding/json"
	"strings"
)

// fisheyeTool reads the repositories that a Fisheye indexes.
var fisheyeTool = Tool{Name: "fisheye", About: "the repositories of a Fisheye or Crucible",
	Made: "GET /rest-service-fecru/admin/repositories?limit=1000", Choice: true,
	Detect: func(s *sample) bool { return s.has("@type") || s.has("name", "type", "enabled") },
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

func readFisheye(l *listing) error {
	shape := jsonShape{lists: []string{"values", "repositories", "repoData"}, marks: []string{"@type", "type"}, page: fisheyePage}
	before := len(l.pages)
	err := eachJSON(l, shape, func(r *row, v *fisheyeRepository) {
		r.title, r.repo.name = v.Name, v.Name
		kind := cmp.Or(v.Type, v.AtType)
		enabled := v.Enabled == nil || v.Enabled == true || v.Enabled == "true"
		r.repo.flag(Disabled, !enabled)
		if !strings.EqualFold(kind, "git") {
			r.skip = "it is no git repository"
			return
		}
		r.leadsTo(l.options, cmp.Or(v.Git.Location, v.Git.URL, v.URL, v.Location))
	})
	for i := before; i < len(l.pages); i++ {
		if p := &l.pages[i]; p.more {
			p.next = p.start + p.rows
		}
	}
	return err
}

// fisheyePage reads what an answer tells of itself.
func fisheyePage(p *page, _ int, key string, value json.RawMessage) {
	switch key {
	case "lastPage":
		p.more = string(value) == "false"
	case "start":
		_ = json.Unmarshal(value, &p.start) // 0 where it is none
	}
}
