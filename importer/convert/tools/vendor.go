package tools

import (
	"slices"
	"strconv"
	"strings"

	"gijbulk/importer/bulktable"
	"gijbulk/importer/convert"
	"gijbulk/importer/credential"
	"gijbulk/importer/giturl"
	"gijbulk/schema"
)

// vendor reads the app's own bulk export: integrations, repositories, and those
// inside of integrations, which are left out.
var vendor = convert.Tool{Name: "vendor-tsv", About: "the app's own bulk export (tab-separated values)",
	Made:   "GET /rest/gitplugin/1.0/configuration",
	Detect: func(s *convert.Sample) bool { return s.Titled("integrationType", "trackedFolderId", "origin") },
	Read:   readVendor}

func readVendor(l *convert.Listing) error {
	begin := func(t *convert.Table) error {
		if t.Column("origin") < 0 || t.Column(bulktable.TrackedFolder) < 0 && t.Column(bulktable.Type) < 0 {
			return l.Foreign(1, "the columns origin and integrationType are missing")
		}
		if err := t.RequireColumns(l.Options); err != nil {
			return err
		}
		for i, title := range t.Titles {
			known := slices.ContainsFunc(bulktable.Columns(), func(c string) bool { return convert.FoldTitle(c) == t.Folded[i] })
			if !known && t.Folded[i] != "" {
				l.Report(schema.CodeListingNotHeld.Newf(l.Place(1), title, "unknown column, ignored").Advise("a newer app may have added it"))
			}
		}
		return nil
	}
	keys := 0
	err := l.EachRow('\t', begin, func(t *convert.Table, cells convert.TableRow) {
		r := l.Add(cells.Line)
		if l.WantsFields() {
			r.Field = t.Fields(cells)
		}
		v := vendorRow{table: t, row: cells, references: l.References}
		r.Title = v.name()
		if r.Skip = v.unfit(); r.Skip != "" {
			return
		}
		r.Cells = v.cells()
		r.Repo.Name = v.get("displayName")
		r.Repo.Take(v.get("origin"))
		if v.get(bulktable.SSHKey) != "" {
			keys++
		}
		if v.get(bulktable.Type) == string(schema.TypeFilespace) {
			l.Report(schema.CodeListingNotHeld.Newf(l.Place(cells.Line), schema.FieldFolderDepth.String(), "the export does not have the folder depth; it was set to 5, the maximum").
				Advise("set folderDepth to what it was"))
		}
	})
	if keys > 0 {
		l.Report(schema.CodeListingNotHeld.Newf(l.Place(0), bulktable.SSHKey, "%s used an SSH key, which the API cannot choose", convert.CountRows(keys)).
			Advise("choose the key in the app after the import"))
	}
	return err
}

type vendorRow struct {
	table      *convert.Table
	row        convert.TableRow
	references *credential.References
}

func (v vendorRow) get(column string) string { return v.row.Cell(v.table.Column(column)) }

func (v vendorRow) name() string {
	if name := v.get("displayName"); name != "" {
		return name
	}
	if a, ok := giturl.Parse(v.get("origin")); ok {
		return a.String()
	}
	return v.get(bulktable.Type)
}

func (v vendorRow) kind() schema.Kind {
	if v.get(bulktable.Type) != "" {
		return schema.KindIntegration
	}
	return schema.KindRepository
}

func (v vendorRow) unfit() string {
	t := schema.Type(v.get(bulktable.Type))
	switch {
	case v.row.Problem != "":
		return v.row.Problem
	case v.get(bulktable.TrackedFolder) != "":
		return "it belongs to integration " + v.get(bulktable.TrackedFolder)
	case truth(v.get(bulktable.Delete)):
		return "it is marked to be deleted"
	case t != "" && !t.Valid():
		return schema.Quote(string(t)) + " is not an integration type"
	case t == "" && v.get("origin") == "":
		return "it has neither an origin nor an integrationType"
	}
	return ""
}

func (v vendorRow) cells() []schema.Cell {
	kind, t := v.kind(), schema.Type(v.get(bulktable.Type))
	var cells []schema.Cell
	if kind == schema.KindRepository {
		cells = append(cells, convert.TextCell(schema.FieldKind, string(schema.KindRepository)))
	} else {
		cells = append(cells, convert.TextCell(schema.FieldType, string(t)))
	}
	for _, f := range schema.Fields() {
		value := v.get(f.String())
		if value == "" || f.Tool() || !kind.Takes(f) || f.Shape() == schema.ShapeSecret {
			continue
		}
		if f == schema.FieldOrigin {
			value = v.origin(t)
		}
		form := schema.FormString
		if f.Shape() != schema.ShapeText {
			form = schema.FormCell
		}
		cells = append(cells, convert.Cell(f, value, form))
	}
	if verify := v.get(bulktable.SSLVerify); verify != "" {
		cells = append(cells, convert.Cell(schema.FieldDisableSslVerification, bulktable.Opposite(verify), schema.FormCell))
	}
	if region := giturl.RegionOf(v.get("origin")); t == schema.TypeAWS && region != "" && v.get(schema.FieldAwsRegion.String()) == "" {
		cells = append(cells, convert.TextCell(schema.FieldAwsRegion, region))
	}
	if t == schema.TypeFilespace {
		cells = append(cells, convert.Cell(schema.FieldFolderDepth, strconv.Itoa(bulktable.DeepestFolder), schema.FormCell))
	}
	cells = append(cells, v.projects()...)
	return append(cells, v.login(t)...)
}

func (v vendorRow) origin(t schema.Type) string {
	origin := v.get("origin")
	if t == schema.TypeFilespace {
		return origin
	}
	return giturl.WithoutLogin(origin)
}

func (v vendorRow) projects() []schema.Cell {
	mapping := v.get(bulktable.Projects)
	switch {
	case mapping == "":
		return nil
	case strings.EqualFold(mapping, bulktable.AllProjects):
		return []schema.Cell{convert.Cell(schema.FieldGlobal, "true", schema.FormCell)}
	}
	return []schema.Cell{
		convert.Cell(schema.FieldGlobal, "false", schema.FormCell),
		convert.Cell(schema.FieldProjectMappingIDs, strings.Trim(mapping, "[]"), schema.FormCell),
	}
}

// login gives references where the row has credentials, or needs some. The export does
// not show them, and what is there all the same does not come out.
func (v vendorRow) login(t schema.Type) []schema.Cell {
	seen := credential.Seen{Kind: t, User: v.get("username"), Password: v.get("password") != "", Token: v.get("pat") != ""}
	var cells []schema.Cell
	for _, f := range seen.Fields() {
		cells = append(cells, convert.TextCell(f, seen.Text(f, v.get(f.String()), v.name(), v.references)))
	}
	return cells
}
