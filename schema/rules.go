package schema

import (
	"cmp"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"
)

func (j *judge) text(f Field) string { return j.record.Get(f).Text() }

func (j *judge) integrationType() Type { return Type(j.text(FieldType)) }

func (j *judge) has(f Field) bool { return j.record.Has(f) }

func (j *judge) given(f Field) bool {
	return j.has(f) && !j.record.Get(f).Blank()
}

func (j *judge) judgeType() {
	t := j.integrationType()
	if t == "" {
		if !j.unread(FieldType) && j.kind.Valid() { // else what is wrong has been said
			j.report(FieldType, CodeTypeRequired, "the record has no type")
		}
		return
	}
	if j.spec == nil {
		finding := j.report(FieldType, CodeUnknownType, "%s is not a type", Quote(string(t)))
		finding.Advice = typeAdvice(string(t))
		return
	}
	if why := j.spec.dropped; why != "" {
		j.needForCreate(FieldType, CodeDroppedType, "%s is no longer supported: %s", t, why)
	}
}

func (j *judge) judgeOrigin() {
	t, origin := j.integrationType(), j.text(FieldOrigin)
	if j.spec == nil {
		j.dropLogin(origin)
		return
	}
	if origin == "" {
		switch j.spec.origin {
		case originDefaults:
			j.record.put(FieldOrigin, Text(j.spec.defaultOrigin))
		case originFree:
			j.record.put(FieldOrigin, Value{})
		case originRequired:
			if !j.unread(FieldOrigin) {
				j.needForCreate(FieldOrigin, CodeOriginRequired, "a new %s integration needs an origin", t).Advice = originAdvice(t)
			}
		}
		return
	}
	if t == TypeFilespace {
		j.judgeFolder(origin)
		return
	}
	j.judgeURL(t, origin)
}

func originAdvice(t Type) string {
	if t == TypeFilespace {
		return "add the folder's absolute path, such as /srv/git/*"
	}
	return "add the host's URL, such as https://git.example.org"
}

func (j *judge) judgeFolder(folder string) {
	if !isAbsolute(folder) {
		j.dropLogin(folder)
		j.report(FieldOrigin, CodeBadOrigin, "%s is not an absolute path", Quote(folder)).
			Advice = `write a path such as /srv/git/*, D:\repos\* or \\host\share\*`
	}
}

