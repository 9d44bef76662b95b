package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gijbulk/importer/planner"
)

// syncOptions say how far a sync may go.
type syncOptions struct {
	prune, deleteFiles bool
	resend             bool
	maxDelete          string
	maxUpdate          string
	force              bool
}

func (o *syncOptions) addFlags(f *pflag.FlagSet) {
	f.BoolVar(&o.prune, "prune", false, "delete what is on the server, of the kinds and types that the manifests hold, and not in them")
	f.BoolVar(&o.resend, "resend-secrets", false, "send every secret again, also those that have not changed")
}

func (o *syncOptions) addSafety(f *pflag.FlagSet) {
	f.BoolVar(&o.deleteFiles, "delete-files", false, "with --prune: the clones on Jira's disk go as well; refused for tracked folders and absolute roots")
	f.StringVar(&o.maxDelete, "max-delete", "10%", "most of what is live to delete, `N|P%`, a share of each kind; where fewer than ten are live, a share lets one pass")
	f.StringVar(&o.maxUpdate, "max-update", "30%", "most of what is live to update, `N|P%`, a share of each kind")
	f.BoolVar(&o.force, "force", false, "let a plan pass that --max-delete or --max-update refuses")
}

// safetyLimits reads the limits.
func (o syncOptions) safetyLimits() (l planner.Limits, err error) {
	if l.MaxDelete, err = parseLimit("--max-delete", o.maxDelete); err != nil {
		return l, err
	}
	l.MaxUpdate, err = parseLimit("--max-update", o.maxUpdate)
	return l, err
}

func (a *app) syncCommand() *cobra.Command {
	o := runOptions{update: true}
	cmd := &cobra.Command{
		Use:   "sync FILE…",
		Short: "Bring the server to the state of manifests: create, update, with --prune delete",
		Long: `Create what is not on the server, update what differs, and with --prune delete what
the manifests do not hold. An update sends only the fields that differ. A secret is
sent again only when it differs from the one that was sent last.

The plan is refused when it would change more of what is there than --max-delete and
--max-update allow. Running the same sync again changes nothing.

` + exitHelp,
		Example: `  gijbulk sync integrations.yaml --jira https://jira.example.org --dry-run
  gijbulk sync integrations.yaml --yes --quiet
  gijbulk sync integrations.yaml --prune --max-delete 5`,
		Args: needFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.importManifests(cmd.Context(), "sync", args, o)
		},
	}
	o.addFlags(cmd.Flags())
	o.addWriting(cmd.Flags())
	o.sync.addFlags(cmd.Flags())
	o.sync.addSafety(cmd.Flags())
	return cmd
}

func (a *app) auditCommand() *cobra.Command {
	o := runOptions{update: true, dryRun: true}
	cmd := &cobra.Command{
		Use:   "audit FILE…",
		Short: "Tell how the server differs from manifests, without touching it",
		Long: `Compare the manifests with the server and show the plan that a sync would carry out.
Nothing but reads is sent. Secrets are looked up where they can be; the server never
shows its own, so a secret that is only due to be sent again is listed and is no drift.
Reports are written where --report or --report-dir ask for them.

` + exitHelp,
		Example: `  gijbulk audit integrations.yaml --jira https://jira.example.org
  gijbulk audit integrations.yaml --prune --output json
  gijbulk audit integrations.yaml --report html=drift.html --report junit=drift.xml`,
		Args: needFiles,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.importManifests(cmd.Context(), "audit", args, o)
		},
	}
	o.addFlags(cmd.Flags())
	o.addShowing(cmd.Flags())
	o.sync.addFlags(cmd.Flags())
	o.report.addFlags(cmd.Flags())
	return cmd
}
