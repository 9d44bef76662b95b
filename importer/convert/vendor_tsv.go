package convert

import (
	"slices"
	"strconv"
	"strings"

	"gijbulk/schema"
)

// vendorTool reads the app's own bulk export: integrations, repositories, and those
// inside of integrations, which are left out.
var vendorTool = tool{name: "vendor-tsv", about: "the app's own bulk export (tab-separated values)",
	made:   "GET /rest/gitplugin/1.0/configuration",
	detect: func(s *sample) bool { return s.titled("integrationType", "trackedFolderId", "origin") },
	read:   readVendor}

// The columns of the export whose meaning is not that of the field with their name.
const (
	columnID        = "id"
	columnDelete    = "delete"
	columnTracked   = "trackedFolderId"
	columnType      = "integrationType"
	columnProjects  = "projectMapping"
	columnSSLVerify = "sslVerify"
	columnSSHKey    = "sshKeyId"
	columnHosted    = "hosted"
	allProjects     = "ALL"
)

// vendorColumns are the columns of the export in the vendor's order.
func vendorColumns() []string {
	return []string{columnID, "realRoot", "absoluteRoot", "origin", "displayName", "enableFetches", "revisionIndexing", "mainBranch",
		"username", "password", "pat", "gitViewerEnabled", columnProjects, "smartCommitsEnabled", "sendCommitEmails",
		"maxMinsToCommitEmail", "webLinkType", "viewFormat", "changesetFormat", "fileAddedFormat", "fileModifiedFormat",
		"fileDeletedFormat", "mergeRequestFormat", "branchLinkFormat", "disabled", columnHosted, "tagsFilter", columnType,
		columnTracked, columnDelete, columnSSHKey, "requireUserPat", "sourcesDiffViewEnabled", columnSSLVerify, "apiPath",
		"apiFilter", "tfsCollection", "awsRegion", "trustFolderStat", "refSpecNotes", "refSpecChanges", "refSpecCustom",
		"prHideFilter"}
}

// deepestFolder is the greatest folderDepth that the API takes.
const deepestFolder = 5

func readVendor(l *listing) error {
	begin := func(t *table) error {
		if t.column("origin") < 0 || t.column(columnTracked) < 0 && t.column(columnType) < 0 {
			return l.foreign(1, "the columns origin and integrationType are not there")
		}
		if err := t.mustHave(l.options); err != nil {
			return err
		}
		for i, title := range t.titles {
			known := slices.ContainsFunc(vendorColumns(), func(c string) bool { return foldTitle(c) == t.folded[i] })
			if !known && t.folded[i] != "" {
				l.tell(schema.CodeListingNotHeld.Newf(l.place(1), title, "the column is not known here, and is left out").Advise("a newer app may have added it"))
			}
		}
		return nil
	}
	keys := 0
	err := l.eachRow('\t', begin, func(t *table, cells tableRow) {
		r := l.add(cells.line)
		if l.wantsFields() {
			r.field = t.fields(cells)
		}
		v := vendorRow{table: t, row: cells, references: l.references}
		r.title = v.name()
		if r.skip = v.unfit(); r.skip != "" {
			return
		}
		r.cells = v.cells()
		r.repo.name = v.get("displayName")
		r.repo.take(v.get("origin"))
		if v.get(columnSSHKey) != "" {
			keys++
		}
		if v.get(columnType) == string(schema.TypeFilespace) {
			l.tell(schema.CodeListingNotHeld.Newf(l.place(cells.line), schema.FieldFolderDepth.String(), "the export does not tell the folder depth; 5, the deepest, was written").
				Advise("set folderDepth to what it was"))
		}
	})
	if keys > 0 {
		l.tell(schema.CodeListingNotHeld.Newf(l.place(0), columnSSHKey, "%s used an SSH key, which the API cannot choose", rowsOf(keys)).
			Advise("choose the key in the app after the import"))
	}
	return err
}

// vendorRow is a row of the export.
type vendorRow struct {
	table      *table
	row        tableRow
	references *references
}

func (v vendorRow) get(column string) string { return v.row.cell(v.table.column(column)) }

