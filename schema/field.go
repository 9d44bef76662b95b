package schema

import "strings"

// Field is one field of a record, in the order of the vendor's API pages.
type Field uint8

// The fields. Those up to FieldLimitGitData are the API's for integrations, and most of
// them for plain repositories too; the next, up to FieldCommitsValidationRequired, are the
// API's for repositories alone; the others are the tool's own and are never sent.
const (
	NoField Field = iota
	FieldType
	FieldOrigin
	FieldDisplayName
	FieldDisabled
	FieldSendCommitEmails
	FieldMaxMinsToCommitEmail
	FieldUsername
	FieldPassword
	FieldPat
	FieldDisableSslVerification
	FieldAPIPath
	FieldAPIFilter
	FieldTfsCollection
	FieldAwsRegion
	FieldRequireUserPat
	FieldGitViewerEnabled
	FieldSmartCommitsEnabled
	FieldGlobal
	FieldProjectMappingIDs
	FieldSourcesDiffViewEnabled
	FieldRevisionIndexing
	FieldTagsFilter
	FieldPrHideFilter
	FieldTrustFolderStat
	FieldRefSpecNotes
	FieldRefSpecChanges
	FieldRefSpecCustom
	FieldFolderDepth
	FieldLimitGitData
	FieldMainBranch
	FieldRealRoot
	FieldAbsoluteRoot
	FieldEnableFetches
	FieldWebLinkType
	FieldViewFormat
	FieldChangesetFormat
	FieldFileAddedFormat
	FieldFileModifiedFormat
	FieldFileDeletedFormat
	FieldMergeRequestFormat
	FieldBranchLinkFormat
	FieldCommitsValidationRequired
	FieldKind
	FieldIntegration
	FieldMatch
	FieldProjects
	FieldWave
	FieldSet
	FieldPreviously
	FieldID
	FieldTarget
	fieldCount
)

// Shape is the type of a field's value.
type Shape uint8

// The shapes.
const (
	ShapeText Shape = iota
	ShapeBool
	ShapeInt
	ShapeIDs    // a list of 64-bit integers
	ShapeWords  // a list of texts
	ShapeSecret // a literal or a reference to one
)

// String names the shape as an error message would.
func (s Shape) String() string {
	switch s {
	case ShapeBool:
		return "true or false"
	case ShapeInt:
		return "a whole number"
	case ShapeIDs:
		return "a list of whole numbers"
	case ShapeWords:
		return "a list of texts"
	default:
		return "a text"
	}
}

type fieldSpec struct {
	name  string
	shape Shape
	about string
}

