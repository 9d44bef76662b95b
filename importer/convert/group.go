package convert

import (
	"fmt"
	"strings"

	"gijbulk/schema"
)

// mostInOne is how many repositories the vendor advises for one integration.
const mostInOne = 2000

// mostParts is how many integrations one organization should become.
const mostParts = 10

// Scope is what one integration is for.
type Scope struct {
	service  *Service
	base     string
	owner    string
	personal bool
	account  string // of AWS, where the listing tells it
}

type group struct {
	Scope
	rows   []*Row // converted
	left   []*Row // left out, although they are there
	choice bool   // the listing names some of what is there
}

func (s Location) written() Scope {
	w := Scope{service: s.Service, base: s.Base, owner: s.Owner, personal: s.Personal}
	if s.Service == CodeCommit {
		w.account = s.Project
	}
	return w
}

// Scope is equal for repositories that belong into one integration.
func (s Location) Scope() Scope {
	w := s.written()
	w.base = schema.NormalURL(w.base)
	if w.service == GitHub || w.service == Azure || w.service == vsts {
		w.owner = strings.ToLower(w.owner)
	}
	return w
}

// grouped sorts rows by what their integrations are for, in the order of the input.
func grouped(kept, left []*Row) []*group {
	at := map[Scope]*group{}
	var groups []*group
	for _, r := range kept {
		key := r.Repo.Scope()
		g := at[key]
		if g == nil {
			g = &group{Scope: r.Repo.written()}
			at[key] = g
			groups = append(groups, g)
		}
		g.rows = append(g.rows, r)
		g.choice = g.choice || r.from.Choice
	}
	for _, r := range left {
		if g := at[r.Repo.Scope()]; g != nil {
			g.left = append(g.left, r)
		}
	}
	return groups
}

// folder is the longest path of GitLab groups that all rows are below. Without rows it is
// the owner itself.
func (g *group) folder() string {
	if len(g.rows) == 0 {
		return g.owner
	}
	var common []string
	for i, r := range g.rows {
		parts := strings.Split(r.Repo.Key, "/")
		parts = parts[:len(parts)-1]
		if i == 0 {
			common = parts
		}
		for j := range common {
			if j >= len(parts) || parts[j] != common[j] {
				common = common[:j]
				break
			}
		}
	}
	return strings.Join(common, "/")
}

func (g *group) host() string {
	_, host, _ := strings.Cut(g.base, "://")
	return host
}

// name is what the integration is called. The first of several parts is called as the
// whole, so that it stays the same integration when the listing grows.
func (g *group) name(part int) string {
	var name string
	switch {
	case g.service == CodeCommit && g.account != "":
		name = "CodeCommit " + g.owner + " of " + g.account
	case g.service == CodeCommit:
		name = "CodeCommit " + g.owner
	case g.owner == "":
		name = g.host()
	default:
		name = g.owner + " on " + g.host()
	}
	if part > 0 {
		name += fmt.Sprintf(" (part %d)", part+1)
	}
	return name
}

// secretOf names whom an integration's credentials belong to: the service, its host
// where that is one's own, and the organization.
func (g *group) secretOf() []string {
	host := ""
	if t := g.service.typeAt(g.base); t == g.service.server && t != g.service.hosted || len(g.service.cloud) == 0 {
		host = g.host()
	}
	word := g.service.word
	if strings.HasPrefix(strings.ToUpper(host), word) {
		word = ""
	}
	return []string{word, host, g.account, g.owner}
}
