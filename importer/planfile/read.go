package planfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"gijbulk/importer/fieldjson"
	"gijbulk/schema"
)

// The errors of a file that is no plan, beside the [*ForeignVersion].
var (
	ErrForeign = errors.New("not a plan file of gijbulk, or written only in part")
	ErrEdited  = errors.New("the plan was edited after it was made: its checksum is not that of its contents")
)

// ForeignVersion is the error of a plan file of another version.
type ForeignVersion struct{ Version string }

// Error names both versions.
func (e *ForeignVersion) Error() string {
	return fmt.Sprintf("unsupported version %s of the plan file; this gijbulk reads version %d", e.Version, Version)
}

// Read reads a plan. Its secrets are references whose values are not known.
func Read(r io.Reader) (File, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return File{}, fmt.Errorf("read the plan: %w", err)
	}
	// The version first: nothing else of a newer file need have the shape we know.
	var head struct {
		Version         json.Number
		Target, Records json.RawMessage
		Checksum        string
	}
	if json.Unmarshal(data, &head) != nil || head.Version == "" || head.Target == nil || head.Records == nil {
		return File{}, ErrForeign
	}
	if head.Version != json.Number(fmt.Sprint(Version)) {
		return File{}, &ForeignVersion{head.Version.String()}
	}
	if sum, err := checksum(data); err != nil || sum != head.Checksum {
		return File{}, ErrEdited
	}
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return File{}, fmt.Errorf("%w: %w", ErrForeign, err)
	}
	f, err := d.file()
	if err != nil {
		return File{}, fmt.Errorf("%w: %w", ErrForeign, err)
	}
	return f, nil
}

func (d *document) file() (File, error) {
	f := File{Gijbulk: d.Gijbulk, Created: d.Created, Target: d.Target, Command: d.Command, Options: d.Options, Files: d.Files,
		Projects: d.Projects, Findings: findingsIn(d.Findings), Digest: d.Digest}
	if !slices.Contains([]string{"sync", "import"}, d.Command) {
		return f, fmt.Errorf("unknown command %q", d.Command)
	}
	for i := range d.Records {
		in := &d.Records[i]
		r, err := in.wanted(d.Columns)
		if err != nil {
			return f, fmt.Errorf("record %d: %w", i+1, err)
		}
		f.Records = append(f.Records, r)
		if in.Action == "" {
			continue
		}
		a, err := in.action(schema.ResolveProjects(r, d.Projects))
		if err != nil {
			return f, fmt.Errorf("record %d: %w", i+1, err)
		}
		f.Plan.Actions = append(f.Plan.Actions, a)
	}
	for i := range d.Nested {
		in := &d.Nested[i]
		rule, err := in.wanted(d.Columns)
		if err != nil {
			return f, fmt.Errorf("nested repository %d: %w", in.ID, err)
		}
		a, err := in.action(rule)
		if err != nil {
			return f, fmt.Errorf("nested repository %d: %w", in.ID, err)
		}
		f.Plan.Actions = append(f.Plan.Actions, a)
	}
	for _, in := range d.Deletes {
		have, err := fieldjson.Decode(in.Fields)
		if err != nil {
			return f, fmt.Errorf("record %d to delete: %w", in.ID, err)
		}
		have.ID = in.ID
		f.Plan.Actions = append(f.Plan.Actions, schema.Action{Op: schema.OpDelete, Have: have, Files: d.Options.DeleteFiles})
	}
	for i := range f.Plan.Actions {
		f.Plan.Actions[i].N = i
	}
	return f, nil
}

// UsedProjects are those of the ids that the records name by their keys.
func UsedProjects(records []schema.Record, ids map[string]int64) map[string]int64 {
	used := make(map[string]bool)
	for i := range records {
		for _, r := range append([]schema.Record{records[i]}, records[i].Rules...) {
			for _, key := range r.Get(schema.FieldProjects).Words() {
				used[key] = true
			}
		}
	}
	left := maps.Clone(ids)
	maps.DeleteFunc(left, func(key string, _ int64) bool { return !used[key] })
	return left
}
