package reports

import (
	"fmt"
	"os"
	"path/filepath"

	"gijbulk/schema"
)

// SavedReport is a report that was read from a file.
type SavedReport struct {
	Path   string // of its report.json
	Report Report
}

// ReadFile reads a report.json, or that of a report directory. The error names the file.
func ReadFile(path string) (SavedReport, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, ReportName)
	}
	file, err := os.Open(path)
	if err != nil {
		return SavedReport{}, err
	}
	defer file.Close()
	report, err := Read(file)
	if err != nil {
		return SavedReport{}, fmt.Errorf("%s: %w", path, err)
	}
	return SavedReport{path, report}, nil
}

// identity is what a report shows of a record's identity.
func (s *Subject) identity() schema.Record {
	values := map[schema.Field]schema.Value{schema.FieldType: textOrUnset(s.Type), schema.FieldOrigin: textOrUnset(s.Origin), schema.FieldDisplayName: textOrUnset(s.DisplayName)}
	if s.Kind != string(schema.KindIntegration) {
		values[schema.FieldKind] = textOrUnset(s.Kind)
	}
	return schema.NewRecord(values)
}

func textOrUnset(s string) schema.Value {
	if s == "" {
		return schema.Value{}
	}
	return schema.Text(s)
}
