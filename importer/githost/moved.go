package githost

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"gijbulk/schema"
)

// Moved asks for a plain repository at its origin, and says where its host redirects to: "" where
// it does not, or where the repository cannot be seen.
func (c *Client) Moved(ctx context.Context, r schema.Record) (string, error) {
	l, resolved := loginOf(r)
	s, _, visible := plainService(service{}, r, l)
	asked, err := url.Parse(s.ask.origin + "/info/refs")
	if !resolved || !visible || err != nil {
		return "", nil
	}
	client := &session{client: c, http: &c.checked, sign: s.sign}
	a, err := client.get(ctx, asked.String()+"?service=git-upload-pack")
	if p, ok := err.(*Problem); ok && p.Code == schema.CodePathRefused {
		return "", nil // it leads to another host
	}
	if err != nil || a.status != http.StatusOK {
		return "", err
	}
	base := strings.TrimSuffix(c.mapped(asked).Path, asked.Path)
	path, ok := strings.CutSuffix(strings.TrimPrefix(a.url.Path, base), "/info/refs")
	if !ok || path+"/info/refs" == asked.Path {
		return "", nil
	}
	now := *asked
	now.Path, now.RawPath = path, ""
	return now.String(), nil
}

// Key is equal for two addresses of one repository: over https and ssh, with .git and without, in
// any case.
func (r Repository) Key() string {
	u, err := url.Parse(r.URL)
	if err != nil || u.Host == "" {
		return ""
	}
	path := strings.Trim(strings.TrimSuffix(u.Path, ".git"), "/")
	path = strings.TrimPrefix(strings.TrimPrefix(path, "scm/"), "a/") // of Bitbucket and Gerrit
	return strings.ToLower(u.Hostname() + "/" + path)
}

// RepositoryAt is the repository that a plain record is about.
func RepositoryAt(origin string) Repository {
	if !strings.Contains(origin, "://") {
		if user, path, scp := strings.Cut(origin, ":"); scp {
			origin = "ssh://" + user + "/" + strings.TrimLeft(path, "/")
		}
	}
	return repositoryAt(origin, origin)
}
