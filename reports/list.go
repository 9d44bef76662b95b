package reports

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"gijbulk/schema"
)

// ListedRecord is a live record as gijbulk list shows it.
type ListedRecord struct {
	ID          int64      `json:"id"`
	Kind        string     `json:"kind"`
	Type        string     `json:"type"` // "" for a repository
	DisplayName string     `json:"displayName"`
	Origin      string     `json:"origin"`
	Global      *bool      `json:"global"`           // for all projects; null where the server does not show it
	Projects    []string   `json:"projects"`         // their keys, or the ids of those that we may not see
	Nested      int        `json:"nested"`           // repositories inside the integration
	LastIndexed *time.Time `json:"lastIndexed"`      // UTC; null where it never was
	Errors      []string   `json:"errors,omitempty"` // of its last indexing, where they were asked for
	Advice      string     `json:"advice,omitempty"` // what to do about them
	Duplicate   bool       `json:"duplicate"`        // another live record has the same identity
}

// ListRecords makes the list of all that is live, by id. projects are the keys of Jira's projects
// by their ids.
func ListRecords(live []schema.Record, nested []schema.Record, projects map[int64]string, mask schema.Mask) []ListedRecord {
	inside := make(map[int64]int)
	for _, n := range nested {
		inside[n.Integration]++
	}
	count := make(map[schema.Key]int, len(live))
	for i := range live {
		count[live[i].Key()]++
	}
	listed := make([]ListedRecord, len(live))
	for i := range live {
		r := &live[i]
		listed[i] = ListedRecord{ID: r.ID, Kind: string(r.Kind()), Type: string(r.Type()), DisplayName: mask.Hide(r.Name()),
			Origin: mask.Hide(schema.ShownURL(r.Origin())), Global: shownGlobal(r), Projects: projectKeys(r, projects),
			LastIndexed: indexedAt(r), Duplicate: count[r.Key()] > 1}
		if r.Kind() == schema.KindIntegration {
			listed[i].Nested = inside[r.ID]
		}
	}
	slices.SortStableFunc(listed, func(a, b ListedRecord) int { return cmp.Compare(a.ID, b.ID) })
	return listed
}

func shownGlobal(r *schema.Record) *bool {
	v := r.Get(schema.FieldGlobal)
	if !v.IsSet() {
		return nil
	}
	return new(v.Bool())
}

// projectKeys are those of a record that is not for all projects: a server may show ids that it
// ignores.
func projectKeys(r *schema.Record, keys map[int64]string) []string {
	words := []string{}
	if r.Get(schema.FieldGlobal).Bool() {
		return words
	}
	for _, id := range r.Get(schema.FieldProjectMappingIDs).IDs() {
		words = append(words, cmp.Or(keys[id], strconv.FormatInt(id, 10)))
	}
	return words
}

func indexedAt(r *schema.Record) *time.Time {
	if r.Indexed <= 0 {
		return nil
	}
	return new(time.UnixMilli(r.Indexed).UTC())
}

// ListJSON writes a list for programs, one record per line.
func ListJSON(w io.Writer, listed []ListedRecord) error {
	out := bufio.NewWriter(w)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for i := range listed {
		if err := encoder.Encode(&listed[i]); err != nil {
			return err
		}
	}
	return out.Flush()
}

// ListCSV writes a list as a table. No spreadsheet runs a cell of it as a formula.
func ListCSV(w io.Writer, listed []ListedRecord) error {
	out := csv.NewWriter(w)
	_ = out.Write([]string{"id", "kind", "type", "displayName", "origin", "global", "projects", "nested", "lastIndexed", "errors", "duplicate"})
	for i := range listed {
		r := &listed[i]
		global, indexed := "", ""
		if r.Global != nil {
			global = strconv.FormatBool(*r.Global)
		}
		if r.LastIndexed != nil {
			indexed = r.LastIndexed.Format(time.RFC3339)
		}
		_ = out.Write([]string{strconv.FormatInt(r.ID, 10), r.Kind, defused(r.Type), defused(r.DisplayName), defused(r.Origin), global,
			defused(strings.Join(r.Projects, ";")), strconv.Itoa(r.Nested), indexed, defused(strings.Join(r.Errors, "\n")), strconv.FormatBool(r.Duplicate)})
	}
	out.Flush()
	return out.Error() // the first of all
}

// ListText writes a list for people as a table, with the errors of a record below it.
func ListText(w io.Writer, listed []ListedRecord, page Page) error {
	rows := [][]string{{"ID", "KIND", "TYPE", "NAME", "ORIGIN", "PROJECTS", "NESTED", "LAST INDEXED"}}
	for i := range listed {
		rows = append(rows, listed[i].row())
	}
	out := bufio.NewWriter(w)
	for i, line := range Columns(rows) {
		out.WriteString(line)
		if i > 0 && listed[i-1].Duplicate {
			out.WriteString("  " + page.paint(bad, "duplicate"))
		}
		out.WriteByte('\n')
		if i > 0 {
			for _, text := range listed[i-1].Errors {
				page.line(out, 4, page.paint(bad, clipped(text)))
			}
			if text := listed[i-1].Advice; text != "" {
				page.line(out, 4, page.paint(advice, "hint:")+" "+text)
			}
		}
	}
	return out.Flush()
}

// row is a record's line in a table for people.
func (r *ListedRecord) row() []string {
	projects, nested, indexed := oneLine(strings.Join(r.Projects, ",")), "-", "never"
	if r.Global != nil && *r.Global {
		projects = "all"
	}
	if r.Kind == string(schema.KindIntegration) {
		nested = strconv.Itoa(r.Nested)
	}
	if r.LastIndexed != nil {
		indexed = r.LastIndexed.Local().Format("2006-01-02 15:04")
	}
	return []string{strconv.FormatInt(r.ID, 10), r.Kind, cmp.Or(oneLine(r.Type), "-"), cmp.Or(oneLine(r.DisplayName), "-"), cmp.Or(oneLine(r.Origin), "-"),
		cmp.Or(projects, "-"), nested, indexed}
}

// ListCounts is the line that a list for people ends with.
func ListCounts(listed []ListedRecord) string {
	repositories, duplicates := 0, 0
	for i := range listed {
		if listed[i].Kind == string(schema.KindRepository) {
			repositories++
		}
		if listed[i].Duplicate {
			duplicates++
		}
	}
	text := recordsWords(len(listed), repositories, "")
	if duplicates > 0 {
		text += fmt.Sprintf("; %d of them are duplicates: each shares its identity with another live record", duplicates)
	}
	return text
}
