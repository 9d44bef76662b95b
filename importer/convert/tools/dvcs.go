package tools

import (
	"encoding/json"
	"strings"

	"gijbulk/importer/convert"
	"gijbulk/importer/giturl"
)

var dvcs = convert.Tool{Name: "dvcs", About: "repositories and organizations of Jira's DVCS connector",
	Made: "GET /rest/bitbucket/1.0/repositories and GET /rest/bitbucket/1.0/organization/page", Choice: true,
	Detect: func(s *convert.Sample) bool { return s.Has("organizationId", "slug") || s.Has("hostUrl", "dvcsType") },
	Begin:  func() convert.Reader { return &dvcsReader{accounts: map[int64]dvcsAccount{}} }}

// dvcsReader reads repositories, and the accounts that say where they are. They may stand
// in one file or in several, in any order.
type dvcsReader struct {
	first        *convert.Listing
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

	row *convert.Row
}

func (d *dvcsReader) Read(l *convert.Listing) error {
	if d.first == nil {
		d.first = l
	}
	before := len(d.accounts)
	shape := convert.JSONShape{Lists: []string{"repositories", "organizations", "values"}, Marks: []string{"organizationId", "hostUrl", "slug"}, Around: d.around}
	err := convert.EachJSON(l, shape, func(r *convert.Row, v *dvcsRepository) {
		if v.OrganizationID == nil && v.HostURL != "" {
			d.accounts[v.ID] = v.dvcsAccount
			l.Rows = l.Rows[:len(l.Rows)-1] // it says where others are, and is none itself
			return
		}
		v.row = r
		r.Title = v.Slug
		if r.Title == "" {
			r.Title = v.Name
		}
		d.repositories = append(d.repositories, *v)
	})
	if err == nil && len(d.accounts) == before {
		err = l.RequireRows()
	}
	return err
}

func (d *dvcsReader) around(fields map[string]json.RawMessage) {
	var account dvcsAccount
	text, _ := json.Marshal(fields) // raw values always encode
	if json.Unmarshal(text, &account) == nil && account.HostURL != "" {
		d.accounts[account.ID] = account
	}
}

// End joins the repositories with their accounts.
func (d *dvcsReader) End() error {
	if len(d.repositories) == 0 {
		return d.first.Problem(0, "the listing has accounts and no repositories", "give the answer to GET /rest/bitbucket/1.0/repositories as well")
	}
	if len(d.accounts) == 0 {
		return d.first.Problem(0, "the listing does not say where the repositories are: it only has the ids of their accounts",
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
		r.Title = join(account.Name, r.Title)
		r.Repo.Name = r.Title
	}
	r.Repo.Mark(convert.Fork, v.Fork)
	switch {
	case v.Deleted:
		r.Skip = "it is marked to be deleted"
	case v.Linked == nil || !*v.Linked:
		r.Skip = "it is not linked with Jira"
	case !known:
		r.Skip = "its account is not among the organizations"
	case v.Slug == "":
		r.Skip = "it has no slug"
	}
	if !known || v.Slug == "" {
		return
	}
	if r.Repo.Take(strings.TrimRight(account.HostURL, "/") + "/" + giturl.EscapePath(account.Name) + "/" + giturl.EscapePath(v.Slug) + ".git") {
		r.Repo.Location = d.first.Options.Locate(r.Repo.Address())
	}
	if r.Repo.Service == nil && strings.HasPrefix(strings.ToLower(account.DvcsType), "github") {
		r.HostedAt(convert.GitHub, "")
	}
	if r.Repo.Service == nil && strings.HasPrefix(strings.ToLower(account.DvcsType), "gitlab") {
		r.HostedAt(convert.GitLab, "")
	}
}
