package githost

import (
	"context"
	"net/url"
)

// gitea is Gitea or Forgejo (https://docs.gitea.com/api/).
type gitea struct {
	together
	base string
}

// who asks nothing: a token that may list repositories need not be allowed to read the user.
func (gitea) who(context.Context, *session) (Identity, error) { return Identity{}, nil }

func (h gitea) listing(ctx context.Context, s *session, owner string, keep func(Page)) error {
	if owner == "" {
		return h.search(ctx, s, keep)
	}
	escaped := url.PathEscape(owner)
	return groupOrUser(func(path string) error { return h.save(ctx, s, path, keep) }, "/orgs/"+escaped+"/repos", "/users/"+escaped+"/repos")
}

func (h gitea) save(ctx context.Context, s *session, path string, keep func(Page)) error {
	count := tally{header: giteaTotal}
	return s.save(ctx, h.base+"/api/v1"+path+"?limit=50", keep, func(a *answer) (string, error) {
		return count.list(a, nextLink(a))
	})
}

func (h gitea) search(ctx context.Context, s *session, keep func(Page)) error {
	count := tally{header: giteaTotal}
	return s.save(ctx, h.base+"/api/v1/repos/search?limit=50&sort=id&order=asc", keep, func(a *answer) (string, error) {
		var page struct {
			Data []struct{} `json:"data"`
		}
		if err := a.decode(&page); err != nil {
			return "", err
		}
		if page.Data == nil {
			return "", noPage(a)
		}
		return count.add(a, len(page.Data), nextLink(a))
	})
}

const giteaTotal = "X-Total-Count"
