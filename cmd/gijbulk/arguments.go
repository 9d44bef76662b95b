package main

import (
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

func noManifest(cmd *cobra.Command) error {
	return usage("no manifest given").hinted("%s FILE; - is standard input", cmd.CommandPath())
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
