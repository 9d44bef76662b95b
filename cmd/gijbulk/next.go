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

// tellNext says what to do about what did not go well. Commands are never broken into
// lines: they are there to be copied.
func (j *job) tellNext(trouble error) error {
	label := "next:"
	if j.coloured() {
		label = ansi.NewStyle().Bold().ForegroundColor(ansi.Cyan).Styled(label)
	}
	for _, step := range j.nextSteps(trouble) {
		if _, err := fmt.Fprintf(j.screen, "%s %s\n", label, j.mask.Hide(step)); err != nil {
			return err
		}
	}
	return nil
}

// nextSteps are what to do about what did not go well, each with its command.
func (j *job) nextSteps(trouble error) []string {
	var steps []string
	failures := statuses(j.outcomes, schema.StatusFailed)
	failed := len(failures) > 0
	toMend := slices.ContainsFunc(failures, func(o schema.Outcome) bool { return !o.Passing })
	if toMend && j.run.Command != "undo" {
		words := []string{"gijbulk", j.run.Command, quoteWord(filepath.Join(j.reportDir(), reports.Failed.FileName()))}
		steps = append(steps, "mend "+reports.Failed.FileName()+" and run: "+j.commandLine(words, forMended))
		failed = false
	}
	if trouble != nil && j.state != nil {
		return append(steps, "go on where the run stopped: "+j.commandLine([]string{"gijbulk", "resume", j.run.ID}, forResumed))
	}
	if failed || trouble != nil || len(statuses(j.outcomes, schema.StatusUnknown, schema.StatusUnprocessed)) > 0 {
		words := strings.Fields(j.command.CommandPath())
		for _, arg := range j.command.Flags().Args() {
			words = append(words, quoteWord(arg))
		}
		steps = append(steps, "run the same command again; what is done already is left alone: "+j.commandLine(words, forSame))
	}
	return steps
}

// targetFlags are those that say which server is meant, and how it is reached.
var targetFlags = []string{"token-file", "ca-file", "client-cert", "sandbox-data", "state"}

// forResumed: all other flags of the run are kept with it.
func forResumed(flag string) bool { return slices.Contains(targetFlags, flag) }

// forMended: how records are read and sent, and not which; with --prune, what is not in
// a table of failures would be deleted.
func forMended(flag string) bool {
	return slices.Contains(targetFlags, flag) || slices.Contains([]string{"set", "default", "allow-commands", "no-plain-secrets", "rate", "concurrency", "resend-secrets"}, flag)
}

// forSame: the plan that was expected is no longer the plan.
func forSame(flag string) bool { return flag != "expect-plan" }

// commandLine adds to a command the target and those of the given flags that it takes.
func (j *job) commandLine(words []string, takes func(flag string) bool) string {
	words = append(words, j.targetWords()...)
	j.command.Flags().Visit(func(f *pflag.Flag) {
		if f.Name != "jira" && f.Name != "sandbox" && takes(f.Name) {
			words = append(words, flagWords(f)...)
		}
	})
	return strings.Join(words, " ")
}

func (j *job) targetWords() []string {
	if !j.target.sandbox {
		return []string{"--jira", quoteWord(j.target.client.BaseURL())}
	}
	if faults := j.options.target.sandboxFaults; faults != noFaults && faults != "" {
		return []string{"--sandbox=" + quoteWord(faults)}
	}
	return []string{"--sandbox"}
}

// flagWords writes a flag as it can be given again.
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

// quoteWord makes a word safe to paste into a shell.
func quoteWord(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
