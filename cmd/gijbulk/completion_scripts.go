package main

import (
	"bytes"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// mending is what has to be changed in the generated script of a shell, for values that
// are lists or assignments; nil where that is nothing.
func mending(shell string) *strings.Replacer {
	switch shell {
	case "bash": // quotes the commas of what is offered, and then does not find in it what was typed
		return strings.NewReplacer(
			`[[ $comp == "$cur"* ]] || continue`, `comp=${comp//\\,/,}; [[ $comp == "$cur"* ]] || continue`,
			`__gijbulk_handle_special_char "$cur" :`, `COMPREPLY=("${COMPREPLY[@]//\\,/,}")`+"\n    "+`__gijbulk_handle_special_char "$cur" :`,
		)
	case "zsh": // in --set=type=G, what goes before the value ends with the first =
		return strings.NewReplacer(`'-.*='`, `'^-[^=]*='`)
	case "fish": // the same, and what is offered there is no option of fish's own
		return strings.NewReplacer(`'-.*='`, `'^-[^=]*='`, `string split --max 1 \t `, `string split --max 1 -- \t `)
	}
	return nil
}

// mendScripts changes what the commands write that make the completion scripts.
func mendScripts(root, completion *cobra.Command, stdout func() io.Writer) {
	for _, shell := range completion.Commands() {
		mending := mending(shell.Name())
		if mending == nil {
			continue
		}
		shell.RunE = func(cmd *cobra.Command, _ []string) error {
			bare, err := cmd.Flags().GetBool("no-descriptions")
			if err != nil {
				return err
			}
			var script bytes.Buffer
			if err := generate(root, cmd.Name(), !bare, &script); err != nil {
				return err
			}
			_, err = mending.WriteString(stdout(), script.String())
			return err
		}
	}
}

func generate(root *cobra.Command, shell string, described bool, w io.Writer) error {
	switch {
	case shell == "bash":
		return root.GenBashCompletionV2(w, described)
	case shell == "fish":
		return root.GenFishCompletion(w, described)
	case described:
		return root.GenZshCompletion(w)
	}
	return root.GenZshCompletionNoDesc(w)
}
