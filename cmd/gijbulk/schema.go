package main

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"gijbulk/schema"
)

// jsonSchemas are the documents that can be printed, the first where none is named.
var jsonSchemas = []struct {
	name, about string
	text        func() string
}{
	{"manifest", "a manifest in YAML or JSON", schema.ManifestSchema},
	{"report", "report.json", schema.ReportSchema},
	{"fleet", "report.json of a command that ran on several targets", schema.FleetSchema},
	{"plan", "plan.json", schema.PlanSchema},
	{"config", "gijbulk.yaml", schema.ConfigSchema},
}

func (a *app) schemaCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "schema [manifest|report|fleet|plan|config]",
		Short: "Print the JSON Schema of a manifest, report or other file",
		Long: `Print the JSON Schema (draft 2020-12) of the manifest, of report.json (of one
run, or of a fleet: of several targets), of plan.json or of gijbulk.yaml.
Editors complete and check manifests and configurations with it: save it next to
them, and name it in the first line of a YAML file,

  # yaml-language-server: $schema=manifest.schema.json

or in a JSON file under the key "$schema". The schema accepts what validate
accepts; validate also finds what a schema cannot express, such as duplicates,
wrong expressions, and errors that come from the defaults.`,
		Example: `  gijbulk schema > manifest.schema.json
  gijbulk schema report > report.schema.json
  gijbulk schema plan > plan.schema.json
  gijbulk schema config > config.schema.json`,
		Args: cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			text, err := schemaNamed(args)
			if err != nil {
				return err
			}
			_, err = io.WriteString(a.stdout, text)
			return err
		},
	}
}

func schemaNamed(args []string) (string, error) {
	if len(args) == 0 {
		return jsonSchemas[0].text(), nil
	}
	if len(args) > 1 {
		return "", usage("gijbulk schema takes one name, and got %q too", args[1])
	}
	var names []string
	for _, s := range jsonSchemas {
		if s.name == args[0] {
			return s.text(), nil
		}
		names = append(names, s.name)
	}
	fail := usage("unknown schema %q", args[0]).hinted("there are %s", strings.Join(names, ", "))
	if near := schema.Nearest(args[0], names); near != "" {
		fail.hint = "did you mean gijbulk schema " + near + "?"
	}
	return "", fail
}

func schemaNames() []string {
	var all []string
	for _, s := range jsonSchemas {
		all = append(all, cobra.CompletionWithDesc(s.name, s.about))
	}
	return all
}
