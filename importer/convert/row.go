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

// row is one row of a listing.
type row struct {
	place  schema.Place  // Record counts the rows of the file
	title  string        // what the listing calls it
	skip   string        // why the reader leaves it out, or ""
	option schema.Option // that skip is about, or ""
	from   *Tool

	// field looks up what the listing itself calls a field; nil where nobody asks.
	field func(name string) (string, bool)

	repo  repository
	cells []schema.Cell // of a row that is a whole record already; repo is then zero, or tells whose it is

	// within is the row of a record that holds all of this one's repositories, or nil.
	within *row

	verdict
}

// verdict is what becomes of a row.
type verdict struct {
	fate     schema.Fate
	why      string
	left     []Flag // the flags for which it is left out
	byChoice bool   // it is left out because the user said so
	twin     *row   // the row that it is merged into
	record   int    // the entry that it is in, from 1
}

// repository is what is known of one, in terms that all listings share.
type repository struct {
	spot                 // where its host keeps it
	web   giturl.Address // over http or https
	ssh   giturl.Address
	name  string // for people: owner and name
	own   bool   // name was chosen by Map
	flags []Flag
	jira  []string // project keys that the listing tells

	branch string
	public bool // known to need no credentials
}

// spot is where a host keeps a repository: whom the integration is for, and what it
// calls the repository there.
type spot struct {
	service  *service // nil for a host without an integration type
	base     string   // the host's URL, of the whole service
	owner    string   // organisation, top group, collection or region
	personal bool     // owner is a person's account
	project  string   // of Azure DevOps: between owner and repository; of AWS: the account
	key      string   // what the host's own listing calls it, as its filter sees it
}

// address is the best to clone from: web before ssh.
func (r *repository) address() giturl.Address {
	if r.web.Host != "" {
		return r.web
	}
	return r.ssh
}

// identity is equal for two rows of one repository.
func (r *repository) identity() string {
	if r.service != nil {
		return strings.ToLower(strings.Join([]string{r.service.name, r.base, r.owner, r.project, r.key}, "\x00"))
	}
	a := r.address()
	return a.Host + "/" + strings.TrimSuffix(strings.Trim(a.Path, "/"), ".git")
}

// flag notes a state of the repository.
func (r *repository) flag(f Flag, is bool) {
	if is {
		r.flags = append(r.flags, f)
	}
}

// take puts an address where it belongs, and reports whether it is one.
func (r *repository) take(s string) bool {
	a, ok := giturl.Parse(s)
	switch {
	case !ok:
		return false
	case a.IsWeb():
		if r.web.Host == "" {
			r.web = a
		}
	case r.ssh.Host == "":
		r.ssh = a
	}
	return true
}
