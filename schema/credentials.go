package schema

import (
	"regexp"
	"strings"
)

func (j *judge) judgeCredentials() {
	if j.spec == nil {
		return
	}
	t, takes := j.record.subject(), j.spec.logins
	user, password, pat := j.given(FieldUsername), j.given(FieldPassword), j.given(FieldPat)
	switch {
	case takes == 0:
		for _, f := range []Field{FieldUsername, FieldPassword, FieldPat} {
			if j.given(f) {
				j.report(f, CodeLoginRefused, "%s takes no credentials", t).Advice = "remove " + f.String()
			}
		}
	case pat && password:
		j.report(FieldPassword, CodePatAndPassword, "a pat and a password are both given").Advice = "keep one; " + takes.advice()
	case pat:
		j.judgePat(t, takes, user)
	case password && takes&loginPassword == 0:
		j.report(FieldPassword, CodeLoginRefused, "%s takes no password", t).Advice = takes.advice()
	case j.unread(FieldPat) || j.unread(FieldPassword) || j.unread(FieldUsername):
		// What is wrong with them has been said.
	case j.spec.repository && !password && (!user || !j.webOrigin()):
		// It may be public, or reached with a key of the app's.
	case !user || !password:
		what := string(t)
		if !j.spec.repository {
			what += " integration"
		}
		j.needForCreate(takes.missing(user, password), CodeLoginRequired, "a new %s needs credentials", what).Advice = takes.advice()
	}
}

func (l logins) missing(user, password bool) Field {
	switch {
	case user:
		return FieldPassword
	case password || l&loginPat == 0:
		return FieldUsername
	}
	return FieldPat
}

func (j *judge) judgePat(t string, takes logins, user bool) {
	switch {
	case takes&loginPat != 0:
		if user {
			j.report(FieldUsername, CodePatAndPassword, "a username does not go with a pat").Advice = "remove the username"
		}
	case takes&loginAllPat != 0:
		name := j.record.Get(FieldUsername)
		if _, referred := name.Secret(); !referred && name.Text() != "all" {
			j.needForCreate(FieldUsername, CodeLoginRequired, "%s takes a pat only with the username all", t).Advice = "write username: all"
		}
	default:
		j.report(FieldPat, CodeLoginRefused, "%s takes no pat", t).Advice = takes.advice()
	}
}

// unread reports whether a field was written but could not be read.
func (j *judge) unread(f Field) bool { return j.written(f) && !j.has(f) }

func (l logins) advice() string {
	var ways []string
	if l&loginPat != 0 {
		ways = append(ways, "a pat alone")
	}
	if l&loginPassword != 0 {
		ways = append(ways, "username and password")
	}
	if l&loginAllPat != 0 {
		ways = append(ways, "username all with a pat")
	}
	return "give " + strings.Join(ways, ", or ")
}

func badReference(scheme Scheme, target string) string {
	switch scheme {
	case SchemeEnv:
		if !isVariable(target) {
			return "env: needs the name of a variable, of letters, digits and _"
		}
	case SchemeFile:
		if strings.TrimSpace(target) == "" {
			return "file: needs a path"
		}
	case SchemeKeyring:
		// The user follows the last slash: services are often URLs.
		slash := strings.LastIndexByte(target, '/')
		if slash < 1 || slash == len(target)-1 {
			return "keyring: needs SERVICE/USER"
		}
	case SchemeCommand:
		if strings.TrimSpace(target) == "" {
			return "cmd: needs a command line"
		}
	}
	return ""
}

// foreignReference is what shells, templates and other tools expand to a secret, or one of our own
// references in other letters. $Name in mixed case is left alone: a password may look like that.
var foreignReference = regexp.MustCompile(`(?s)^(` + strings.Join([]string{
	`\$\{.*\}`, `\{\{.*\}\}`, `#\{.*\}`, `<%.*%>`, // templates
	`\$[A-Z_][A-Z0-9_]+`, `(?i:\$env:\w+)`, `%[A-Z_][A-Z0-9_]+%`, `\$\(.*\)`, "`.*`", // shells
	`(?i:vault|env|file|keyring|cmd):.+`, `arn:aws:.+`, `[A-Za-z][A-Za-z0-9+.-]*://.+`, // stores of secrets
}, "|") + `)$`)

func isForeignReference(s string) bool { return foreignReference.MatchString(strings.TrimSpace(s)) }

func isVariable(s string) bool {
	for i, r := range s {
		letter := r == '_' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return s != ""
}
