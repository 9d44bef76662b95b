package complete

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gijbulk/schema"
)

const (
	noFiles = cobra.ShellCompDirectiveNoFileComp
	inOrder = noFiles | cobra.ShellCompDirectiveKeepOrder
	noSpace = noFiles | cobra.ShellCompDirectiveNoSpace
)

// nothing is for values that only the user knows: without it, shells suggest files.
func nothing(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, noFiles
}

func files(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

func directories(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

func oneOf(values ...string) cobra.CompletionFunc { return cobra.FixedCompletions(values, inOrder) }

// someOf are separated by commas, each once.
func someOf(values []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		before, _ := lastItem(typed)
		chosen := strings.Split(before, ",")
		var found []cobra.Completion
		for _, v := range values {
			if name, _, _ := strings.Cut(v, "\t"); !slices.Contains(chosen, name) {
				found = append(found, before+v)
			}
		}
		return found, inOrder
	}
}

func lastItem(list string) (before, last string) {
	i := strings.LastIndexByte(list, ',') + 1
	return list[:i], list[i:]
}

// untilEquals suggests what may be followed by = and a value, but no value.
func untilEquals(values []string, directive cobra.ShellCompDirective) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if strings.Contains(typed, "=") {
			return nil, noFiles
		}
		return values, directive
	}
}

// names suggests NAME= for NAME=VALUE.
func names(values []string) cobra.CompletionFunc {
	return untilEquals(withEquals("", values), noSpace|cobra.ShellCompDirectiveKeepOrder)
}

// settings are names with values, separated by commas.
func settings(values []string) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		before, last := lastItem(typed)
		return untilEquals(withEquals(before, values), noSpace)(cmd, args, last)
	}
}

func withEquals(prefix string, values []string) []cobra.Completion {
	found := make([]cobra.Completion, len(values))
	for i, v := range values {
		name, description, _ := strings.Cut(v, "\t")
		found[i] = cobra.CompletionWithDesc(prefix+name+"=", description)
	}
	return found
}

// assignments suggests the fields of FIELD=VALUE, and then the values of that field.
func assignments(fields []string) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		name, _, valueBegun := strings.Cut(typed, "=")
		f, known := schema.FieldTitled(name)
		if !valueBegun || !known {
			return names(fields)(cmd, args, typed)
		}
		values, directive := valuesOf(f)
		return prefixed(name+"=", values), directive
	}
}

func prefixed(prefix string, values []string) []cobra.Completion {
	var found []cobra.Completion
	for _, v := range values {
		found = append(found, prefix+v)
	}
	return found
}

func valuesOf(f schema.Field) ([]string, cobra.ShellCompDirective) {
	switch {
	case f == schema.FieldType:
		return types(), noFiles
	case f == schema.FieldKind:
		return []string{string(schema.KindIntegration), string(schema.KindRepository)}, noFiles
	case f == schema.FieldAwsRegion:
		return schema.Regions(), noFiles
	case f.Shape() == schema.ShapeBool:
		return []string{"true", "false"}, noFiles
	case f.Shape() == schema.ShapeSecret:
		return []string{"env:", "file:", "keyring:", "cmd:"}, noSpace
	}
	return nil, noFiles
}

// hostTypes suggests the type of HOST=TYPE.
func hostTypes(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	host, _, typeBegun := strings.Cut(typed, "=")
	if !typeBegun {
		return nil, noFiles
	}
	return prefixed(host+"=", types()), noFiles
}

func types() []string {
	var all []string
	for _, t := range schema.Types() {
		all = append(all, string(t))
	}
	return all
}

func fields() []string {
	var all []string
	for _, f := range schema.Fields() {
		all = append(all, cobra.CompletionWithDesc(f.String(), f.About()))
	}
	return all
}

func codes() []string {
	all := []string{"list\tall codes"}
	for _, e := range schema.Explanations() {
		all = append(all, cobra.CompletionWithDesc(string(e.Code), e.Title))
	}
	return all
}
