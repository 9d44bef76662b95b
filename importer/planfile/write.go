package planfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"gijbulk/importer/fieldjson"
	"gijbulk/schema"
)

// Write writes a plan; the mask hides secrets in texts. A field that holds the value of a secret
// cannot be stored, since the plan would be another without it: a [*SecretInField].
func Write(w io.Writer, f File, mask schema.Mask) error {
	d, err := documentOf(f, mask)
	if err != nil {
		return err
	}
	unsigned, err := json.Marshal(d)
	if err != nil {
		return err
	}
	if d.Checksum, err = checksum(unsigned); err != nil {
		return err
	}
	return d.write(w)
}

// SecretInField is the error of a field that holds the value of a secret.
type SecretInField struct {
	Place schema.Place
	Field schema.Field
}

// Error names the field.
func (e *SecretInField) Error() string {
	text := fmt.Sprintf("%s: it holds the value of a secret, which a plan file must not hold", e.Field)
	if place := e.Place.String(); place != "" {
		return place + ": " + text
	}
	return "a live record: " + text
}

func documentOf(f File, mask schema.Mask) (document, error) {
	d := document{Version: Version, Gijbulk: f.Gijbulk, Created: f.Created.UTC(), Target: f.Target, Command: f.Command, Options: f.Options.filled(),
		Files: append([]string{}, f.Files...), Columns: make(map[string][]string), Projects: f.Projects, Findings: findingsOut(f.Findings, mask), Sets: schema.SetNames(f.Records),
		Records: make([]recordJSON, 0, len(f.Records)), Deletes: []deleteJSON{}, Counts: make(map[schema.Op]int), Digest: f.Digest}
	var actions []schema.Action // of records, and the deletes
	for _, a := range f.Plan.Actions {
		d.Counts[a.Op]++
		if err := refuseSecrets(schema.Place{}, a.HaveCompared(), mask); err != nil {
			return d, err
		}
		if a.Have.Kind() == schema.KindNested {
			out := recordOut(&a.Want, mask)
			out.decide(&a, mask)
			d.Nested = append(d.Nested, out)
		} else {
			actions = append(actions, a)
		}
	}
	for i := range f.Records {
		r := &f.Records[i]
		if err := refuseSecrets(r.Place, *r, mask); err != nil {
			return d, err
		}
		d.addColumns(r)
		out := recordOut(r, mask)
		if len(actions) > 0 && actions[0].Want.Place == r.Place {
			out.decide(&actions[0], mask)
			actions = actions[1:]
		}
		d.Records = append(d.Records, out)
	}
	for _, a := range actions {
		d.Deletes = append(d.Deletes, deleteJSON{a.Have.ID, fieldjson.Encode(a.HaveCompared())})
	}
	return d, nil
}

func (d *document) addColumns(r *schema.Record) {
	for _, r := range append([]schema.Record{*r}, r.Rules...) {
		if r.Columns != nil {
			d.Columns[r.Place.File] = r.Columns
		}
	}
}

func refuseSecrets(p schema.Place, r schema.Record, mask schema.Mask) error {
	for f, v := range r.All() {
		if s := v.String(); mask.Hide(s) != s {
			return &SecretInField{p, f}
		}
	}
	return nil
}

// filled has lists where there are none.
func (o Options) filled() Options {
	o.Types, o.Waves = append([]string{}, o.Types...), append([]int{}, o.Waves...)
	return o
}

// checksum is that of the values of a JSON object, but for its own.
func checksum(data []byte) (string, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber() // an id has 64 bits
	var values map[string]any
	if err := decoder.Decode(&values); err != nil {
		return "", err
	}
	delete(values, "checksum")
	plain, err := json.Marshal(values) // with sorted keys
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(plain)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}

// write writes the elements of the long lists one per line, so that two plans can be compared line
// by line.
func (d *document) write(w io.Writer) error {
	var members map[string]json.RawMessage
	data, err := encode(d)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	var out bytes.Buffer
	out.WriteByte('{')
	between := "\n  "
	for _, name := range memberNames() {
		if value, there := members[name]; there {
			fmt.Fprintf(&out, "%s%q: ", between, name)
			writeMember(&out, name, value)
			between = ",\n  "
		}
	}
	out.WriteString("\n}\n")
	_, err = out.WriteTo(w)
	return err
}

// memberNames are those of a document in the order in which they are written.
func memberNames() []string {
	return []string{"version", "gijbulk", "created", "target", "command", "options", "files", "columns", "projects", "findings", "records", "sets", "nested",
		"deletes", "counts", "digest", "checksum"}
}

func writeMember(out *bytes.Buffer, name string, value json.RawMessage) {
	var elements []json.RawMessage
	if !slices.Contains([]string{"findings", "records", "nested", "deletes"}, name) || json.Unmarshal(value, &elements) != nil || len(elements) == 0 {
		out.Write(value)
		return
	}
	before := "[\n    "
	for _, e := range elements {
		out.WriteString(before)
		out.Write(e)
		before = ",\n    "
	}
	out.WriteString("\n  ]")
}

func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}
