package main

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gijbulk/cmd/gijbulk/complete"
	"gijbulk/cmd/gijbulk/terminal"
	"gijbulk/schema"
)

func run(ctx, hard context.Context, args []string, p process) int {
	p.stdin = untilSignal{ctx, p.stdin}
	return newApp(hard, p).execute(ctx, args)
}

func newApp(hard context.Context, p process) *app {
	return &app{process: p, hard: hard, started: p.now(), sources: make(map[string]flagSource), screen: terminal.NewScreen(p.stderr, p.columns)}
}

func (a *app) execute(ctx context.Context, args []string) int {
	a.args = args
	root := a.root()
	if len(args) > 0 && slices.Contains([]string{"completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd}, args[0]) {
		a.addSuggestions(root) // cobra keeps them for as long as the process lives
	}
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	cmd, err := root.ExecuteContextC(ctx)
	err = afterSignal(ctx, err)
	a.failed = err
	a.startLogOfError(args)
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
	flags.String(configFlag, "", "`FILE` that names the targets (default $XDG_CONFIG_HOME/gijbulk/gijbulk.yaml, else /etc/gijbulk/gijbulk.yaml)")
	flags.Bool(explainFlag, false, "show the settings of the command, each with where it comes from, and stop")
	flags.StringVar(&a.logging.level, "log-level", "info", "trace, debug, info, warn or error")
	flags.StringVar(&a.logging.format, "log-format", "console", "console, or json: all of standard error is one object per line, with the id of the run")
	flags.BoolVar(&a.logging.quiet, "quiet", false, "print nothing if all went well, else errors and the summary")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if words := cmd.Flags().Args(); len(words) > 0 && !cmd.HasParent() { // its flags are not to blame
			return unknownCommand(cmd, words[0])
		}
		fail := usage("%w", plainly(err)).hinted("%s --help lists the flags", cmd.CommandPath())
		if near := nearestFlag(cmd, err); near != "" {
			fail.hint = "did you mean --" + near + "?"
		}
		return fail
	})
	root.AddCommand(
		a.onFleet(a.importCommand()),
		a.onFleet(a.syncCommand()),
		a.onFleet(a.auditCommand()),
		a.onFleet(a.planCommand()),
		a.applyCommand(),
		a.validateCommand(),
		a.onFleet(a.preflightCommand()),
		a.discoverCommand(),
		a.convertCommand(),
		a.exportCommand(),
		a.onFleet(a.listCommand()),
		a.reindexCommand(),
		a.runsCommand(),
		a.resumeCommand(),
		a.undoCommand(),
		a.reportCommand(),
		a.stateCommand(),
		a.onFleet(a.checkCommand()),
		a.schemaCommand(),
		a.sandboxCommand(),
		a.initCommand(),
		a.versionCommand(),
	)
	root.AddCommand(helpTopics()...)
	root.SetUsageFunc(usageOf)
	root.Version = thisBuild().String()
	root.SetVersionTemplate("{{.Version}}\n")
	a.addCompletion(root)
	a.addFieldHelp(root)
	return root
}

// runGroup is reached without a command, or with one that does not exist.
func (a *app) runGroup(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return cmd.Help()
	}
	return unknownCommand(cmd, args[0])
}

// nearestFlag is the flag that a misspelt one most likely meant; "" where it is another error, or none is near.
func nearestFlag(cmd *cobra.Command, err error) string {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok || unknown.GetSpecifiedShortnames() != "" {
		return ""
	}
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return schema.Nearest(unknown.GetSpecifiedName(), names)
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
	if err := a.completeFlags(cmd); err != nil {
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
	if err := a.startLog(); err != nil {
		return err
	}
	if a.standardLog != nil {
		a.standardLog(libraryLog{a.log})
	}
	for _, name := range unknown {
		a.log.debug("unknown environment variable", "name", name)
	}
	if cmd.Flags().Changed(explainFlag) {
		return a.explainConfig(cmd)
	}
	return nil
}

// startLog starts the log. Where it is for programs, so is all of standard error: nothing is asked
// there, and texts for people become lines of the log.
func (a *app) startLog() (err error) {
	mask := func() schema.Mask { return a.mask }
	if a.logging.format != logJSON {
		a.log, err = newLogbook(a.screen, a.logging, a.coloured(), mask)
		return err
	}
	if a.log, err = newLogbook(a.stderr, a.logging, false, mask); err != nil {
		return err
	}
	a.stdinIsTerminal, a.stderrIsTerminal = false, false
	a.screen = terminal.NewScreen(&textLog{log: a.log}, a.columns)
	a.stderr = a.screen
	return nil
}

// startLogOfError starts the log where a wrong command line has ended the command before that.
func (a *app) startLogOfError(args []string) {
	last := slices.Index(args, "--log-format") + 1
	asked := a.logging.format == logJSON || a.env(variable("log-format")) == logJSON || slices.Contains(args, "--log-format="+logJSON) ||
		last > 0 && last < len(args) && args[last] == logJSON
	if a.log == nil && asked {
		a.logging.format, a.logging.level = logJSON, "info"
		_ = a.startLog() // neither can be wrong
	}
}

// completeFlags gives flags that were not on the command line the values of the environment and of the
// configuration.
func (a *app) completeFlags(cmd *cobra.Command) error {
	if a.member != nil {
		if err := cmd.Flags().Set(targetFlag, a.member.target.Name); err != nil {
			return err
		}
	}
	if err := firstError(a.fromEnvironment(cmd), shardFromEnvironment(cmd, a.lookupEnv)); err != nil {
		return err
	}
	if a.member != nil {
		if err := a.member.takeReports(cmd); err != nil {
			return err
		}
	}
	return firstError(a.configure(cmd), a.checkMetrics(cmd))
}
