package giturl

import (
	"regexp"
	"strings"
)

// Pages of a repository in a browser, each with what comes before the part that leads
// into the repository.
var pages = []*regexp.Regexp{
	regexp.MustCompile(`^(https?://[^/]+/.+?)/-/.*$`),                              // GitLab
	regexp.MustCompile(`^(https?://[^/]+/.+?/_git/[^/?#]+).*$`),                    // Azure DevOps
	regexp.MustCompile(`^(https?://[^/]+/[^/]+/[^/]+)/(?:tree|blob|edit|raw)/.*$`), // GitHub
	regexp.MustCompile(`^(https?://[^/]+/[^/]+/[^/]+)/src/.*$`),                    // Bitbucket Cloud, Gitea
}

// bitbucketPage is a page of a repository on a Bitbucket Server: of a project, or of a
// person.
var bitbucketPage = regexp.MustCompile(`^(https?://[^/]+(?:/[^/]+)*?)/(projects|users)/([^/]+)/repos/([^/?#]+).*$`)

// FromPage turns the URL of a page of a repository into the one that it is cloned from,
// as far as that can be told.
func FromPage(page string) string {
	page = strings.TrimSpace(page)
	if m := bitbucketPage.FindStringSubmatch(page); m != nil {
		owner := strings.ToLower(m[3])
		if m[2] == "users" {
			owner = "~" + owner
		}
		return m[1] + "/scm/" + owner + "/" + m[4] + ".git"
	}
	page, _, _ = strings.Cut(page, "?")
	for _, p := range pages {
		if m := p.FindStringSubmatch(page); m != nil {
			page = m[1]
			break
		}
	}
	page = strings.TrimRight(page, "/")
	if page == "" || strings.HasSuffix(page, ".git") || strings.Contains(page, "/_git/") {
		return page
	}
	return page + ".git"
}
