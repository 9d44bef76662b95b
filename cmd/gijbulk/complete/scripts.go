package complete

import (
	"strings"

	"github.com/spf13/cobra"
)

// defects of the scripts that cobra 1.10 generates: they cannot complete values that are lists
// or assignments, as the testscript of completions shows where bash and fish are installed.
var defects = strings.NewReplacer(
	// bash: a comma in a suggestion is quoted, and what was typed is then not found in it.
	`[[ $comp == "$cur"* ]] || continue`, `comp=${comp//\\,/,}; [[ $comp == "$cur"* ]] || continue`,
	`__gijbulk_handle_special_char "$cur" :`, `COMPREPLY=("${COMPREPLY[@]//\\,/,}")`+"\n    "+`__gijbulk_handle_special_char "$cur" :`,
	// zsh and fish: in --set=type=G the last = is taken for the one before the value.
	`'-.*='`, `'^-[^=]*='`,
	// fish: a suggestion that begins with - is taken for an option of string.
	`string split --max 1 \t `, `string split --max 1 -- \t `,
)

// AddCommand adds cobra's command that writes completion scripts.
func AddCommand(root *cobra.Command) *cobra.Command {
	root.SetOut(scriptWriter{root}) // the command keeps it
	root.InitDefaultCompletionCmd()
	root.SetOut(nil)
	completion, _, _ := root.Find([]string{"completion"})
	return completion
}

// scriptWriter gets each script in one piece.
type scriptWriter struct{ root *cobra.Command }

func (w scriptWriter) Write(script []byte) (int, error) {
	_, err := defects.WriteString(w.root.OutOrStdout(), string(script))
	return len(script), err
}
