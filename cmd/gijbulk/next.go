package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/pflag"

	"gijbulk/reports"
	"gijbulk/schema"
)

// printNext says what to do about what did not go well. Commands are never broken into
// lines: they are there to be copied.
func (w *workspace) printNext(run schema.Run, results []schema.Result, trouble error) error {
	return w.printSteps(w.nextSteps(run, results, trouble))
}

func (a *app) printSteps(steps []string) error {
	label := "next:"
	if a.coloured() {
		label = ansi.NewStyle().Bold().ForegroundColor(ansi.Cyan).Styled(label)
	}
	for _, step := range steps {
		if _, err := fmt.Fprintf(a.screen, "%s %s\n", label, a.mask.Hide(step)); err != nil {
			return err
		}
	}
	return nil
}

func (w *workspace) nextSteps(run schema.Run, results []schema.Result, trouble error) []string {
	var steps []string
	failed, fixable, open, twice := false, false, false, false
	for _, r := range results {
		switch r.Status {
		case schema.StatusConflict:
			twice = twice || r.Action.Op == schema.OpCreate
		case schema.StatusFailed:
			failed, fixable = true, fixable || !r.Temporary
		case schema.StatusUnknown, schema.StatusUnprocessed:
			open = true
		}
	}
	if fixable && run.Command != "undo" {
		words := []string{"gijbulk", w.commandOfRecords(run), quoteWord(filepath.Join(w.reportDir(run), reports.Failed.FileName()))}
		steps = append(steps, "fix "+reports.Failed.FileName()+", then run: "+w.commandLine(words, forFixed))
		failed = false
	}
	if twice && !w.removeDuplicates {
		steps = append(steps, "with --remove-duplicates a run deletes what it makes more than once, where all of it is equal")
	}
	if run.Resume != "" {
		return append(steps, "continue where the run stopped: "+run.Resume)
	}
	if isRestored(trouble) && w.command.Name() == "resume" {
		return steps // it would end in the same way
	}
	if run.Command == "apply" && (failed || trouble != nil || open) {
		return append(steps, "make a plan of what is left, with the same options: "+planAgain(run.Files))
	}
	if failed || trouble != nil || open {
		words := strings.Fields(w.command.CommandPath())
		for _, arg := range w.command.Flags().Args() {
			words = append(words, quoteWord(arg))
		}
		steps = append(steps, "run the same command again; what is done already is left alone: "+w.commandLine(words, forSame))
	}
	return steps
}

// commandOfRecords is the command that brings records to the server as the run did.
func (w *workspace) commandOfRecords(run schema.Run) string {
	switch {
	case run.Command != "apply":
		return run.Command
	case w.update:
		return "sync"
	}
	return "import"
}

// targetFlags are those that say which server is meant, and how it is reached.
var targetFlags = []string{"config", "token-file", "ca-file", "client-cert", "sandbox-data", "state"}

// forResumed: all other flags of the run are kept with it.
func forResumed(flag string) bool { return slices.Contains(targetFlags, flag) }

// forApplied: the plan has its other options.
func forApplied(flag string) bool { return forResumed(flag) || flag == "probe" || flag == "host-map" }

// forFixed: how records are read and sent, and not which; with --prune, what is not in
// a table of failures would be deleted.
func forFixed(flag string) bool {
	return slices.Contains(targetFlags, flag) || slices.Contains([]string{"encoding", "set", "set-name", "default", "allow-commands", "allow-dropped-types", "no-plain-secrets", "skip-invalid", "rate", "concurrency", "resend-secrets"}, flag)
}

// resuming is the command that continues a run that was interrupted.
func (w *workspace) resuming(run schema.Run) string {
	return w.commandLine([]string{"gijbulk", "resume", run.ID}, forResumed)
}

// again is the command line that repeats the run for some of its records, or "": a command that carries out what was
// decided before has no records of its own.
func (w *workspace) again(run schema.Run) string {
	if w.command.Name() != run.Command || !slices.Contains([]string{"import", "sync", "audit", "plan"}, run.Command) {
		return ""
	}
	return w.commandLine([]string{"gijbulk", run.Command}, forSome)
}

// forSome: how records are read, compared and sent. With --prune, what is not selected would be deleted.
func forSome(flag string) bool {
	for _, group := range flagGroups() {
		if (group.title == "Selection" || group.title == "Reports" && flag != "indexing") && slices.Contains(group.flags, flag) {
			return false
		}
	}
	return !slices.Contains([]string{"prune", "delete-files", "expect-plan", "yes", "force", "max-delete", "max-update", "max-lost", "canary", "wave-size", "wave-failures",
		"max-failures", "max-duration", "full", "out", "output", "quiet", "log-level", "log-format"}, flag)
}

// forSame: the plan that was expected is no longer the plan.
func forSame(flag string) bool { return flag != "expect-plan" }

func (w *workspace) commandLine(words []string, takes func(flag string) bool) string {
	words = append(words, w.targetWords()...)
	w.command.Flags().Visit(func(f *pflag.Flag) {
		if !slices.Contains([]string{"jira", "sandbox", targetFlag, claimFlag}, f.Name) && !w.configured(f.Name) && takes(f.Name) {
			words = append(words, flagWords(f)...)
		}
	})
	return strings.Join(words, " ")
}

func (w *workspace) targetWords() []string {
	if w.profile != nil {
		return []string{"--" + targetFlag, w.profile.Name}
	}
	if !w.target.sandbox {
		return []string{"--jira", quoteWord(w.target.client.BaseURL())}
	}
	if faults := w.settings.target.sandboxFaults; faults != noFaults && faults != "" {
		return []string{"--sandbox=" + quoteWord(faults)}
	}
	return []string{"--sandbox"}
}

func flagWords(f *pflag.Flag) []string {
	values := []string{f.Value.String()}
	if list, ok := f.Value.(pflag.SliceValue); ok {
		values = list.GetSlice()
	}
	var words []string
	for _, v := range values {
		if f.NoOptDefVal == v {
			words = append(words, "--"+f.Name)
			continue
		}
		words = append(words, "--"+f.Name+"="+quoteWord(v))
	}
	return words
}

func quoteWord(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
