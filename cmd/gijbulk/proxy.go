package main

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
)

// proxySecrets are those of the proxy through which a Jira is reached, where the environment names one.
// net/http ignores a proxy that it cannot read, or takes a part of its password for a host and
// shows that.
func (a *app) proxySecrets(jira string) ([]string, error) {
	name := "HTTP_PROXY"
	if strings.HasPrefix(strings.ToLower(jira), "https:") {
		name = "HTTPS_PROXY"
	}
	text := cmp.Or(a.env(name), a.env(strings.ToLower(name)))
	if text == "" {
		return nil, nil
	}
	proxy, err := readProxy(text)
	if err != nil {
		return nil, usage("%s is not the URL of a proxy", name).
			hinted("write http://HOST:PORT or http://USER:PASSWORD@HOST:PORT, with special characters of the password as %%XX")
	}
	password, _ := proxy.User.Password()
	return []string{password, proxy.User.Username() + ":" + password, proxy.User.String()}, nil
}

// readProxy reads the URL of a proxy, whose scheme may be left out.
func readProxy(text string) (*url.URL, error) {
	if !strings.Contains(text, "://") {
		text = "http://" + text
	}
	u, err := url.Parse(text)
	if err == nil && (!slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) || u.Hostname() == "" ||
		strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "") {
		err = url.InvalidHostError(u.Scheme)
	}
	return u, err
}
