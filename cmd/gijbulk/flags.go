package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// fromEnvironment gives every flag that was not on the command line the value of its
// variable: --dry-run is GIJBULK_DRY_RUN.
func fromEnvironment(cmd *cobra.Command, lookup func(string) (string, bool)) error {
	var bad error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		name := variable(f.Name)
		value, set := lookup(name)
		if f.Changed || !set || value == "" || f.Name == "help" || bad != nil {
			return
		}
		if err := cmd.Flags().Set(f.Name, value); err != nil {
			bad = usage("%s does not fit --%s: %w", name, f.Name, err)
		}
	})
	return bad
}

func variable(flag string) string {
	return "GIJBULK_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}
