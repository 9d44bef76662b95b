package commandline

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestWords(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want []string
	}{
		{"pass show jira/bitbucket", []string{"pass", "show", "jira/bitbucket"}},
		{" \top\n read  op://x ", []string{"op", "read", "op://x"}},
		{`a 'b c' "d e"`, []string{"a", "b c", "d e"}},
		{`a '' "" b`, []string{"a", "", "", "b"}},
		{`a'b'"c"d`, []string{"abcd"}},
		{`a\ b \'c\" \\`, []string{"a b", `'c"`, `\`}},
		{`x '\n"$A'`, []string{"x", `\n"$A`}},
		{"x \"\\\"\\\\\\$\\`\\n'\"", []string{"x", "\"\\$`\\n'"}},
		{`x $HOME *.txt a|b ; # ~`, []string{"x", "$HOME", "*.txt", "a|b", ";", "#", "~"}},
		{"x é€", []string{"x", "é€"}},
		{`a 'b`, nil},
		{`a "b`, nil},
		{`a "b\"`, nil},
		{`a b\`, nil},
		{`a "b\`, nil},
		{"  ", nil},
		{"", nil},
		{`"" x`, nil},
	} {
		got, err := Words(tt.in)
		if (err == nil) != (tt.want != nil) {
			t.Errorf("%q: %v", tt.in, err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%q:\n%s", tt.in, diff)
		}
	}
}

// What is split and quoted again splits into the same words.
func FuzzWords(f *testing.F) {
	for _, s := range []string{"a b", `a 'b "c' "d\"e" f\ g`, `'' ""`, "a\\", "\xff 'é"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		words, err := Words(line)
		if err != nil {
			return
		}
		again, err := Words(quoted(words))
		if err != nil || !slices.Equal(words, again) {
			t.Errorf("%q, quoted again, gives %q (%v)", words, again, err)
		}
	})
}

// quoted writes words as a command line.
func quoted(words []string) string {
	var b strings.Builder
	for _, word := range words {
		b.WriteString("'" + strings.ReplaceAll(word, "'", `'\''`) + "' ")
	}
	return b.String()
}
