package convert

import (
	"regexp"
	"strings"
)

// isRelative reports whether an address begins at another one.
func isRelative(ref string) bool {
	return ref == "." || ref == ".." || strings.HasPrefix(ref, "./") || strings.HasPrefix(ref, "../")
}

// below goes from an address along a relative path, each .. one level up. ok is false
// where that leads above the host.
func (a address) below(ref string) (address, bool) {
	var parts []string
	if path := strings.Trim(a.path, "/"); path != "" {
		parts = strings.Split(path, "/")
	}
	for part := range strings.SplitSeq(ref, "/") {
		switch part {
		case "", ".":
		case "..":
			if len(parts) == 0 {
				return address{}, false
			}
			parts = parts[:len(parts)-1]
		default:
			parts = append(parts, part)
		}
	}
	a.path = "/" + strings.Join(parts, "/")
	return a, true
}

// parent is the address one level up.
func (a address) parent() address {
	up, _ := a.below("..")
	return up
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
