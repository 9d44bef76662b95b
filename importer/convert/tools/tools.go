// Package tools has a file for each tool whose listings package convert reads: how to
// recognize a listing, and how to read repositories out of it. [All] lists the tools. To
// add one, write its file and name it there.
package tools

import (
	"cmp"
	"regexp"
	"strings"

	"gijbulk/importer/convert"
)

// All lists the tools in the order in which users see them.
func All() convert.Tools {
	return convert.Tools{gh, github, gitlab, azure, bitbucketServer, bitbucketCloud, gitea,
		codecommit, gerrit, ghorg, repo, vcstool, west, mr, gitmodules,
		backstage, gei, fisheye, dvcs, vendor, csv}
}

func join(parent, name string) string {
	if parent == "" {
		return name
	}
	return parent + "/" + name
}

func truth(s string) bool {
	switch strings.ToLower(s) {
	case "true", "yes", "1", "y", "x":
		return true
	}
	return false
}

func visibility(words ...string) (public bool) {
	return strings.EqualFold(cmp.Or(words...), "public")
}

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
