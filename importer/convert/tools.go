package convert

import (
	"cmp"
	"regexp"
	"strings"
)

// All lists the tools in the order in which users see them.
func All() Tools {
	return Tools{ghTool, githubTool, gitlabTool, azureTool, bitbucketServerTool, bitbucketCloudTool, giteaTool,
		codecommitTool, gerritTool, ghorgTool, repoTool, vcstoolTool, westTool, mrTool, gitmodulesTool,
		backstageTool, geiTool, fisheyeTool, dvcsTool, vendorTool, csvTool}
}

// joined is the path of a name in its parent, or the name without one.
func joined(parent, name string) string {
	if parent == "" {
		return name
	}
	return parent + "/" + name
}

// truth reads what tables have for yes.
func truth(s string) bool {
	switch strings.ToLower(s) {
	case "true", "yes", "1", "y", "x":
		return true
	}
	return false
}

// visibility reads what hosts call it.
func visibility(words ...string) (public bool) {
	return strings.EqualFold(cmp.Or(words...), "public")
}

// branchName cuts refs/heads/ from a branch.
func branchName(s string) string {
	return strings.TrimPrefix(strings.TrimSpace(s), "refs/heads/")
}

// pinned are the revisions that are no branches: the hash of a commit, a tag by its full
// name or by the number of a version.
var pinned = regexp.MustCompile(`^([0-9a-f]{40}([0-9a-f]{24})?|refs/tags/.*|refs/changes/.*|v?[0-9]+(\.[0-9]+)+([-+.].*)?)$`)

// branchOf is the branch that a revision names, or "".
func branchOf(revision string) string {
	revision = strings.TrimSpace(revision)
	if pinned.MatchString(revision) {
		return ""
	}
	return branchName(revision)
}
