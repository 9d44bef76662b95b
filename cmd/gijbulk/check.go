package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"

	"github.com/spf13/cobra"

	"gijbulk/importer/gij"
	"gijbulk/reports"
	"gijbulk/schema"
)

func (a *app) checkCommand() *cobra.Command {
	var o targetOptions
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the connection, the app and our permissions",
		Long: `Ask Jira who we are, and the app for its integrations and repositories. Nested
repositories are counted separately. Nothing is changed.

A Jira administrator may do everything. A manager of the app (the global
permission Manage Git Integration for Jira) neither sees nor sets the projects
of integrations that others made.`,
		Example: `  JIRA_TOKEN=… gijbulk check --jira https://jira.example.org
  gijbulk check --sandbox`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.check(cmd.Context(), o) },
	}
	o.addFlags(cmd.Flags())
	return cmd
}

func (a *app) check(ctx context.Context, o targetOptions) (err error) {
	a.collectGarbage(planningGC)
	defer a.collectGarbage(usualGC)
	t, err := a.connect(o, true, schema.Shard{})
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, t.close()) }()
	a.hide(nil, t.secrets...)
	user, err := t.client.Myself(ctx)
	if err != nil {
		return err
	}
	server, err := t.client.ServerInfo(ctx)
	if err != nil {
		return err
	}
	administrator, err := t.client.Administrator(ctx)
	if err != nil {
		return err
	}
	who := roleManager
	if administrator {
		who = roleAdministrator
	}
	there, err := takeStock(ctx, t.client)
	if err != nil {
		return err
	}
	a.answer = there.String()
	for _, said := range []*string{&user.Name, &user.DisplayName, &server.BaseURL, &server.Version} {
		*said = a.mask.HideSaid(*said)
	}
	if a.json() {
		return json.NewEncoder(a.stdout).Encode(struct {
			Jira    string `json:"jira"`
			Version string `json:"version"`
			User    string `json:"user"`
			Role    role   `json:"role"`
			stock
		}{server.BaseURL, server.Version, user.Name, who, there})
	}
	_, err = fmt.Fprintf(a.stdout, "Jira %s at %s\nlogged in as %s (%s), %s\nGit Integration for Jira answers: %s\n",
		reports.OneLine(server.Version), reports.OneLine(server.BaseURL), reports.OneLine(user.Name), reports.OneLine(user.DisplayName), who.about(), there)
	return err
}

// role is what we are on a server.
type role string

const (
	roleAdministrator role = "administrator"
	roleManager       role = "manager"
)

func (r role) about() string {
	if r == roleManager {
		return "a manager of the app, who neither sees nor sets the projects of integrations that others made"
	}
	return "a Jira administrator"
}

// stock is how much is on a server.
type stock struct {
	Integrations int  `json:"integrations"`
	Repositories *int `json:"repositories,omitempty"` // nil where the server does not list them
	Inside       *int `json:"repositoriesInIntegrations,omitempty"`
}

// takeStock counts what is on a server. One that does not list repositories can still be
// worked on, with manifests of integrations.
func takeStock(ctx context.Context, client *gij.Client) (stock, error) {
	integrations, err := client.List(ctx, nil)
	if err != nil {
		return stock{}, err
	}
	there := stock{Integrations: len(integrations)}
	plain, inside, err := client.Repositories(ctx)
	if e, ok := errors.AsType[*gij.Error](err); ok && e.Status == http.StatusNotFound {
		return there, nil
	}
	there.Repositories, there.Inside = new(len(plain)), new(len(inside))
	return there, err
}

func (s stock) String() string {
	counts := map[schema.Kind]int{schema.KindIntegration: s.Integrations}
	if s.Repositories == nil {
		return countKinds(counts) + "; it does not list repositories"
	}
	counts[schema.KindRepository] = *s.Repositories
	return fmt.Sprintf("%s; %d more inside integrations", countKinds(counts), *s.Inside)
}
