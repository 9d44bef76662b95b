package gij

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"unicode"
)

// target is where all requests go, and what they all carry.
type target struct {
	base          *url.URL    // without a trailing slash
	reads, writes http.Header // of requests that read, and of those that write; nobody changes them
}

func newTarget(c Config) (target, error) {
	base, err := cleanBase(c.BaseURL)
	if err != nil {
		return target{}, fmt.Errorf("base URL: %w", err)
	}
	login, err := authorization(c)
	if err != nil {
		return target{}, err
	}
	t := target{base: base, reads: http.Header{"Accept": {"application/json"}, "User-Agent": {cmp.Or(c.UserAgent, "gijbulk")}}}
	if login != "" {
		t.reads.Set("Authorization", login)
	}
	t.writes = t.reads.Clone()
	t.writes.Set("Content-Type", "application/json")
	t.writes.Set("X-Atlassian-Token", "no-check")
	return t, nil
}

// newRequest is a request as it goes over the wire. It is put together by hand: the base URL
// has been read once, and thousands of requests need not do so again.
func (t target) newRequest(ctx context.Context, r request) *http.Request {
	u := *t.base
	path, query, _ := strings.Cut(r.path, "?")
	if u.Path, u.RawQuery = u.Path+path, query; u.RawPath != "" {
		u.RawPath += path
	}
	req := http.Request{Method: r.method, URL: &u, Header: t.reads, Body: http.NoBody, ContentLength: int64(len(r.body))}
	if r.effect.writes() {
		req.Header = t.writes
	}
	if len(r.body) > 0 {
		// net/http sends what it knows for bytes in memory together with the header.
		body := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(r.body)), nil }
		req.Body, _ = body()
		req.GetBody = body
	}
	return req.WithContext(ctx)
}

func cleanBase(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		if host, ok := errors.AsType[url.InvalidHostError](err); ok {
			return nil, host
		}
		return nil, errors.New("it is not a valid URL") // what the parser says of other parts may quote a password
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, errors.New("it must begin with http:// or https://")
	case u.Host == "" || u.Hostname() == "":
		return nil, errors.New("it has no host")
	case u.User != nil:
		return nil, &Error{Text: "it contains credentials", Need: NeedBareURL}
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("it must end with the host or the context path, without ? and #")
	}
	u.Host = strings.TrimSuffix(u.Host, ":")
	return url.Parse(strings.TrimRight(u.String(), "/")) // a slash that is escaped belongs to the path
}

func authorization(c Config) (string, error) {
	for _, part := range []struct{ name, value string }{{"token", c.Token}, {"user", c.User}, {"password", c.Password}} {
		if strings.ContainsFunc(part.value, unicode.IsControl) {
			return "", fmt.Errorf("the %s holds a line break or another control character", part.name)
		}
	}
	switch {
	case c.Token != "" && (c.User != "" || c.Password != ""):
		return "", errors.New("both a token and a user or password are given; give one of the two")
	case c.Token != "":
		return "Bearer " + c.Token, nil
	case c.User == "" && c.Password == "":
		return "", nil
	case c.User == "" || strings.Contains(c.User, ":"):
		return "", errors.New("the user is empty or holds a colon, which Basic credentials cannot carry")
	}
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(c.User, c.Password)
	return r.Header.Get("Authorization"), nil
}
