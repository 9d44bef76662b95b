package schema

import _ "embed"

// The published JSON Schemas (draft 2020-12) are kept as files, so that editors can point
// at them and the program prints them. Tests generate them, those of
// the manifest and the configuration from the tables of this package, those of report.json, of a run and
// of a fleet, from the types of package reports and that of plan.json from those of package planfile, and
// compare; their flag -update writes the files.
var (
	//go:embed manifest.schema.json
	manifestSchema string
	//go:embed report.schema.json
	reportSchema string
	//go:embed plan.schema.json
	planSchema string
	//go:embed config.schema.json
	configSchema string
	//go:embed fleet.schema.json
	fleetSchema string
)

// ManifestSchema is the JSON Schema of a manifest in YAML or JSON, and of a line of JSON
// Lines. It takes every manifest that [Checker] finds no error in, and refuses what a
// record's own fields tell; duplicates, the grammar of expressions and what the defaults
// add to a record are beyond it.
func ManifestSchema() string { return manifestSchema }

// ReportSchema is the JSON Schema of report.json.
func ReportSchema() string { return reportSchema }

// PlanSchema is the JSON Schema of plan.json.
func PlanSchema() string { return planSchema }

// ConfigSchema is the JSON Schema of gijbulk.yaml.
func ConfigSchema() string { return configSchema }

// FleetSchema is the JSON Schema of report.json of a command that ran on several targets.
func FleetSchema() string { return fleetSchema }
