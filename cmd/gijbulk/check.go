package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) checkCommand() *cobra.Command {
	var o targetOptions
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Tell whether a Jira is reachable, the app is there and we are its administrator",
		Long: `Ask the Jira who we are, and the app for its integrations. Nothing is changed.

` + exitHelp,
		Example: `  JIRA_TOKEN=… gijbulk check --jira https://jira.example.org
  gijbulk check --sandbox`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.check(cmd.Context(), o) },
	}
	o.addFlags(cmd.Flags())
	return cmd
}

func (a *app) check(ctx context.Context, o targetOptions) (err error) {
	t, err := a.connect(o, true, 0, 1)
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
	live, err := t.client.List(ctx)
	if err != nil {
		return err
	}
	if a.json() {
		return json.NewEncoder(a.stdout).Encode(map[string]any{
			"jira": server.BaseURL, "version": server.Version, "user": a.mask.Hide(user.Name), "integrations": len(live)})
	}
	_, err = fmt.Fprintf(a.stdout, "Jira %s at %s\nlogged in as %s (%s), who may administer the app\nGit Integration for Jira answers: %s\n",
		server.Version, server.BaseURL, user.Name, user.DisplayName, count(len(live), "integration"))
	return err
}
