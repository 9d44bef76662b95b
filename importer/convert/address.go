package convert

import (
	"net/url"
	"strings"
)

// address is the address of a repository without credentials. The zero address is none.
type address struct {
	scheme string // http, https, ssh or git
	user   string // of ssh, where it is part of the address
	host   string // in lower case, with a port that is not the scheme's own
	path   string // begins with "/"
	scp    bool   // written as user@host:path
}

// parseAddress reads what people give to git clone. ok is false for what is no address
// of a host: a path, a relative URL, nothing. Passwords, tokens and queries are dropped.
func parseAddress(s string) (a address, ok bool) {
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
		return address{}, false
	}
	a = address{scheme: strings.TrimPrefix(strings.ToLower(u.Scheme), "git+"), host: strings.ToLower(u.Host), path: u.EscapedPath()}
	switch a.scheme {
	case "https":
		a.host = strings.TrimSuffix(a.host, ":443")
	case "http":
		a.host = strings.TrimSuffix(a.host, ":80")
	case "ssh":
		a.host = strings.TrimSuffix(a.host, ":22")
		if u.User != nil {
			a.user = u.User.Username()
		}
	case "git":
	default:
		return address{}, false
	}
	a.path = "/" + strings.Trim(a.path, "/")
	return a, a.path != "/"
}

// parseSCP reads user@host:path. A drive letter is no host.
func parseSCP(s string) (address, bool) {
	login, path, ok := strings.Cut(s, ":")
	if !ok || strings.ContainsAny(login, "/\\ ") || strings.HasPrefix(path, ":") {
		return address{}, false
	}
	user, host, ok := strings.Cut(login, "@")
	if !ok {
		user, host = "", login
		if strings.Contains(path, "@") {
			return address{}, false // user:password@host
		}
	}
	path = strings.Trim(path, "/")
	if len(host) < 2 || path == "" || strings.ContainsAny(path, "\\ ") || strings.Contains(user, ":") {
		return address{}, false
	}
	return address{scheme: "ssh", user: user, host: strings.ToLower(host), path: "/" + path, scp: true}, true
}

// codecommitAddress reads what git-remote-codecommit takes: REGION://[PROFILE@]NAME.
func codecommitAddress(region, rest string) (address, bool) {
	_, name, found := strings.Cut(rest, "@")
	if !found {
		name = rest
	}
	if region == "" || name == "" || strings.ContainsAny(region+name, "/ ") {
		return address{}, false
	}
	return address{scheme: "https", host: "git-codecommit." + strings.ToLower(region) + ".amazonaws.com", path: "/v1/repos/" + name}, true
}

// isWeb tells http and https.
func (a address) isWeb() bool { return a.scheme == "http" || a.scheme == "https" }

// String is the address as git takes it.
func (a address) String() string {
	login := a.host
	if a.user != "" {
		login = a.user + "@" + a.host
	}
	if a.scp {
		return login + ":" + strings.TrimPrefix(a.path, "/")
	}
	return a.scheme + "://" + login + a.path
}

// hostname is the host without its port.
func (a address) hostname() string {
	if i := strings.LastIndexByte(a.host, ':'); i >= 0 && !strings.HasSuffix(a.host, "]") {
		return a.host[:i]
	}
	return a.host
}

// segments are the parts of the path, unescaped, the last without .git.
func (a address) segments() []string {
	parts := strings.Split(strings.Trim(a.path, "/"), "/")
	for i, p := range parts {
		if plain, err := url.PathUnescape(p); err == nil {
			parts[i] = plain
		}
	}
	last := len(parts) - 1
	parts[last] = strings.TrimSuffix(parts[last], ".git")
	return parts
}

// webBase is the URL of the host. That of a host known by ssh only is taken to be https.
func (a address) webBase() string {
	if a.isWeb() {
		return a.scheme + "://" + a.host
	}
	return "https://" + a.hostname()
}

// take puts an address where it belongs, and reports whether it is one.
func (r *repository) take(s string) bool {
	a, ok := parseAddress(s)
	switch {
	case !ok:
		return false
	case a.isWeb():
		if r.web.host == "" {
			r.web = a
		}
	case r.ssh.host == "":
		r.ssh = a
	}
	return true
}
