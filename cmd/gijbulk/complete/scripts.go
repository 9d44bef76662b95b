package complete

import (
	"bytes"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// patches are the changes to the scripts that cobra generates, which cannot complete values
// that are lists or assignments.
var patches = map[string]*strings.Replacer{
	// Quotes the commas of the suggestions, and then does not find what was typed in them.
	"bash": strings.NewReplacer(
		`[[ $comp == "$cur"* ]] || continue`, `comp=${comp//\\,/,}; [[ $comp == "$cur"* ]] || continue`,
		`__gijbulk_handle_special_char "$cur" :`, `COMPREPLY=("${COMPREPLY[@]//\\,/,}")`+"\n    "+`__gijbulk_handle_special_char "$cur" :`,
	),
	// In --set=type=G, takes the last = for the one before the value.
	"zsh": strings.NewReplacer(`'-.*='`, `'^-[^=]*='`),
	// The same, and takes suggestions that begin with - for options of its own commands.
	"fish": strings.NewReplacer(`'-.*='`, `'^-[^=]*='`, `string split --max 1 \t `, `string split --max 1 -- \t `),
}

func patchScripts(root *cobra.Command) {
	completion, _, _ := root.Find([]string{"completion"})
	for _, shell := range completion.Commands() {
		patch := patches[shell.Name()]
		if patch == nil {
			continue
		}
		shell.RunE = func(cmd *cobra.Command, _ []string) error {
			plain, err := cmd.Flags().GetBool("no-descriptions")
			if err != nil {
				return err
			}
			var script bytes.Buffer
			if err := generate(root, cmd.Name(), !plain, &script); err != nil {
				return err
			}
			_, err = patch.WriteString(root.OutOrStdout(), script.String())
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
