package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"gijbulk/schema"
)

// fieldsTopic is the help topic that takes a field.
const fieldsTopic = "fields"

func (a *app) addFieldHelp(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	help, _, _ := root.Find([]string{"help"})
	show, complete := help.Run, help.ValidArgsFunction
	help.RunE = func(cmd *cobra.Command, args []string) error {
		if len(args) == 2 && args[0] == fieldsTopic {
			return a.explainField(args[1])
		}
		show(cmd, args)
		return nil
	}
	help.ValidArgsFunction = func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) != 1 || args[0] != fieldsTopic {
			return complete(cmd, args, typed)
		}
		var names []cobra.Completion
		for _, f := range schema.Fields() {
			names = append(names, cobra.CompletionWithDesc(f.String(), f.About()))
		}
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

func (a *app) explainField(name string) error {
	f, known := schema.FieldTitled(name)
	if !known {
		fail := usage("unknown field %q", name).hinted("gijbulk help fields lists them")
		if near := schema.NearestField(name); near != "" {
			fail.hint = "did you mean gijbulk help fields " + near + "?"
		}
		return fail
	}
	_, err := fmt.Fprint(a.stdout, fieldText(f))
	return err
}

func fieldText(f schema.Field) string {
	var b strings.Builder
	fact := func(name, text string) {
		if text != "" {
			fmt.Fprintf(&b, "%-9s%s\n", name, indented(text, 9))
		}
	}
	fmt.Fprintf(&b, "%s\n\n", indented(f.String()+": "+f.About(), 0))
	fact("Value:", f.Values())
	if f.Hidden() {
		fact("", schema.CodePlainSecret.Explanation().Advice)
	}
	fact("One of:", strings.Join(f.Choices(), ", "))
	fact("For:", strings.Join(pluralsOf(f.Kinds()), ", "))
	takes := typesThat(func(t schema.Type) bool { return t.Takes(f) })
	if len(takes) < len(schema.Types()) {
		fact("Types:", strings.Join(takes, ", "))
	}
	fact("Needed:", neededText(f))
	fact("Default:", defaultText(f))
	source := "gijbulk's own; never sent to the server"
	if pages := f.Sources(); len(pages) > 0 {
		source = "the vendor's pages: " + strings.Join(pages, ", ")
	}
	fact("Source:", source)
	return b.String()
}

func neededText(f schema.Field) string {
	var needing []string
	for _, k := range f.Kinds() {
		if k.Needs(f) {
			needing = append(needing, k.Plural())
		}
	}
	if !schema.KindIntegration.Needs(f) {
		needing = append(needing, typesThat(func(t schema.Type) bool { return t.Needs(f) })...)
	}
	if len(needing) == 0 {
		return ""
	}
	return "to create " + strings.Join(needing, ", ")
}

func defaultText(f schema.Field) string {
	var origins []string
	for _, t := range schema.Types() {
		if origin := t.DefaultOrigin(); f == schema.FieldOrigin && origin != "" {
			origins = append(origins, string(t)+": "+origin)
		}
	}
	switch {
	case origins != nil:
		return strings.Join(origins, ", ")
	case f.Tool():
		return f.Default()
	}
	return cmp.Or(f.Default(), "not documented: what is absent is left to the server")
}

func typesThat(is func(schema.Type) bool) []string {
	var names []string
	for _, t := range schema.Types() {
		if is(t) {
			names = append(names, string(t))
		}
	}
	return names
}

func pluralsOf(kinds []schema.Kind) []string {
	var names []string
	for _, k := range kinds {
		names = append(names, k.Plural())
	}
	return names
}

func fieldsHelp() string {
	width := 0
	for _, f := range schema.Fields() {
		width = max(width, len(f.String()))
	}
	var b strings.Builder
	b.WriteString("The fields of a record. gijbulk help fields FIELD shows the rule, the types, the\ndefault and the source of one.\n\n")
	for _, f := range schema.Fields() {
		fmt.Fprintf(&b, "  %-*s  %s\n", width, f, indented(f.About(), width+4))
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// indented breaks a text between words so that it fits a help text, with its further lines below the
// first.
func indented(text string, margin int) string {
	return strings.ReplaceAll(ansi.Wordwrap(text, helpColumns-margin, ""), "\n", "\n"+strings.Repeat(" ", margin))
}
