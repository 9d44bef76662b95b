// Package giturl reads the addresses that git clone takes, and drops the credentials in them.
package giturl

import (
	"net/url"
	"strings"
)

// Address is the address of a repository without credentials. The zero address is none.
type Address struct {
	scheme string // http, https, ssh or git
	user   string // of ssh, where it is part of the address
	Host   string // in lower case, with a port that is not the scheme's own
	Path   string // begins with "/"
	scp    bool   // written as user@host:path
}

// Parse reads an address as git clone takes it. ok is false for anything without a host: a
// path, a relative URL, nothing. Passwords, tokens and queries are dropped.
func Parse(s string) (a Address, ok bool) {
	s = strings.TrimSpace(s)
	scheme, rest, found := strings.Cut(s, "://")
	if !found {
		return parseSCP(s)
	}
	if region, helper := strings.CutPrefix(scheme, "codecommit::"); helper {
		return codecommitAddress(region, rest)
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" {
		return Address{}, false
	}
	a = Address{scheme: strings.TrimPrefix(strings.ToLower(u.Scheme), "git+"), Host: strings.ToLower(u.Host), Path: u.EscapedPath()}
	switch a.scheme {
	case "https":
		a.Host = strings.TrimSuffix(a.Host, ":443")
	case "http":
		a.Host = strings.TrimSuffix(a.Host, ":80")
	case "ssh":
		a.Host = strings.TrimSuffix(a.Host, ":22")
		if u.User != nil {
			a.user = u.User.Username()
		}
	case "git":
	default:
		return Address{}, false
	}
	a.Path = "/" + strings.Trim(a.Path, "/")
	return a, a.Path != "/"
}

// parseSCP reads user@host:path. A drive letter is no host.
func parseSCP(s string) (Address, bool) {
	login, path, ok := strings.Cut(s, ":")
	if !ok || strings.ContainsAny(login, "/\\ ") || strings.HasPrefix(path, ":") {
		return Address{}, false
	}
	user, host, ok := strings.Cut(login, "@")
	if !ok {
		user, host = "", login
		if strings.Contains(path, "@") {
			return Address{}, false // user:password@host
		}
	}
	path = strings.Trim(path, "/")
	if len(host) < 2 || path == "" || strings.ContainsAny(path, "\\ ") || strings.Contains(user, ":") {
		return Address{}, false
	}
	return Address{scheme: "ssh", user: user, Host: strings.ToLower(host), Path: "/" + path, scp: true}, true
}

// codecommitAddress reads what git-remote-codecommit takes: REGION://[PROFILE@]NAME.
func codecommitAddress(region, rest string) (Address, bool) {
	_, name, found := strings.Cut(rest, "@")
	if !found {
		name = rest
	}
	if region == "" || name == "" || strings.ContainsAny(region+name, "/ ") {
		return Address{}, false
	}
	return Address{scheme: "https", Host: "git-codecommit." + strings.ToLower(region) + ".amazonaws.com", Path: "/v1/repos/" + name}, true
}

// IsWeb tells http and https.
func (a Address) IsWeb() bool { return a.scheme == "http" || a.scheme == "https" }

// String is the address as git takes it.
func (a Address) String() string {
	login := a.Host
	if a.user != "" {
		login = a.user + "@" + a.Host
	}
	if a.scp {
		return login + ":" + strings.TrimPrefix(a.Path, "/")
	}
	return a.scheme + "://" + login + a.Path
}

// Hostname is the host without its port.
func (a Address) Hostname() string {
	if i := strings.LastIndexByte(a.Host, ':'); i >= 0 && !strings.HasSuffix(a.Host, "]") {
		return a.Host[:i]
	}
	return a.Host
}

// Segments are the parts of the path, unescaped, the last without .git.
func (a Address) Segments() []string {
	parts := strings.Split(strings.Trim(a.Path, "/"), "/")
	for i, p := range parts {
		if plain, err := url.PathUnescape(p); err == nil {
			parts[i] = plain
		}
	}
	last := len(parts) - 1
	parts[last] = strings.TrimSuffix(parts[last], ".git")
	return parts
}

// WebBase is the URL of the host. That of a host known by ssh only is taken to be https.
func (a Address) WebBase() string {
	if a.IsWeb() {
		return a.scheme + "://" + a.Host
	}
	return "https://" + a.Hostname()
}

// IsRelative reports whether an address begins at another one.
func IsRelative(ref string) bool {
	return ref == "." || ref == ".." || strings.HasPrefix(ref, "./") || strings.HasPrefix(ref, "../")
}

// Below goes from an address along a relative path, each .. one level up. ok is false
// where that leads above the host.
func (a Address) Below(ref string) (Address, bool) {
	var parts []string
	if path := strings.Trim(a.Path, "/"); path != "" {
		parts = strings.Split(path, "/")
	}
	for part := range strings.SplitSeq(ref, "/") {
		switch part {
		case "", ".":
		case "..":
			if len(parts) == 0 {
				return Address{}, false
			}
			parts = parts[:len(parts)-1]
		default:
			parts = append(parts, part)
		}
	}
	a.Path = "/" + strings.Join(parts, "/")
	return a, true
}

// Parent is the address one level up.
func (a Address) Parent() Address {
	up, _ := a.Below("..")
	return up
}

// WithoutLogin cuts user information that may be secret out of an origin. One that has
// none stays as it is written.
func WithoutLogin(origin string) string {
	if !strings.Contains(origin, "@") {
		return origin
	}
	if a, ok := Parse(origin); ok {
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

// EscapePath escapes the parts of a path.
func EscapePath(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/")
}
