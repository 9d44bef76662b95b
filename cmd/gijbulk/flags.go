package main

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gijbulk/schema"
)

// fromEnvironment gives every flag that was not on the command line the value of its
// variable: --dry-run is GIJBULK_DRY_RUN. With a target, those of the connection are ignored.
func (a *app) fromEnvironment(cmd *cobra.Command) error {
	ignored := []string{"help", "version"}
	if a.setting(cmd, targetFlag) != "" {
		ignored = append(ignored, connectionFlags()...)
	}
	var bad error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := variable(f.Name)
		value := a.env(name)
		if f.Changed || value == "" || slices.Contains(ignored, f.Name) || bad != nil {
			return
		}
		a.sources[f.Name] = flagSource{name: name}
		if err := cmd.Flags().Set(f.Name, value); err != nil {
			bad = usage("invalid value in %s (--%s): %w", name, f.Name, plainly(err))
		}
	})
	return bad
}

// unknownVariables finds the variables GIJBULK_… that belong to no flag of any command: one
// that is a misspelt flag of this command is an error, and the others are given, for the log.
// Manifests may refer to variables of such names.
func unknownVariables(cmd *cobra.Command, environ []string) (unknown []string, err error) {
	var known []string
	for _, line := range environ {
		name, value, _ := strings.Cut(line, "=")
		rest, ours := strings.CutPrefix(strings.ToUpper(name), strings.TrimSuffix(variablePrefix, "_"))
		if !ours || value == "" {
			continue
		}
		if known == nil {
			known = variablesOf(cmd.Root())
		}
		if slices.Contains(known, name) || runtime.GOOS == "windows" && slices.Contains(known, strings.ToUpper(name)) {
			continue
		}
		if near := schema.Misspelt(rest, flagsOf(cmd)); near != "" {
			return nil, usage("unknown environment variable %s", name).hinted("did you mean %s?", variable(near))
		}
		unknown = append(unknown, name)
	}
	return unknown, nil
}

func variablesOf(root *cobra.Command) []string {
	names := []string{envShards, envStateKey}
	for commands := []*cobra.Command{root}; len(commands) > 0; commands = commands[1:] {
		for _, flag := range flagsOf(commands[0]) {
			names = append(names, variable(flag))
		}
		commands = append(commands, commands[0].Commands()...)
	}
	return names
}

func flagsOf(cmd *cobra.Command) []string {
	var names []string
	for _, flags := range []*pflag.FlagSet{cmd.Flags(), cmd.InheritedFlags()} {
		flags.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	}
	return names
}

// plainly puts the error of a flag that takes several numbers into words: pflag passes on
// those of Go's parser.
func plainly(err error) error {
	bad, is := errors.AsType[*pflag.InvalidValueError](err)
	if number, parsed := errors.AsType[*strconv.NumError](err); is && parsed {
		return fmt.Errorf("invalid argument %q for \"--%s\" flag: %q is not a whole number", bad.GetValue(), bad.GetFlag().Name, number.Num)
	}
	return err
}

const variablePrefix = "GIJBULK_"

// envStateKey belongs to no flag.
const envStateKey = variablePrefix + "STATE_KEY"

func variable(flag string) string {
	return variablePrefix + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}
