package githost

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
)

// bitbucketServer is Bitbucket Data Center or Server
// (https://developer.atlassian.com/server/bitbucket/rest/).
type bitbucketServer struct {
	together
	base string
}

// who asks nothing: there is no call for it, and the first list shows whether a credential is accepted.
func (bitbucketServer) who(context.Context, *session) (Identity, error) { return Identity{}, nil }

// bitbucketUser is whom Bitbucket Data Center answers, which it says in a header; "" for any other host.
func bitbucketUser(a *answer) string {
	name, err := url.QueryUnescape(a.header.Get("X-AUSERNAME"))
	if err != nil || name == "anonymous" {
		return ""
	}
	return name
}

func (h bitbucketServer) listing(ctx context.Context, s *session, project string, keep func(Page)) error {
	path := "/repos"
	if project != "" {
		path = "/projects/" + url.PathEscape(project) + "/repos"
	}
	return s.save(ctx, h.base+"/rest/api/1.0"+path+"?limit=1000", keep, func(a *answer) (string, error) {
		var page struct {
			Values []struct{} `json:"values"`
			Last   *bool      `json:"isLastPage"`
			Next   *int       `json:"nextPageStart"`
		}
		switch err := a.decode(&page); {
		case err != nil:
			return "", err
		case page.Values == nil || page.Last == nil || !*page.Last && page.Next == nil:
			return "", noPage(a)
		case *page.Last:
			return "", nil
		}
		next := *a.url
		parameters := next.Query()
		parameters.Set("start", strconv.Itoa(*page.Next))
		next.RawQuery = parameters.Encode()
		return next.String(), nil
	})
}

// bitbucketCloud is bitbucket.org (https://developer.atlassian.com/cloud/bitbucket/rest/).
type bitbucketCloud struct{ base string }

// who asks nothing: an access token of a workspace has no user.
func (bitbucketCloud) who(context.Context, *session) (Identity, error) { return Identity{}, nil }

func (h bitbucketCloud) owners(ctx context.Context, s *session) (names []string, err error) {
	err = s.save(ctx, h.base+"/2.0/user/workspaces?pagelen=100", func(Page) {}, func(a *answer) (string, error) {
		var page struct {
			Values []struct {
				Workspace struct {
					Slug string `json:"slug"`
				} `json:"workspace"`
			} `json:"values"`
			Next string `json:"next"`
		}
		err := a.decode(&page)
		for _, access := range page.Values {
			names = append(names, access.Workspace.Slug)
		}
		return page.Next, err
	})
	if r, ok := err.(*refusal); ok && r.answer.status == http.StatusForbidden {
		r.Advice = "name the workspaces to list, or use a token that may read the account"
	}
	slices.Sort(names)
	return names, err
}

// listing reads the repositories of a workspace, the oldest first: pages do not shift where one is made.
func (h bitbucketCloud) listing(ctx context.Context, s *session, workspace string, keep func(Page)) error {
	return s.save(ctx, h.base+"/2.0/repositories/"+url.PathEscape(workspace)+"?pagelen=100&sort=created_on", keep, func(a *answer) (string, error) {
		var page struct {
			Values []struct{} `json:"values"`
			Next   string     `json:"next"`
		}
		err := a.decode(&page)
		if err == nil && page.Values == nil {
			err = noPage(a)
		}
		return page.Next, err
	})
}
