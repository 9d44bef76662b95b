// Package bulktable names the columns of the app's own bulk table (tab-separated values),
// which it exports and imports.
package bulktable

import "strings"

// The columns that do not hold the field with their name, and AllProjects, a value of
// Projects.
const (
	ID            = "id"
	Delete        = "delete"
	TrackedFolder = "trackedFolderId"
	Type          = "integrationType"
	Projects      = "projectMapping"
	SSLVerify     = "sslVerify"
	SSHKey        = "sshKeyId"
	AllProjects   = "ALL"
)

// Columns lists the columns in the vendor's order.
func Columns() []string {
	return []string{ID, "realRoot", "absoluteRoot", "origin", "displayName", "enableFetches", "revisionIndexing", "mainBranch",
		"username", "password", "pat", "gitViewerEnabled", Projects, "smartCommitsEnabled", "sendCommitEmails",
		"maxMinsToCommitEmail", "webLinkType", "viewFormat", "changesetFormat", "fileAddedFormat", "fileModifiedFormat",
		"fileDeletedFormat", "mergeRequestFormat", "branchLinkFormat", "disabled", "hosted", "tagsFilter", Type,
		TrackedFolder, Delete, SSHKey, "requireUserPat", "sourcesDiffViewEnabled", SSLVerify, "apiPath",
		"apiFilter", "tfsCollection", "awsRegion", "trustFolderStat", "refSpecNotes", "refSpecChanges", "refSpecCustom",
		"prHideFilter"}
}

// DeepestFolder is the greatest folderDepth that the API takes. The table does not have it.
const DeepestFolder = 5

// Opposite negates a boolean; any other text is returned unchanged. SSLVerify is the opposite
// of disableSslVerification.
func Opposite(s string) string {
	switch strings.ToLower(s) {
	case "true", "yes", "1":
		return "false"
	case "false", "no", "0":
		return "true"
	}
	return s
}
