package convert

import (
	"strings"

	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

// Flag is a state of a repository that is left out unless asked for.
type Flag string

// The flags.
const (
	Archived Flag = "archived"
	Disabled Flag = "disabled"
	Fork     Flag = "fork"
	Mirror   Flag = "mirror"
	Empty    Flag = "empty"
)

// Flags lists the flags.
func Flags() []Flag { return []Flag{Archived, Disabled, Fork, Mirror, Empty} }

// Row is one row of a listing.
type Row struct {
	Place  schema.Place  // Record counts the rows of the file
	Title  string        // what the listing calls it
	Skip   string        // why the reader leaves it out, or ""
	option schema.Option // that Skip is about, or ""
	from   *Tool

	// Field looks up what the listing itself calls a field; nil where nobody asks.
	Field func(name string) (string, bool)

	Repo  Repository
	Cells []schema.Cell // of a row that is a whole record already; Repo is then zero, or says whose it is

	// Within is the row of a record that holds all of this one's repositories, or nil.
	Within *Row

	decision
}

type decision struct {
	fate        schema.Fate
	why         string
	left        []Flag // the flags for which it is left out
	byChoice    bool   // it is left out because the user said so
	duplicateOf *Row   // the row that it is merged into
	record      int    // the entry that it is in, from 1
}

// Repository is what a listing says of one, in terms that all listings share.
type Repository struct {
	Location                // where its host keeps it
	Web      giturl.Address // over http or https
	ssh      giturl.Address
	Name     string // for people: owner and name
	own      bool   // name was chosen by Map
	flags    []Flag
	JiraKeys []string // project keys in the listing
	Topics   []string

	Branch string
	Public bool // known to need no credentials
}

// Location is where a host keeps a repository: whom the integration is for, and what it
// calls the repository there.
type Location struct {
	Service  *Service // nil for a host without an integration type
	Base     string   // the host's URL, of the whole service
	Owner    string   // organization, top group, collection or region
	Personal bool     // owner is a person's account
	Project  string   // of Azure DevOps: between owner and repository; of AWS: the account
	Key      string   // what the host's own listing calls it, as its filter sees it
}

// Address is the best to clone from: web before ssh.
func (r *Repository) Address() giturl.Address {
	if r.Web.Host != "" {
		return r.Web
	}
	return r.ssh
}

func (r *Repository) identity() string {
	if r.Service != nil {
		return strings.ToLower(strings.Join([]string{r.Service.name, r.Base, r.Owner, r.Project, r.Key}, "\x00"))
	}
	a := r.Address()
	return a.Host + "/" + strings.TrimSuffix(strings.Trim(a.Path, "/"), ".git")
}

// Mark adds a flag if the repository has it.
func (r *Repository) Mark(f Flag, is bool) {
	if is {
		r.flags = append(r.flags, f)
	}
}

// Take adds an address to clone from, and reports whether the text is one.
func (r *Repository) Take(s string) bool {
	a, ok := giturl.Parse(s)
	switch {
	case !ok:
		return false
	case a.IsWeb():
		if r.Web.Host == "" {
			r.Web = a
		}
	case r.ssh.Host == "":
		r.ssh = a
	}
	return true
}
