package main

import (
	"cmp"
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gijbulk/cmd/gijbulk/complete"
	"gijbulk/cmd/gijbulk/terminal"
	"gijbulk/reports"
	"gijbulk/schema"
)

// app is what every command shares: the process, the log and what must be hidden.
type app struct {
	process
	hard     context.Context // ends with the second signal
	command  *cobra.Command  // the one that runs
	log      *logbook
	logging  logOptions
	output   string
	mask     schema.Mask
	screen   *terminal.Screen
	waiting  terminal.Waiting
	traffic  traffic
	started  time.Time
	finished *finished // the run of this command, where it has one; nil before it is over
	expiries []reports.CredentialExpiry
	reached  string // the base URL of the target, where the command has one
}

func run(ctx, hard context.Context, args []string, p process) int {
	p.stdin = untilSignal{ctx, p.stdin}
	a := &app{process: p, hard: hard, started: p.now()}
	a.screen = terminal.NewScreen(p.stderr, p.columns)
	root := a.root()
	if len(args) > 0 && slices.Contains([]string{"completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd}, args[0]) {
		a.addSuggestions(root) // cobra keeps them for as long as the process lives
	}
	root.SetArgs(args)
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	cmd, err := root.ExecuteContextC(ctx)
	err = afterSignal(ctx, err)
	a.complain(err)
	code, _ := codeOf(err)
	if failed := a.meter(cmd, code); failed != nil {
		if err == nil || failed.Error() != err.Error() { // a file that is not ours was refused at once
			a.complain(failed)
		}
		return cmp.Or(code, exitError)
	}
	return code
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "gijbulk",
		Short: "Bring a Jira with Git Integration for Jira to the state of a manifest",
		Long: `gijbulk takes a manifest (CSV, TSV, YAML, JSON, JSON Lines) of git integrations
and repositories, and brings a Jira with Git Integration for Jira (self-managed)
to that state: it checks every record before it sends anything, sends each once,
verifies the result and reports on all of them.

Every flag has a variable: --dry-run is GIJBULK_DRY_RUN. No flag holds a secret:
Jira's come from JIRA_TOKEN, JIRA_USER and JIRA_PASSWORD or --token-file, those
of the manifest from references such as env:NAME and file:PATH.`,
		Example: `  gijbulk validate integrations.csv
  gijbulk import integrations.csv --sandbox --yes
  gijbulk import integrations.csv --jira https://jira.example.org --dry-run`,
		SilenceErrors:     true,
		SilenceUsage:      true,
		PersistentPreRunE: a.prepare,
		Args:              cobra.ArbitraryArgs,
		RunE:              a.runGroup,
	}
	flags := root.PersistentFlags()
	flags.VarP(newChoice(&a.output, outputText, outputJSON), "output", "o", "text or json (one object per line, on standard output)")
	flags.StringVar(&a.logging.level, "log-level", "info", "trace, debug, info, warn or error")
	flags.StringVar(&a.logging.format, "log-format", "console", "console or json")
	flags.BoolVar(&a.logging.quiet, "quiet", false, "only errors and the summary on standard error")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if words := cmd.Flags().Args(); len(words) > 0 && !cmd.HasParent() { // its flags are not to blame
			return unknownCommand(cmd, words[0])
		}
		return usage("%w", plainly(err)).hinted("%s --help lists the flags", cmd.CommandPath())
	})
	root.AddCommand(
		a.importCommand(),
		a.syncCommand(),
		a.auditCommand(),
		a.planCommand(),
		a.applyCommand(),
		a.validateCommand(),
		a.preflightCommand(),
		a.convertCommand(),
		a.exportCommand(),
		a.listCommand(),
		a.reindexCommand(),
		a.runsCommand(),
		a.resumeCommand(),
		a.undoCommand(),
		a.reportCommand(),
		a.checkCommand(),
		a.schemaCommand(),
		a.sandboxCommand(),
		a.versionCommand(),
	)
	root.AddCommand(helpTopics()...)
	root.SetUsageFunc(usageOf)
	root.Version = thisBuild().String()
	root.SetVersionTemplate("{{.Version}}\n")
	a.addCompletion(root)
	return root
}

// runGroup is reached without a command, or with one that does not exist.
func (a *app) runGroup(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	return unknownCommand(cmd, args[0])
}

// unknownCommand is the error of a word that is none of the commands below cmd.
func unknownCommand(cmd *cobra.Command, word string) error {
	fail := usage("unknown command %q", word)
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	fail.hint = cmd.CommandPath() + " --help lists the commands"
	if near := schema.Nearest(word, names); near != "" {
		fail.hint = "did you mean " + cmd.CommandPath() + " " + near + "?"
	}
	if hint := hintOfName(word); hint != "" && !cmd.HasParent() {
		fail.hint = hint
	}
	return fail
}

func (a *app) prepare(cmd *cobra.Command, _ []string) error {
	a.command = cmd
	if cmd.Name() == cobra.ShellCompRequestCmd {
		complete.PlainUsages(cmd.Root())
		return nil // a shell asks: whatever is wrong is told when the command runs
	}
	if err := firstError(fromEnvironment(cmd, a.lookupEnv), shardFromEnvironment(cmd, a.lookupEnv), a.checkMetrics(cmd)); err != nil {
		return err
	}
	var environ []string
	if a.environ != nil {
		environ = a.environ()
	}
	unknown, err := unknownVariables(cmd, environ)
	if err != nil {
		return err
	}
	if a.log, err = newLogbook(a.screen, a.logging, a.coloured(), func() schema.Mask { return a.mask }); err != nil {
		return err
	}
	if a.standardLog != nil {
		a.standardLog(libraryLog{a.log})
	}
	for _, name := range unknown {
		a.log.debug("unknown environment variable", "name", name)
	}
	return nil
}

func (a *app) coloured() bool { return a.page(a.stderrIsTerminal).Coloured }

// page is how texts are laid out for a stream, which may be a terminal
// (https://no-color.org says what colours need).
func (a *app) page(terminal bool) reports.Page {
	page := reports.Page{Flags: flags()}
	if terminal {
		page.Columns, page.Coloured, page.Folded = a.columns(), a.env("NO_COLOR") == "" && a.env("TERM") != "dumb", true
	}
	return page
}

func (a *app) env(name string) string { v, _ := a.lookupEnv(name); return v }

// given reports whether a flag was given, on the command line or by its variable.
func (a *app) given(flag string) bool { return a.command.Flags().Changed(flag) }

func (a *app) json() bool { return a.output == outputJSON }

func needFiles(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usage("no manifest given").hinted("%s FILE; - is standard input", cmd.CommandPath())
	}
	for i, name := range args {
		if err := needFile(name, args[:i]); err != nil {
			return err
		}
	}
	return nil
}

// needFile refuses what is no file, or one that was given before.
func needFile(name string, before []string) error {
	switch {
	case strings.Contains(name, "://"):
		return usage("%s is a URL, not a file", name).hinted("download it first, or write it to standard input, which is -")
	case slices.ContainsFunc(before, func(other string) bool { return sameFile(name, other) }):
		return usage("%s is given twice", name)
	}
	return nil
}

func sameFile(a, b string) bool {
	if a == b {
		return true
	}
	one, err := os.Stat(a)
	other, err2 := os.Stat(b)
	return errors.Join(err, err2) == nil && os.SameFile(one, other)
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("%s takes no arguments, and got %q", cmd.CommandPath(), args[0])
	}
	return nil
}
