package reports

import (
	"fmt"
	"os"
	"path/filepath"

	"gijbulk/schema"
)

// Saved is a report that was read from a file.
type Saved struct {
	Path   string // of its report.json
	Report Report
}

// ReadFile reads a report.json, or that of a report directory. The error names the file.
func ReadFile(path string) (Saved, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, ReportName)
	}
	file, err := os.Open(path)
	if err != nil {
		return Saved{}, err
	}
	defer file.Close()
	report, err := Read(file)
	if err != nil {
		return Saved{}, fmt.Errorf("%s: %w", path, err)
	}
	return Saved{path, report}, nil
}

// identity is what a report shows of a record's identity.
func (s *Subject) identity() schema.Record {
	values := map[schema.Field]schema.Value{schema.FieldType: given(s.Type), schema.FieldOrigin: given(s.Origin), schema.FieldDisplayName: given(s.DisplayName)}
	if s.Kind != string(schema.KindIntegration) {
		values[schema.FieldKind] = given(s.Kind)
	}
	return schema.NewRecord(values)
}

// given is a text, or no value where it is "".
func given(s string) schema.Value {
	if s == "" {
		return schema.Value{}
	}
	return schema.Text(s)
}
