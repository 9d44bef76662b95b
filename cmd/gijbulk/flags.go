package main

import (
	"errors"
	"fmt"
	"strconv"
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
			bad = usage("%s does not fit --%s: %w", name, f.Name, plainly(err))
		}
	})
	return bad
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

func variable(flag string) string {
	return "GIJBULK_" + strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))
}
