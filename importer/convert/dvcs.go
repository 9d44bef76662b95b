package convert

import (
	"encoding/json"
	"strings"

	"gijbulk/importer/giturl"
)

// dvcsTool reads the repositories of Jira's DVCS connector, together with its accounts.
var dvcsTool = Tool{Name: "dvcs", About: "the repositories of Jira's DVCS connector, together with its organizations",
	Made: "GET /rest/bitbucket/1.0/repositories and GET /rest/bitbucket/1.0/organization/page", Choice: true,
	Detect: func(s *sample) bool { return s.has("organizationId", "slug") || s.has("hostUrl", "dvcsType") },
	Begin:  func() reader { return &dvcsReader{accounts: map[int64]dvcsAccount{}} }}

// dvcsReader reads repositories, and the accounts that say where they are. They may stand
// in one file or in several, in any order.
type dvcsReader struct {
	first        *listing
	accounts     map[int64]dvcsAccount
	repositories []dvcsRepository
}

// dvcsAccount is an organization as the connector calls it: an account on a host.
type dvcsAccount struct {
	ID       int64
	HostURL  string `json:"hostUrl"`
	Name     string
	DvcsType string
}

// dvcsRepository is a repository, or where an answer lists those, an account.
type dvcsRepository struct {
	dvcsAccount
	OrganizationID *int64
	Slug           string
	Linked         *bool
	Deleted        bool
	Fork           bool

	row *row
}

func (d *dvcsReader) read(l *listing) error {
	if d.first == nil {
		d.first = l
	}
	before := len(d.accounts)
	shape := jsonShape{lists: []string{"repositories", "organizations", "values"}, marks: []string{"organizationId", "hostUrl", "slug"}, around: d.around}
	err := eachJSON(l, shape, func(r *row, v *dvcsRepository) {
		if v.OrganizationID == nil && v.HostURL != "" {
			d.accounts[v.ID] = v.dvcsAccount
			l.rows = l.rows[:len(l.rows)-1] // it says where others are, and is none itself
			return
		}
		v.row = r
		r.title = v.Slug
		if r.title == "" {
			r.title = v.Name
		}
		d.repositories = append(d.repositories, *v)
	})
	if err == nil && len(d.accounts) == before {
		err = l.mustHaveRows()
	}
	return err
}

// around takes an account that holds its repositories.
func (d *dvcsReader) around(fields map[string]json.RawMessage) {
	var account dvcsAccount
	text, _ := json.Marshal(fields) // raw values always encode
	if json.Unmarshal(text, &account) == nil && account.HostURL != "" {
		d.accounts[account.ID] = account
	}
}

// end joins the repositories with their accounts.
func (d *dvcsReader) end() error {
	if len(d.repositories) == 0 {
		return d.first.problem(0, "the listing has accounts and no repositories", "give the answer to GET /rest/bitbucket/1.0/repositories as well")
	}
	if len(d.accounts) == 0 {
		return d.first.problem(0, "the listing does not tell where the repositories are: it has the ids of their accounts alone",
			"give the accounts as well, GET /rest/bitbucket/1.0/organization/page, each with id, hostUrl and name")
	}
	for i := range d.repositories {
		d.join(&d.repositories[i])
	}
	return nil
}

func (d *dvcsReader) join(v *dvcsRepository) {
	r := v.row
	var account dvcsAccount
	known := false
	if v.OrganizationID != nil {
		account, known = d.accounts[*v.OrganizationID]
	}
	if known {
		r.title = joined(account.Name, r.title)
		r.repo.name = r.title
	}
	r.repo.flag(Fork, v.Fork)
	switch {
	case v.Deleted:
		r.skip = "it is marked to be deleted"
	case v.Linked == nil || !*v.Linked:
		r.skip = "it is not linked with Jira"
	case !known:
		r.skip = "its account is not among the organizations"
	case v.Slug == "":
		r.skip = "it has no slug"
	}
	if !known || v.Slug == "" {
		return
	}
	if r.repo.take(strings.TrimRight(account.HostURL, "/") + "/" + giturl.EscapePath(account.Name) + "/" + giturl.EscapePath(v.Slug) + ".git") {
		r.repo.spot = d.first.options.locate(r.repo.address())
	}
	r.needAddress()
	if r.repo.service == nil && strings.HasPrefix(strings.ToLower(account.DvcsType), "github") {
		r.hostedAt(github, "")
	}
	if r.repo.service == nil && strings.HasPrefix(strings.ToLower(account.DvcsType), "gitlab") {
		r.hostedAt(gitlab, "")
	}
}