// fieldSpecs follows the field table of the vendor's "Add New Integration API" page.
var fieldSpecs = [fieldCount]fieldSpec{
	FieldType:                      {"type", ShapeText, "the kind of git host, such as GITHUB or GITLAB_SERVER; integrations only"},
	FieldOrigin:                    {"origin", ShapeText, "the host's URL, a tracked folder's path, or a repository's address"},
	FieldDisplayName:               {"displayName", ShapeText, "the name in the app's repository list"},
	FieldDisabled:                  {"disabled", ShapeBool, "whether it is switched off"},
	FieldSendCommitEmails:          {"sendCommitEmails", ShapeBool, "whether commit notifications are mailed"},
	FieldMaxMinsToCommitEmail:      {"maxMinsToCommitEmail", ShapeInt, "minutes; commits no older than this are mailed"},
	FieldUsername:                  {"username", ShapeSecret, "the account on the git host; a text or a reference to one"},
	FieldPassword:                  {"password", ShapeSecret, "its password; a reference such as env:NAME or file:PATH"},
	FieldPat:                       {"pat", ShapeSecret, "a personal access token; a reference such as env:NAME or file:PATH"},
	FieldDisableSslVerification:    {"disableSslVerification", ShapeBool, "whether certificates of the git host go unchecked"},
	FieldAPIPath:                   {"apiPath", ShapeText, "the host's REST path that lists the repositories; integrations only"},
	FieldAPIFilter:                 {"apiFilter", ShapeText, "a JMESPath expression over that listing; integrations only"},
	FieldTfsCollection:             {"tfsCollection", ShapeText, "the collection to connect; Microsoft types only"},
	FieldAwsRegion:                 {"awsRegion", ShapeText, "the AWS region; AWS only"},
	FieldRequireUserPat:            {"requireUserPat", ShapeBool, "whether users bring their own token; integrations only"},
	FieldGitViewerEnabled:          {"gitViewerEnabled", ShapeBool, "whether the repository browser is on"},
	FieldSmartCommitsEnabled:       {"smartCommitsEnabled", ShapeBool, "whether smart commits are processed"},
	FieldGlobal:                    {"global", ShapeBool, "whether it belongs to all Jira projects"},
	FieldProjectMappingIDs:         {"projectMappingIds", ShapeIDs, "numeric ids of its Jira projects"},
	FieldSourcesDiffViewEnabled:    {"sourcesDiffViewEnabled", ShapeBool, "whether diffs are shown inside Jira"},
	FieldRevisionIndexing:          {"revisionIndexing", ShapeBool, "whether revisions are indexed for issue keys"},
	FieldTagsFilter:                {"tagsFilter", ShapeText, "a Java regular expression over tags"},
	FieldPrHideFilter:              {"prHideFilter", ShapeText, "a Java regular expression; matching pull requests are hidden"},
	FieldTrustFolderStat:           {"trustFolderStat", ShapeBool, "whether folder times are trusted when looking for packs"},
	FieldRefSpecNotes:              {"refSpecNotes", ShapeBool, "whether refs/notes/* is fetched"},
	FieldRefSpecChanges:            {"refSpecChanges", ShapeBool, "whether refs/changes/* is fetched"},
	FieldRefSpecCustom:             {"refSpecCustom", ShapeText, "further refspecs, separated by commas"},
	FieldFolderDepth:               {"folderDepth", ShapeInt, "how many folders deep to look, 1 to 5; FILESPACE only"},
	FieldLimitGitData:              {"limitGitData", ShapeBool, "passed through to the server"},
	FieldMainBranch:                {"mainBranch", ShapeText, "the branch whose commits are shown under no other; repositories only"},
	FieldRealRoot:                  {"realRoot", ShapeText, "the folder of its clone on Jira's disk; repositories only"},
	FieldAbsoluteRoot:              {"absoluteRoot", ShapeBool, "whether realRoot is an absolute path, and not one below Jira's home; repositories only"},
	FieldEnableFetches:             {"enableFetches", ShapeBool, "whether the app fetches from the origin; repositories only"},
	FieldWebLinkType:               {"webLinkType", ShapeText, "the web host whose links are made; not integrations"},
	FieldViewFormat:                {"viewFormat", ShapeText, "the link to a file; not integrations"},
	FieldChangesetFormat:           {"changesetFormat", ShapeText, "the link to a commit; not integrations"},
	FieldFileAddedFormat:           {"fileAddedFormat", ShapeText, "the link to a file that a commit adds; not integrations"},
	FieldFileModifiedFormat:        {"fileModifiedFormat", ShapeText, "the link to a file that a commit changes; not integrations"},
	FieldFileDeletedFormat:         {"fileDeletedFormat", ShapeText, "the link to a file that a commit deletes; not integrations"},
	FieldMergeRequestFormat:        {"mergeRequestFormat", ShapeText, "the link to a merge request; not integrations"},
	FieldBranchLinkFormat:          {"branchLinkFormat", ShapeText, "the link to a branch; not integrations"},
	FieldCommitsValidationRequired: {"commitsValidationRequired", ShapeBool, "whether commits are validated; repositories only"},
	FieldKind:                      {"kind", ShapeText, "integration, repository or nested (a rule); an integration where nothing says otherwise"},
	FieldIntegration:               {"integration", ShapeText, "the integration of a rule: its displayName, or TYPE ORIGIN NAME; rules only"},
	FieldMatch:                     {"match", ShapeText, "which nested repositories a rule is for: a glob over the path of their origin; rules only"},
	FieldProjects:                  {"projects", ShapeWords, "keys of its Jira projects; become projectMappingIds"},
	FieldWave:                      {"wave", ShapeInt, "the wave in which the record is sent"},
	FieldSet:                       {"set", ShapeText, "the set of records that it belongs to; a sync of another set leaves it alone"},
	FieldPreviously:                {"previously", ShapeWords, "earlier origins or names of what the record describes"},
	FieldID:                        {"id", ShapeInt, "its id on the Jira named by target"},
	FieldTarget:                    {"target", ShapeText, "the base URL of the Jira that id belongs to"},
}

// Fields lists all fields in the order of the API's pages.
func Fields() []Field {
	all := make([]Field, 0, fieldCount-1)
	for f := NoField + 1; f < fieldCount; f++ {
		all = append(all, f)
	}
	return all
}

// String is the field's name in the API and in a manifest.
func (f Field) String() string {
	if f >= fieldCount {
		return ""
	}
	return fieldSpecs[f].name
}

// Shape is the type of the field's value.
func (f Field) Shape() Shape { return fieldSpecs[f].shape }

// About says in a few words what the field is for.
func (f Field) About() string { return fieldSpecs[f].about }

// Tool reports whether the field is the tool's own, never sent to the server.
func (f Field) Tool() bool { return f >= FieldKind }

// Hidden reports whether a literal in this field must never be shown.
func (f Field) Hidden() bool { return f == FieldPassword || f == FieldPat }

// FieldNamed finds a field by its exact name, as YAML and JSON write it.
func FieldNamed(name string) (Field, bool) {
	f, ok := fieldsByName[name]
	return f, ok
}

// FieldTitled finds a field by a table's header: case, blanks, "_" and "-" do not
// matter, so that "Display Name" is displayName.
func FieldTitled(header string) (Field, bool) {
	f, ok := fieldsByTitle[foldTitle(header)]
	return f, ok
}

// NearestField suggests the field that a misspelt name may have meant, or "".
func NearestField(name string) string {
	if f, ok := FieldTitled(name); ok {
		return f.String()
	}
	names := make([]string, 0, fieldCount)
	for _, f := range Fields() {
		names = append(names, f.String())
	}
	return Nearest(name, names)
}

var (
	fieldsByName  = indexFields(func(s string) string { return s })
	fieldsByTitle = indexFields(foldTitle)
)

func indexFields(fold func(string) string) map[string]Field {
	m := make(map[string]Field, fieldCount)
	for _, f := range Fields() {
		m[fold(f.String())] = f
	}
	return m
}

func foldTitle(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '\t', '\u00a0', '_', '-':
			return -1
		}
		return r
	}, strings.ToLower(s))
}