func (v vendorRow) name() string {
	if name := v.get("displayName"); name != "" {
		return name
	}
	if a, ok := parseAddress(v.get("origin")); ok {
		return a.String()
	}
	return v.get(columnType)
}

func (v vendorRow) kind() schema.Kind {
	if v.get(columnType) != "" {
		return schema.KindIntegration
	}
	return schema.KindRepository
}

// unfit says why a row is no record, or "".
func (v vendorRow) unfit() string {
	t := schema.Type(v.get(columnType))
	switch {
	case v.row.flaw != "":
		return v.row.flaw
	case v.get(columnTracked) != "":
		return "it is inside of integration " + v.get(columnTracked)
	case truth(v.get(columnDelete)):
		return "it is marked to be deleted"
	case t != "" && !t.Valid():
		return schema.Quote(string(t)) + " is no type of integration"
	case t == "" && v.get("origin") == "":
		return "it has neither an origin nor an integrationType"
	}
	return ""
}

// cells are the record's, by the names of their fields.
func (v vendorRow) cells() []schema.Cell {
	kind, t := v.kind(), schema.Type(v.get(columnType))
	var cells []schema.Cell
	if kind == schema.KindRepository {
		cells = append(cells, text(schema.FieldKind, kindRepository))
	} else {
		cells = append(cells, text(schema.FieldType, string(t)))
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
		cells = append(cells, cell(f, value, form))
	}
	if verify := v.get(columnSSLVerify); verify != "" {
		cells = append(cells, cell(schema.FieldDisableSslVerification, opposite(verify), schema.FormCell))
	}
	if t == schema.TypeFilespace {
		cells = append(cells, cell(schema.FieldFolderDepth, strconv.Itoa(deepestFolder), schema.FormCell))
	}
	cells = append(cells, v.projects()...)
	return append(cells, v.login(t)...)
}

// origin is that of the row without credentials.
func (v vendorRow) origin(t schema.Type) string {
	origin := v.get("origin")
	if t == schema.TypeFilespace {
		return origin
	}
	return withoutLogin(origin)
}

// projects reads projectMapping: ids, or ALL.
func (v vendorRow) projects() []schema.Cell {
	mapping := v.get(columnProjects)
	switch {
	case mapping == "":
		return nil
	case strings.EqualFold(mapping, allProjects):
		return []schema.Cell{cell(schema.FieldGlobal, "true", schema.FormCell)}
	}
	return []schema.Cell{
		cell(schema.FieldGlobal, "false", schema.FormCell),
		cell(schema.FieldProjectMappingIDs, strings.Trim(mapping, "[]"), schema.FormCell),
	}
}

// login gives references where the row has credentials, or needs some. The export does
// not show them, and what is there all the same does not come out.
func (v vendorRow) login(t schema.Type) []schema.Cell {
	seen := login{kind: t, user: v.get("username"), password: v.get("password") != "", token: v.get("pat") != ""}
	var cells []schema.Cell
	for _, f := range seen.fields() {
		cells = append(cells, text(f, seen.text(f, v.get(f.String()), v.name(), v.references)))
	}
	return cells
}

// opposite turns a boolean round; what is none stays.
func opposite(s string) string {
	switch strings.ToLower(s) {
	case "true", "yes", "1":
		return "false"
	case "false", "no", "0":
		return "true"
	}
	return s
}

// withoutLogin cuts user information that may be secret out of an origin. One that has
// none stays as it is written.
func withoutLogin(origin string) string {
	if !strings.Contains(origin, "@") {
		return origin
	}
	if a, ok := parseAddress(origin); ok {
		return a.String()
	}
	scheme, rest, ok := strings.Cut(origin, "://")
	if !ok {
		scheme, rest = "", origin
	}
	host, path, slash := strings.Cut(rest, "/")
	if i := strings.LastIndexByte(host, '@'); i >= 0 && (ok || strings.Contains(host[:i], ":")) {
		host = host[i+1:]
	}
	if ok {
		host = scheme + "://" + host
	}
	if slash {
		host += "/" + path
	}
	return host
}
