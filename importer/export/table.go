package export

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"

	"gijbulk/importer/bulktable"
	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

// WriteTable writes records as the table that the app's own bulk import takes
// (POST /rest/gitplugin/1.0/configuration.json): all its columns in the vendor's order,
// integrations and repositories in one list. The id column, by which the app updates what
// it has in place of adding, is filled only where ids is true: on another Jira ids mean
// nothing, and the vendor wants them blank there.
//
// Passwords, tokens and references to them are never written. The app would take a
// reference for the secret itself, while a blank cell keeps what it has; on a new server
// the credentials are to be filled in there. What else the table cannot hold is left
// blank as well. There is one warning for each field and reason, with the position of the
// first record, if it has one. An error is one of w.
func WriteTable(w io.Writer, records iter.Seq[schema.Record], ids bool) ([]schema.Finding, error) {
	b := bufio.NewWriter(w)
	columns := bulktable.Columns()
	writeRow := func(cells []string) {
		b.WriteString(strings.Join(cells, "\t") + "\n") // an error comes again at Flush
	}
	writeRow(columns)
	out := tableWriter{ids: ids}
	cells := make([]string, len(columns))
	for r := range records {
		row := out.row(&r)
		for i, column := range columns {
			cells[i] = row[column]
		}
		writeRow(cells)
	}
	if err := b.Flush(); err != nil {
		return nil, fmt.Errorf("write the table: %w", err)
	}
	return out.warnings.findings(), nil
}

type tableWriter struct {
	ids      bool
	warnings warnings
}

func (v *tableWriter) row(r *schema.Record) map[string]string {
	row := map[string]string{}
	put := func(f schema.Field, column, text string) {
		if why := unwritten(text); why != "" {
			v.warnings.add(r, f, why, "")
			return
		}
		row[column] = text
	}
	for _, f := range r.Fields() {
		value := r.Get(f)
		switch column := columnOf(f); {
		case f == schema.FieldKind: // a repository is known by its blank integrationType
		case f == schema.FieldID, f == schema.FieldTarget: // as ids says
		case f == schema.FieldGlobal, f == schema.FieldProjectMappingIDs:
			if text, why := projectMapping(r, f); why != "" {
				v.warnings.add(r, f, why, "")
			} else if text != "" {
				row[bulktable.Projects] = text
			}
		case column == "":
			v.warnings.add(r, f, "the app's table has no column for it", "")
		case value.Blank():
			v.warnings.add(r, f, "it is deliberately empty, but a blank cell keeps the value that the app has", "")
		case f.Shape() == schema.ShapeSecret:
			v.credential(r, f, put)
		case f == schema.FieldDisableSslVerification:
			row[column] = bulktable.Opposite(value.String())
		case f == schema.FieldOrigin && r.Type() != schema.TypeFilespace:
			put(f, column, giturl.WithoutLogin(value.Text()))
		default:
			put(f, column, value.String())
		}
	}
	if row["origin"] == "" {
		row["origin"] = r.Type().DefaultOrigin()
	}
	if id := cmp.Or(r.ID, r.Get(schema.FieldID).Int()); v.ids && id != 0 {
		row[bulktable.ID] = strconv.FormatInt(id, 10)
	}
	return row
}

// credential writes a user name; other credentials become a warning.
func (v *tableWriter) credential(r *schema.Record, f schema.Field, put func(f schema.Field, column, text string)) {
	value := r.Get(f)
	if _, secret := value.Secret(); secret || !loginOf(r).Shown(f) {
		v.warnings.add(r, f, "secrets and references are not written; the app keeps the secrets that it has", "fill them in on a server that is new to them")
		return
	}
	put(f, f.String(), value.Text())
}

func columnOf(f schema.Field) string {
	switch f {
	case schema.FieldType:
		return bulktable.Type
	case schema.FieldDisableSslVerification:
		return bulktable.SSLVerify
	}
	if name := f.String(); !f.Tool() && slices.Contains(bulktable.Columns(), name) {
		return name
	}
	return ""
}

// projectMapping is what global or projectMappingIds write into their one column, or why
// they write nothing.
func projectMapping(r *schema.Record, f schema.Field) (text, why string) {
	global, ids := r.Get(schema.FieldGlobal).Bool(), r.Get(schema.FieldProjectMappingIDs)
	none := len(ids.IDs()) == 0
	switch {
	case f == schema.FieldGlobal && global:
		return bulktable.AllProjects, ""
	case f == schema.FieldGlobal && none:
		return "", "the app's table can name projects or all of them, but not none"
	case f == schema.FieldGlobal:
		return "", ""
	case !global && none:
		return "", "the app's table can name projects or all of them, but not none"
	case global && !none:
		return "", "it belongs to all projects"
	}
	return ids.String(), ""
}

// unwritten says why a text cannot stand in a cell, or "". The vendor does not say how
// the app takes quotes, so that nothing is written that would need any.
func unwritten(text string) string {
	switch {
	case strings.ContainsAny(text, "\t\r\n\x00"):
		return "it has a tab or a line break, which a cell of the app's table cannot hold"
	case strings.HasPrefix(text, `"`):
		return "it begins with a quote, which readers of such tables interpret differently"
	case strings.TrimSpace(text) != text:
		return "it has leading or trailing whitespace, which readers of such tables remove"
	}
	return ""
}
