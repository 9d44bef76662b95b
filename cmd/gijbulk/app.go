package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"gijbulk/cmd/gijbulk/config"
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

	configPath string                // of the configuration that was read, or ""
	profile    *config.Target        // that --target names; nil: none, or several
	sources    map[string]flagSource // of flags that were not on the command line

	fleet   []config.Target // that --target names, where it may name several
	members []*member       // of the fleet, as far as they have been started
	member  *member         // of a fleet that this is; nil: the command line itself
	args    []string        // of the command line

	reportedElsewhere bool // another process of the fleet reports on it

	failed    error  // that the command ended with
	complaint string // likewise, for people
	answer    string // what it found, in a few words
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
