package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"gijbulk/importer/convert"
	"gijbulk/importer/sandbox"
	"gijbulk/schema"
)

// A value that is offered may be followed by a tab and what it means.

// nothing is offered where only the user knows: no files either.
func nothing(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// files leaves it to the shell.
func files(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// folders leaves it to the shell as well.
func folders(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// words offers one of these.
func words(values ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp|cobra.ShellCompDirectiveKeepOrder)
}

// list offers several of these, separated by commas, each once.
func list(values []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		before := typed[:strings.LastIndexByte(typed, ',')+1]
		chosen := strings.Split(before, ",")
		var found []cobra.Completion
		for _, v := range values {
			if !slices.Contains(chosen, bare(v)) {
				found = append(found, before+v)
			}
		}
		return found, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	}
}

// bare is a value without what it means.
func bare(value string) string {
	value, _, _ = strings.Cut(value, "\t")
	return value
}

// names offers what stands before =, and nothing after it.
func names(values []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if strings.Contains(typed, "=") {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return beforeEquals("", values), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveKeepOrder
	}
}

// beforeEquals puts = after each value.
func beforeEquals(prefix string, values []string) []cobra.Completion {
	found := make([]cobra.Completion, len(values))
	for i, v := range values {
		name, about, _ := strings.Cut(v, "\t")
		found[i] = cobra.CompletionWithDesc(prefix+name+"=", about)
	}
	return found
}

// assignments offers FIELD=VALUE: the fields, and then the values that a field can have.
func assignments(fields []string) cobra.CompletionFunc {
	before := names(fields)
	return func(cmd *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		name, _, after := strings.Cut(typed, "=")
		f, known := schema.FieldTitled(name)
		if !after || !known {
			return before(cmd, args, typed)
		}
		var found []cobra.Completion
		values, directive := valuesOf(f)
		for _, v := range values {
			found = append(found, name+"="+v)
		}
		return found, directive
	}
}

// valuesOf are the values that a field can have, as far as they can be listed.
func valuesOf(f schema.Field) ([]string, cobra.ShellCompDirective) {
	switch {
	case f == schema.FieldType:
		return typeNames(), cobra.ShellCompDirectiveNoFileComp
	case f == schema.FieldKind:
		return []string{string(schema.KindIntegration), string(schema.KindRepository)}, cobra.ShellCompDirectiveNoFileComp
	case f == schema.FieldAwsRegion:
		return schema.Regions(), cobra.ShellCompDirectiveNoFileComp
	case f.Shape() == schema.ShapeBool:
		return []string{"true", "false"}, cobra.ShellCompDirectiveNoFileComp
	case f.Shape() == schema.ShapeSecret:
		return []string{"env:", "file:", "keyring:", "cmd:"}, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
	return nil, cobra.ShellCompDirectiveNoFileComp
}

// faults offers the names of the sandbox's faults and settings, separated by commas.
func faults(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	before := typed[:strings.LastIndexByte(typed, ',')+1]
	if strings.Contains(typed[len(before):], "=") {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return beforeEquals(before, sandbox.FaultNames()), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// hostTypes offers what stands after the = of HOST=TYPE.
func hostTypes(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	host, _, after := strings.Cut(typed, "=")
	if !after {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	found := typeNames()
	for i, t := range found {
		found[i] = host + "=" + t
	}
	return found, cobra.ShellCompDirectiveNoFileComp
}

// reportFormats offers the formats of --report, after which =PATH may follow.
func reportFormats(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
	if strings.Contains(typed, "=") {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return formatNames(), cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

func typeNames() []string {
	var all []string
	for _, t := range schema.Types() {
		all = append(all, string(t))
	}
	return all
}

func typesAndRepository() []string {
	return append(typeNames(), string(schema.KindRepository)+"\tplain repositories, which have no type")
}

func fieldNames() []string {
	var all []string
	for _, f := range schema.Fields() {
		all = append(all, cobra.CompletionWithDesc(f.String(), f.About()))
	}
	return all
}

func explainedCodes() []string {
	all := []string{"list\tall codes"}
	for _, e := range schema.Explanations() {
		all = append(all, cobra.CompletionWithDesc(string(e.Code), e.Title))
	}
	return all
}

func explainedTools() []string {
	all := []string{convert.Auto + "\trecognise it", "list\ttell the tools"}
	for _, t := range convert.Tools() {
		all = append(all, cobra.CompletionWithDesc(t.Name, t.About))
	}
	return all
}