// isAbsolute takes paths of POSIX, with a drive of Windows, and of a network share.
func isAbsolute(folder string) bool {
	drive := len(folder) > 2 && folder[1] == ':' && (folder[2] == '\\' || folder[2] == '/') &&
		strings.ContainsAny(folder[:1], "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
	share := strings.HasPrefix(folder, `\\`) && len(strings.Split(folder[2:], `\`)) > 1
	return path.IsAbs(folder) || drive || share
}

func (j *judge) judgeURL(t Type, origin string) {
	a := parseAddress(origin)
	if a.code == "" && a.fits != "" && a.fits != t && !(a.fits == TypeAzure && t == TypeVSTS) {
		j.report(FieldOrigin, CodeOriginMisfit, "%s is the host of %s, not of %s", a.host, a.fits, t).
			Advice = "use type " + string(a.fits)
	}
	j.judgeHost(&a, origin)
}

// judgeHost tells what an address has against it whatever the record is.
func (j *judge) judgeHost(a *address, origin string) {
	if a.code != "" {
		j.report(FieldOrigin, a.code, "%s", a.message).Advice = a.advice
	}
	if a.code == CodeOriginLogin || withoutQuerySecrets(origin) != origin {
		j.dropLogin(origin)
	}
	if a.plain && (j.given(FieldPat) || j.given(FieldPassword)) {
		j.report(FieldOrigin, CodeLoginOverHTTP, "credentials are sent to %s over http, without encryption", a.host)
	}
}

// dropLogin keeps no secret of an origin that is wrong: it is reported everywhere.
func (j *judge) dropLogin(origin string) {
	if origin != "" {
		j.record.put(FieldOrigin, Text(originWithoutLogin(withoutQuerySecrets(origin))))
	}
}

// address is what an origin's text says, whatever the type.
type address struct {
	Verdict
	host  string
	plain bool // http, not https
	fits  Type // whose well-known host it is, or ""
}

func parseAddress(origin string) address {
	u, err := url.Parse(strings.TrimSpace(origin))
	switch {
	case strings.Contains(beforePath(origin), "@") && !(err == nil && u.Scheme == "ssh"):
		return badOrigin(CodeOriginLogin, "the origin contains credentials", "")
	case err != nil:
		// The parser's own words may quote what a person pasted by mistake.
		return badOrigin(CodeBadOrigin, "this is not a URL", "")
	case u.Scheme == "ssh":
		return badOrigin(CodeBadOrigin, "an ssh address is not an http or https URL",
			"write the host's web address; integrations speak to its REST API")
	case u.Scheme == "" || strings.Contains(u.Scheme, "."):
		return badOrigin(CodeBadOrigin, Quote(origin)+" is not an http or https URL", "write the URL with its scheme: https://"+withoutQuerySecrets(origin))
	case u.Scheme != "http" && u.Scheme != "https":
		return badOrigin(CodeBadOrigin, Quote(origin)+" is not an http or https URL", "")
	case u.Hostname() == "":
		return badOrigin(CodeBadOrigin, Quote(origin)+" has no host", "")
	case !validPort(u):
		return badPort(u)
	case u.RawQuery != "" || u.Fragment != "":
		return badOrigin(CodeBadOrigin, "the origin has a query or fragment",
			"write the host's base URL alone; the path of a listing goes into apiPath")
	}
	return address{host: u.Hostname(), plain: u.Scheme == "http", fits: hostType(u.Hostname())}
}

func validPort(u *url.URL) bool {
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return u.Port() == "" || err == nil && port > 0
}

func badPort(u *url.URL) address {
	return badOrigin(CodeBadOrigin, fmt.Sprintf("the port %s is not between 1 and 65535", u.Port()), "correct the port")
}

// badOrigin is an address that cannot be right; without advice, the code's own is given.
func badOrigin(code Code, message, advice string) address {
	return address{Verdict: problem(code, message, cmp.Or(advice, code.Explanation().Advice))}
}

// beforePath is a URL's text up to the end of its host.
func beforePath(s string) string {
	_, rest, ok := strings.Cut(s, "://")
	if !ok {
		rest = s
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return rest
}

// withoutLogin cuts user information out of a URL, for it may hold a password. The user
// of an ssh address is a part of it, and stays.
func withoutLogin(s string) string {
	scheme, rest, ok := strings.Cut(s, "://")
	login, _ := cutLogin(beforePath(s))
	if !ok || login == "" {
		return s
	}
	user, _, secret := strings.Cut(login, ":")
	switch {
	case !strings.EqualFold(scheme, "ssh"):
		user = ""
	case secret:
		user += "@"
	}
	return scheme + "://" + user + rest[len(login):]
}

// ShownURL is a URL as it may be shown: without user information, and without the values of
// its query where their names are those of secrets.
func ShownURL(s string) string {
	return withoutURLSecrets(withoutLogin(s)) // it may be a list of them
}

// withoutURLSecrets is a text without those of the URLs in it.
func withoutURLSecrets(s string) string {
	s = withoutQuerySecrets(s)
	if strings.Contains(s, "://") {
		s = furtherLogin.ReplaceAllString(s, "://")
	}
	return s
}

var furtherLogin = regexp.MustCompile(`://[^/?#\s@;,]*:[^/?#\s@]*@`)

var querySecret = regexp.MustCompile(`(?i)([?&][^=&#\s]*(?:token|secret|passw|pwd|key|auth|signature)[^=&#\s]*=)[^&#\s]+`)

func withoutQuerySecrets(s string) string {
	if !strings.Contains(s, "=") {
		return s
	}
	return querySecret.ReplaceAllString(s, "${1}"+hiddenText)
}

// originWithoutLogin is withoutLogin also for user:password@host without a scheme.
func originWithoutLogin(s string) string {
	if login, _ := cutLogin(beforePath(s)); !strings.Contains(s, "://") && strings.Contains(login, ":") {
		return s[len(login):]
	}
	return withoutLogin(s)
}

func hostType(host string) Type {
	host = strings.ToLower(host)
	switch {
	case host == "github.com" || host == "api.github.com" || host == "www.github.com":
		return TypeGitHub
	case host == "gitlab.com" || host == "www.gitlab.com":
		return TypeGitLab
	case host == "dev.azure.com":
		return TypeAzure
	case strings.HasSuffix(host, ".visualstudio.com"):
		return TypeVSTS
	case strings.HasPrefix(host, "git-codecommit.") && strings.Contains(host, ".amazonaws.com"):
		return TypeAWS
	}
	return ""
}

func (j *judge) judgeTypeFields() {
	if v := j.record.Get(FieldDisableSslVerification); v.Bool() {
		j.report(FieldDisableSslVerification, CodeSslUnverified, "the host's certificate will not be checked")
	}
	if j.has(FieldLimitGitData) {
		j.report(FieldLimitGitData, CodeDeprecatedField, "the field has been deprecated since 2021")
	}
	if j.spec == nil || j.spec.repository {
		return
	}
	t := j.integrationType()
	refuse := func(f Field, where string) {
		if !t.Takes(f) && j.given(f) {
			j.report(f, CodeFieldRefused, "%s takes no %s", t, f).Advice = "remove it; it is for " + where
		}
	}
	refuse(FieldAwsRegion, "AWS")
	refuse(FieldFolderDepth, "FILESPACE")
	refuse(FieldTfsCollection, "AZURE, AZURE_DEVOPS, VSTS and TFS_SERVER")
	if t.Needs(FieldFolderDepth) && !j.written(FieldFolderDepth) {
		j.needForCreate(FieldFolderDepth, CodeDepthRequired, "a new FILESPACE integration needs a folderDepth")
	}
	if t.Needs(FieldAwsRegion) {
		j.judgeRegion()
	}
}

// written reports whether the manifest has something for a field, readable or not.
func (j *judge) written(f Field) bool {
	if j.given(f) {
		return true
	}
	c, ok := j.entry.Cell(f)
	nested := c.Written.Form == FormList || c.Written.Form == FormMap
	return ok && c.Written.Form != FormNull && !j.has(f) && (nested || strings.TrimSpace(c.Written.Text) != "")
}

func (j *judge) judgeRegion() {
	region := j.text(FieldAwsRegion)
	if region == "" {
		if !j.written(FieldAwsRegion) {
			j.needForCreate(FieldAwsRegion, CodeRegionRequired, "a new AWS integration needs an awsRegion")
		}
		return
	}
	for _, r := range Regions() {
		if r == region {
			return
		}
	}
	finding := j.report(FieldAwsRegion, CodeUnknownRegion, "%s is not a region that the server knows", Quote(region))
	if near := Nearest(region, Regions()); near != "" {
		finding.Advice = "did you mean " + near + "?"
	}
}

// ranges are inclusive.
var ranges = []struct {
	field     Field
	low, high int64
}{
	{FieldMaxMinsToCommitEmail, 0, 1<<31 - 1},
	{FieldFolderDepth, 1, 5},
	{FieldWave, 0, 1<<31 - 1},
	{FieldID, 1, 1<<63 - 1},
}

func (j *judge) judgeRanges() {
	for _, r := range ranges {
		v := j.record.Get(r.field)
		if !v.IsSet() || v.Int() >= r.low && v.Int() <= r.high {
			continue
		}
		j.report(r.field, CodeOutOfRange, "%d is not between %d and %d", v.Int(), r.low, r.high)
	}
}

func (j *judge) judgeID() {
	if j.has(FieldID) && !j.given(FieldTarget) {
		j.report(FieldID, CodeIDWithoutTarget, "the id does not say which Jira it belongs to")
	}
}
