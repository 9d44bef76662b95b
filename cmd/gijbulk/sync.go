package main

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gijbulk/importer/planner"
)

// syncOptions say how far a sync may go.
type syncOptions struct {
	prune, deleteFiles bool
	resend             bool
	onlySecrets        bool
	maxDelete          string
	maxUpdate          string
	maxLost            string // "": the default, which leaves unknown losses a warning
	force              bool
}

func (o *syncOptions) addFlags(f *pflag.FlagSet) {
	f.BoolVar(&o.prune, "prune", false, "delete live records of the kinds, types and sets in the manifests that the manifests do not have")
	f.BoolVar(&o.resend, "resend-secrets", false, "send every secret again, even if it has not changed")
	f.BoolVar(&o.onlySecrets, "only-secrets", false, "send nothing but secrets that are to be sent again, after a rotation; create nothing")
}

func (o *syncOptions) addSafety(f *pflag.FlagSet) {
	f.BoolVar(&o.deleteFiles, "delete-files", false, "with --prune: delete the clones on Jira's disk too; refused for tracked folders and absolute roots")
	f.StringVar(&o.maxDelete, "max-delete", "10%", "delete at most `N|P%` of the live records of a kind; where fewer than ten are live, a percentage allows one")
	f.StringVar(&o.maxUpdate, "max-update", "30%", "update at most `N|P%` of the live records of a kind")
	f.StringVar(&o.maxLost, "max-lost", "", "lose at most `N|P%` of all live nested repositories (default "+defaultMaxLost+"); if given, a loss that is not known is refused too")
	f.BoolVar(&o.force, "force", false, "allow a plan that --max-delete, --max-update or --max-lost refuses")
}

const defaultMaxLost = "10%"

func (o syncOptions) limited() bool { return o.maxDelete != "" || o.maxUpdate != "" }

func (o syncOptions) safetyLimits() (l planner.SafetyLimits, err error) {
	if l.MaxDelete, err = parseLimit("--max-delete", o.maxDelete); err != nil {
		return l, err
	}
	l.MaxUpdate, err = parseLimit("--max-update", o.maxUpdate)
	return l, err
}

func (o syncOptions) lossLimit() (l planner.LossLimit, err error) {
	l.Given = o.maxLost != ""
	l.Max, err = parseLimit("--max-lost", cmp.Or(o.maxLost, defaultMaxLost))
	return l, err
}

func (a *app) syncCommand() *cobra.Command {
	o := runOptions{update: true}
	cmd := &cobra.Command{
		Use:   "sync FILE…",
		Short: "Bring the server to the state of the manifests",
		Long: `Create what the server lacks, update what differs, and with --prune delete what
the manifests do not have. An update sends only the fields that differ. A secret
is sent again only if it differs from the one that was last sent, or the state
does not know that it was sent; the plan says which.

A plan that changes more of the live records than --max-delete and --max-update
allow is refused, and so is one that loses more nested repositories than
--max-lost allows: the app removes those that a git host no longer lists.
Records that belong to a set (set: in a manifest, or --set-name) are changed and
deleted only by a sync of that set.
Running the same sync again changes nothing.`,
		Example: `  gijbulk sync integrations.yaml --jira https://jira.example.org --dry-run
  gijbulk sync integrations.yaml --yes --quiet
  gijbulk sync integrations.yaml --prune --max-delete 5`,
		Args: cobra.ArbitraryArgs,
		RunE: a.onSomeManifests(func(ctx context.Context, files []string) error {
			return a.importOrContinue(ctx, "sync", files, &o)
		}),
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
		Short: "Show differences between manifests and the server",
		Long: `Compare the manifests with the server and show the plan that a sync would carry
out. Only reads are sent. Secrets are resolved where possible; the server never
shows its own, so a secret that would only be sent again is listed and is not
drift. Reports are written where --report or --report-dir ask for them.

With --indexing Jira is also asked for the errors of the last indexing of each
record, one request each: those are drift too, such as a token that stopped
working, and come with their cause and what to do.`,
		Example: `  gijbulk audit integrations.yaml --jira https://jira.example.org
  gijbulk audit integrations.yaml --indexing --metrics-file gijbulk.prom
  gijbulk audit integrations.yaml --prune --output json
  gijbulk audit acme.yaml --report html=drift.html --report junit=drift.xml`,
		Args: cobra.ArbitraryArgs,
		RunE: a.onSomeManifests(func(ctx context.Context, files []string) error {
			return a.importManifests(ctx, "audit", files, o)
		}),
	}
	o.addFlags(cmd.Flags())
	o.addShowing(cmd.Flags())
	o.probing.addFlags(cmd.Flags())
	o.sync.addFlags(cmd.Flags())
	o.report.addFlags(cmd.Flags())
	cmd.Flags().BoolVar(&o.indexing, indexingFlag, false, "count the errors of the last indexing of each record as drift")
	return cmd
}
