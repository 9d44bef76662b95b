package giturl

import "regexp"

// CodeCommitRegion is the region of AWS that a host of CodeCommit is in, or "" for another
// host: where it is cloned from, its API, either by FIPS or from a private network, or the
// console's page of a region.
func CodeCommitRegion(hostname string) string {
	for _, hosts := range codeCommitHosts {
		if m := hosts.FindStringSubmatch(hostname); m != nil {
			return m[1]
		}
	}
	return ""
}

var codeCommitHosts = []*regexp.Regexp{
	regexp.MustCompile(`^(?:[a-z0-9-]+\.)?(?:git-)?codecommit(?:-fips)?\.([a-z]{2}(?:-[a-z]+)+-[0-9]+)\.(?:vpce\.)?amazonaws\.com(?:\.cn)?$`),
	regexp.MustCompile(`^([a-z]{2}(?:-[a-z]+)+-[0-9]+)\.console\.aws\.amazon\.com$`),
}

// RegionOf is the region in the host of an origin, or "".
func RegionOf(origin string) string {
	a, ok := Parse(origin)
	if !ok {
		a, _ = Parse(origin + "/-") // the host alone
	}
	return CodeCommitRegion(a.Hostname())
}
