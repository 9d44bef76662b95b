package githost

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gijbulk/schema"
)

// The hosts of Azure DevOps Services (https://learn.microsoft.com/rest/api/azure/devops/): one
// knows users and their organizations, the other the repositories.
const (
	azureProfiles     = "https://app.vssps.visualstudio.com"
	azureRepositories = "https://dev.azure.com"
)

// azure is Azure DevOps Services. The app lists every organization that the token can access.
type azure struct{}

func (azure) key() string { return "value" }

func (azure) repository(item map[string]any) Repository { return azureRepository(item) }

func azureRepository(item map[string]any) Repository {
	return repositoryAt(textOf(item, "remoteUrl"), textOf(item, "name"))
}

func (azure) who(ctx context.Context, s *session) (Identity, error) {
	profile, err := azureProfile(ctx, s)
	return Identity{User: profile.name(), id: profile.ID}, err
}

type azureUser struct {
	ID    string `json:"id"`
	Name  string `json:"displayName"`
	Email string `json:"emailAddress"`
}

func (u azureUser) name() string {
	if u.Email != "" {
		return u.Email
	}
	return u.Name
}

func azureProfile(ctx context.Context, s *session) (u azureUser, err error) {
	a, err := s.get(ctx, azureProfiles+"/_apis/profile/profiles/me?api-version=7.1")
	if err != nil {
		return u, err
	}
	switch {
	case a.status == http.StatusOK:
		return u, a.decode(&u)
	case azureRefused(a):
		return u, &Problem{Code: schema.CodeCredentialRefused, Message: "Azure DevOps refuses the token: it has expired, is mistyped, or is limited to one organization",
			Advice: "make a token for all accessible organizations with the scopes Code (read) and User profile (read)"}
	case a.status == http.StatusForbidden:
		return u, &Problem{Code: schema.CodeScopeMissing, Message: "the token may not read the user's profile, by which the app finds the organizations",
			Advice: "make a token with the scopes Code (read) and User profile (read)"}
	}
	return u, s.problem(a)
}

// azureRefused reports whether an answer says that it does not know who asks: with 401, or with
// 203 and a page to sign in.
func azureRefused(a *answer) bool {
	return a.status == http.StatusUnauthorized || a.status == http.StatusNonAuthoritativeInfo
}

// list reads the organizations, and the repositories of each. Those that the token cannot read are
// left out, as the app would.
func (azure) list(ctx context.Context, s *session, _ query) (found answers, err error) {
	organizations, err := azureOrganizations(ctx, s, s.identity.id)
	if err != nil {
		return found, err
	}
	var refused []string
	for _, name := range organizations {
		a, err := s.get(ctx, azureRepositories+"/"+url.PathEscape(name)+"/_apis/git/repositories?api-version=7.1")
		if err != nil {
			return answers{}, err
		}
		if azureRefused(a) || a.status == http.StatusForbidden {
			refused = append(refused, name)
			continue
		}
		page, err := azurePage(s, a)
		if err != nil {
			return answers{}, err
		}
		found.documents = append(found.documents, []any{page})
	}
	switch {
	case len(refused) == 0:
		return found, nil
	case len(refused) == len(organizations):
		return answers{}, &Problem{Code: schema.CodeScopeMissing, Message: "the token may not read the repositories of " + strings.Join(refused, ", "),
			Advice: "make a token for all accessible organizations with the scopes Code (read) and User profile (read)"}
	}
	found.partial = fmt.Sprintf("the token may not read the repositories of %s", strings.Join(refused, ", "))
	return found, nil
}

func (azure) owners(ctx context.Context, s *session) ([]string, error) {
	names, err := azureOrganizations(ctx, s, s.identity.id)
	slices.Sort(names)
	return names, err
}

func (azure) listing(ctx context.Context, s *session, organization string, keep func(Page)) error {
	a, err := s.get(ctx, azureRepositories+"/"+url.PathEscape(organization)+"/_apis/git/repositories?api-version=7.1")
	switch {
	case err != nil:
		return err
	case azureRefused(a) || a.status == http.StatusForbidden:
		return &Problem{Code: schema.CodeScopeMissing, Message: "the token may not read the repositories of " + organization,
			Advice: "make a token for all accessible organizations with the scopes Code (read) and User profile (read), or name the organizations to list"}
	}
	return azureSaved(s, a, keep)
}

// azureSaved keeps a list as the host wrote it, if it is whole.
func azureSaved(s *session, a *answer, keep func(Page)) error {
	_, err := azurePage(s, a)
	if err == nil {
		keep(Page{a.host + a.path, a.body})
	}
	return err
}

func azureOrganizations(ctx context.Context, s *session, member string) ([]string, error) {
	a, err := s.get(ctx, azureProfiles+"/_apis/accounts?api-version=7.1&memberId="+url.QueryEscape(member))
	if err != nil {
		return nil, err
	}
	if azureRefused(a) {
		a.status = http.StatusForbidden // the profile was readable
	}
	if a.status != http.StatusOK {
		return nil, s.problem(a)
	}
	var accounts struct {
		Value []struct {
			Name string `json:"accountName"`
		} `json:"value"`
	}
	if err := a.decode(&accounts); err != nil {
		return nil, err
	}
	var names []string
	for _, account := range accounts.Value {
		names = append(names, account.Name)
	}
	return names, nil
}

// azurePage reads a whole list: {count, value}. These calls know no pages.
func azurePage(s *session, a *answer) (any, error) {
	if a.status != http.StatusOK {
		return nil, s.problem(a)
	}
	var page struct {
		Count *int  `json:"count"`
		Value []any `json:"value"`
	}
	if err := a.decode(&page); err != nil {
		return nil, err
	}
	if page.Value == nil || page.Count != nil && *page.Count != len(page.Value) {
		return nil, &Problem{Code: schema.CodePathRefused, Field: schema.FieldOrigin, Message: fmt.Sprintf("%s answers a list of %d repositories that is not complete", a.host, len(page.Value))}
	}
	var raw any
	err := a.decode(&raw)
	return raw, err
}
