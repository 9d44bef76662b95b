package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jmespath/go-jmespath"
)

// Listing is what git hosts list: repositories as their REST APIs show them, by the display name of the integration
// that asks. Those of the empty name are for every integration that has none of its own.
type Listing map[string][]any

// ParseListing reads a listing: a JSON list of repositories for all integrations, or an object with a list for each
// display name. A repository needs a name: full_name (GitHub), path_with_namespace (GitLab), fullPath, name or repositoryName. Its
// address is clone_url, http_url_to_repo or remoteUrl, or is made of the origin and the name.
func ParseListing(data []byte) (Listing, error) {
	var l Listing
	var list []any
	if err := json.Unmarshal(data, &list); err == nil {
		l = Listing{"": list}
	} else if err := json.Unmarshal(data, &l); err != nil {
		return nil, errors.New("the listing is neither a JSON list of repositories nor an object of such lists by display name")
	}
	for name, repositories := range l {
		for i, re := range repositories {
			if fullName(re) == "" {
				return nil, fmt.Errorf("the listing for %q: repository %d has no name", name, i+1)
			}
		}
	}
	return l, nil
}

// ExampleListing is the sandbox's own: the repositories of two teams.
func ExampleListing() Listing {
	var list []any
	for _, name := range []string{"acme/payments-api", "acme/payments-web", "acme/payments-batch", "acme/website", "acme/docs",
		"acme/sandbox", "ops/terraform", "ops/monitoring", "ops/runbooks", "ops/sandbox"} {
		_, last := owned(name)
		list = append(list, map[string]any{"name": last, "full_name": name, "archived": last == "sandbox", "fork": false})
	}
	return Listing{"": list}
}

// of are the addresses of the repositories that the host lists for an integration, as far as the listing tells: apiPath chooses an
// owner, and apiFilter is applied to the whole list.
func (l Listing) of(in *Integration) []string {
	list, own := l[in.DisplayName]
	if !own {
		list = l[""]
	}
	if owner := ownerInPath(in.APIPath); owner != "" {
		list = slices.DeleteFunc(slices.Clone(list), func(re any) bool {
			of, _ := owned(fullName(re))
			return of != "" && !strings.EqualFold(of, owner)
		})
	}
	return in.addresses(in.filtered(list), cloneURL)
}

func (in *Integration) addresses(list []any, address func(*Integration, any) string) []string {
	all := make([]string, len(list))
	for i, re := range list {
		all[i] = address(in, re)
	}
	return all
}

// filtered are the repositories of a document that apiFilter leaves. A filter that fails or gives another shape lists
// nothing.
func (in *Integration) filtered(list []any) []any {
	if blank(in.APIFilter) {
		return list
	}
	var answer any = list
	key := in.listKey()
	if key != "" {
		answer = map[string]any{key: list, "count": float64(len(list))}
	}
	answer, err := jmespath.Search(in.APIFilter, answer)
	if object, is := answer.(map[string]any); err == nil && key != "" && is {
		answer = object[key]
	}
	filtered, _ := answer.([]any)
	return slices.DeleteFunc(filtered, func(re any) bool { return fullName(re) == "" })
}

// listKey is the member of the host's answer that has the list; empty where the answer is the list.
func (in *Integration) listKey() string {
	switch in.Type {
	case "AZURE", "AZURE_DEVOPS", "VSTS", "TFS_SERVER":
		return "value"
	case "AWS":
		return "repositories"
	}
	return ""
}

// ownerInPath is the organization, user or group whose repositories a path lists.
func ownerInPath(path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for i, part := range parts[:len(parts)-1] {
		if slices.Contains([]string{"orgs", "users", "groups"}, part) {
			return parts[i+1]
		}
	}
	return ""
}

// owned divides a full name into its owner and the rest.
func owned(name string) (owner, rest string) {
	if owner, rest, found := strings.Cut(name, "/"); found {
		return owner, rest
	}
	return "", name
}

func fullName(re any) string {
	return textOf(re, "full_name", "path_with_namespace", "fullPath", "name", "repositoryName")
}

// textOf is the first of these members of a repository that has a text.
func textOf(re any, names ...string) string {
	object, _ := re.(map[string]any)
	for _, name := range names {
		if text, _ := object[name].(string); text != "" {
			return text
		}
	}
	return ""
}

func cloneURL(in *Integration, re any) string {
	if url := textOf(re, "clone_url", "http_url_to_repo", "remoteUrl"); url != "" {
		return url
	}
	base := strings.TrimRight(in.Origin, "/*")
	if in.Type == "GITHUB" {
		base = strings.Replace(base, "://api.github.com", "://github.com", 1)
	}
	return base + "/" + strings.Trim(fullName(re), "/") + ".git"
}
