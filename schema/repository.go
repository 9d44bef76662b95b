package schema

import (
	"net/url"
	"path"
	"strings"
)

// repositorySpec holds the rules of plain repositories where they are those of a type:
// its credentials, which a public repository or one reached with an SSH key needs not.
var repositorySpec = typeSpec{repository: true, logins: loginPat | loginPassword}

const cloneAdvice = "write the address that git clone takes, such as https://git.example.org/team/tools.git or git@git.example.org:team/tools.git"

func (j *judge) judgeRepository() {
	j.judgeAddress()
	viewer, global := j.record.Get(FieldGitViewerEnabled), j.record.Get(FieldGlobal)
	mapped := j.given(FieldProjects) || j.given(FieldProjectMappingIDs) || j.unread(FieldProjects) || j.unread(FieldProjectMappingIDs)
	if viewer.Bool() && !mapped && !global.Bool() {
		j.report(FieldGitViewerEnabled, CodeViewerNoProject, "the repository browser is on, and no project is given")
	}
}

// WithoutServerMade leaves out of a live record what its server made by itself, for that
// repository alone: where the clone lies that it keeps. Elsewhere it would be another
// place.
func (r Record) WithoutServerMade() Record {
	if r.Get(FieldAbsoluteRoot).Bool() {
		return r
	}
	return r.Set(FieldRealRoot, Value{})
}

func (j *judge) judgeAddress() {
	origin := j.text(FieldOrigin)
	if origin == "" {
		if !j.unread(FieldOrigin) {
			j.report(FieldOrigin, CodeOriginRequired, "a repository needs an origin: it alone tells it from others").Advice = cloneAdvice
		}
		return
	}
	a := parseRepository(strings.TrimSpace(origin))
	if a.code == "" && a.fits != "" {
		j.report(FieldOrigin, CodeOriginMisfit, "%s is the host of %s: an integration lists its repositories automatically", a.host, a.fits).
			Advice = "write an integration of type " + string(a.fits) + ", unless it is this repository alone that you want"
	}
	j.judgeHost(&a, origin)
}

// parseRepository reads what git clone takes: a URL, [user@]host:path as scp has it, or
// a folder.
func parseRepository(origin string) address {
	if strings.Contains(origin, "://") {
		return parseCloneURL(origin)
	}
	if isAbsolute(origin) {
		return address{}
	}
	host, folder, ok := splitSCP(origin)
	switch {
	case strings.Contains(beforePath(folder), "@"): // user:password@host
		return badOrigin(CodeOriginLogin, "the origin contains credentials", "")
	case !ok:
		return badOrigin(CodeBadOrigin, Quote(origin)+" is not the address of a repository", cloneAdvice)
	case strings.ContainsAny(origin, " \t"):
		return badOrigin(CodeBadOrigin, "the origin contains a space", cloneAdvice)
	}
	return address{host: host}
}

func parseCloneURL(origin string) address {
	u, err := url.Parse(origin)
	scheme, _, _ := strings.Cut(strings.ToLower(origin), "://")
	if login, _ := cutLogin(beforePath(origin)); login != "" && (scheme != "ssh" || strings.Contains(login, ":")) {
		return badOrigin(CodeOriginLogin, "the origin contains credentials", "")
	}
	switch {
	case err != nil && scheme == "ssh":
		// The usual mistake is ssh://git@host:team/tools.git.
		return badOrigin(CodeBadOrigin, "this is not a URL", "write ssh://git@host/path, or git@host:path without ssh://")
	case err != nil:
		return badOrigin(CodeBadOrigin, "this is not a URL", cloneAdvice)
	case strings.ContainsAny(origin, " \t"):
		return badOrigin(CodeBadOrigin, "the origin contains a space", "write %20 for a space")
	case scheme == "file" && path.IsAbs(u.Path):
		return address{}
	case scheme != "https" && scheme != "http" && scheme != "ssh" && scheme != "git":
		return badOrigin(CodeBadOrigin, Quote(origin)+" is not an address that git knows", cloneAdvice)
	case u.Hostname() == "":
		return badOrigin(CodeBadOrigin, Quote(origin)+" has no host", cloneAdvice)
	case !validPort(u):
		return badPort(u)
	case u.RawQuery != "" || u.Fragment != "":
		return badOrigin(CodeBadOrigin, "the origin has a query or fragment", cloneAdvice)
	case strings.Trim(u.Path, "/") == "":
		return badOrigin(CodeBadOrigin, "the origin names a host and no repository", cloneAdvice)
	}
	a := address{host: u.Hostname(), plain: scheme == "http"}
	if scheme == "https" || scheme == "http" {
		a.fits = hostType(a.host)
	}
	return a
}

// splitSCP takes [user@]host:path apart, as scp and git do: the colon comes before any
// slash. A host of one letter is a drive of Windows, and no such address.
func splitSCP(s string) (host, folder string, ok bool) {
	head, folder, ok := strings.Cut(s, ":")
	login, host := cutLogin(head)
	if strings.HasPrefix(host, "[") { // IPv6 has colons of its own
		host, folder, ok = strings.Cut(s[len(login):], "]:")
		host += "]"
	}
	return host, folder, ok && !strings.ContainsAny(head, `/\`) && len(host) > 1 && folder != ""
}

// cutLogin cuts after the last @; login holds it.
func cutLogin(s string) (login, rest string) {
	at := strings.LastIndexByte(s, '@') + 1
	return s[:at], s[at:]
}

// normalRepository is NormalURL for all that git clone takes: of host:path only the host
// is in lower case, a folder only loses its trailing slashes.
func normalRepository(origin string) string {
	origin = strings.TrimSpace(origin)
	if strings.Contains(origin, "://") {
		return NormalURL(origin)
	}
	if host, folder, ok := splitSCP(origin); ok && !isAbsolute(origin) {
		return strings.ToLower(host) + ":" + trimFolder(folder)
	}
	return trimFolder(origin)
}
