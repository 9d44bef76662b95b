package githost

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"syscall"
	"time"

	"gijbulk/schema"
)

const (
	longestAnswer = 64 << 20 // bytes of one page
	longestList   = 1 << 30  // bytes of all its pages
	mostPages     = 2000
	mostTries     = 3 // of a request that a host answers with 5xx
)

// session is one credential at its host.
type session struct {
	client *Client
	http   *http.Client
	sign   func(*http.Request, []byte) error // adds the credential

	identity Identity // once it is known
}

// answer is what a host answered, read whole.
type answer struct {
	status int
	header http.Header
	body   []byte
	url    *url.URL // that answered, after redirects and host maps
	host   string   // that was asked
	path   string
}

func (s *session) get(ctx context.Context, address string) (*answer, error) {
	return s.do(ctx, http.MethodGet, address, nil, nil)
}

// follow reads the next page of an answer, which a host names by its own URL.
func (s *session) follow(ctx context.Context, a *answer, next string) (*answer, error) {
	u, err := a.url.Parse(next)
	if err != nil || !sameHost(u, a.url) {
		return nil, elsewhere(a.url, u)
	}
	return s.send(ctx, call{method: http.MethodGet, url: u, host: a.host, path: a.path})
}

// call is one request with its attempts.
type call struct {
	method     string
	url        *url.URL
	host, path string // without host maps
	body       []byte
	header     http.Header
}

func (s *session) do(ctx context.Context, method, address string, body []byte, header http.Header) (*answer, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, &Problem{Code: schema.CodePathRefused, Field: schema.FieldAPIPath, Message: "the path cannot be read as a part of a URL"}
	}
	return s.send(ctx, call{method, s.client.mapped(u), u.Host, u.Path, body, header})
}

func (c *Client) mapped(u *url.URL) *url.URL {
	to, ok := c.config.HostMap[u.Host]
	if !ok {
		return u
	}
	there := *u
	there.Scheme, there.Host = to.Scheme, to.Host
	there.Path = strings.TrimRight(to.Path, "/") + u.Path
	there.RawPath = strings.TrimRight(to.EscapedPath(), "/") + u.EscapedPath()
	return &there
}

func (s *session) send(ctx context.Context, c call) (*answer, error) {
	g := s.client.gate(c.host)
	patience := time.Now().Add(s.client.config.MaxWait)
	for try := 1; ; try++ {
		if err := g.enter(ctx, patience); err != nil {
			return nil, err
		}
		a, err := s.attempt(ctx, c)
		if wait, limited := limitOf(a, time.Now()); limited {
			g.close(time.Now().Add(wait))
		}
		g.leave()
		switch {
		case err != nil && (try == mostTries || !cutOff(err)):
			return nil, g.unreachable(ctx, err)
		case err != nil:
		case throttled(a):
			try = 0
			continue
		case a.status < 500:
			return a, nil
		case try == mostTries:
			return nil, &Problem{Code: schema.CodeUnreachable, Message: fmt.Sprintf("%s answers %d%s", c.host, a.status, suffixed(a.words(s.client.config.Mask)))}
		}
		if err := pause(ctx, time.Duration(try)*time.Second); err != nil {
			return nil, err
		}
	}
}

// cutOff reports whether a connection broke, which a read may simply try again.
func cutOff(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF)
}

func (s *session) attempt(ctx context.Context, c call) (*answer, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, s.client.config.Timeout, errSlow{s.client.config.Timeout})
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, c.method, c.url.String(), bytes.NewReader(c.body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", s.client.config.UserAgent)
	maps.Copy(req.Header, c.header)
	if err := s.sign(req, c.body); err != nil {
		return nil, err
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return nil, causeOf(ctx, err)
	}
	defer resp.Body.Close()
	a := &answer{status: resp.StatusCode, header: resp.Header, url: resp.Request.URL, host: c.host, path: c.path}
	if a.body, err = io.ReadAll(io.LimitReader(resp.Body, longestAnswer+1)); err != nil {
		return nil, causeOf(ctx, err)
	}
	if len(a.body) > longestAnswer {
		return nil, fmt.Errorf("the answer is larger than %d MiB", longestAnswer>>20)
	}
	return a, nil
}

type errSlow struct{ limit time.Duration }

func (e errSlow) Error() string { return "no answer within " + e.limit.String() }

// causeOf is why a request failed: the end of its context, or the error without the method
// and URL in front.
func causeOf(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	if p, ok := errors.AsType[*Problem](err); ok {
		return p
	}
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return fmt.Errorf("the name %s cannot be resolved", dns.Name)
	}
	return err
}

// stayOnHost lets a request be redirected on its own host only: its credential goes with it.
func stayOnHost(req *http.Request, via []*http.Request) error {
	if !sameHost(req.URL, via[0].URL) {
		return elsewhere(via[0].URL, req.URL)
	}
	if len(via) > 5 {
		return &Problem{Code: schema.CodePathRefused, Field: schema.FieldOrigin, Message: via[0].URL.Host + " redirects without end"}
	}
	return nil
}

func sameHost(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && strings.EqualFold(a.Host, b.Host)
}

func elsewhere(from, to *url.URL) *Problem {
	there := "another host"
	if to != nil && to.Host != "" {
		there = to.Scheme + "://" + to.Host
	}
	return &Problem{Code: schema.CodePathRefused, Field: schema.FieldOrigin,
		Message: fmt.Sprintf("%s redirects to %s; the credential is not sent there", from.Host, there),
		Advice:  "if the host has moved, write its new URL as origin"}
}

// decode reads the JSON of an answer, numbers as JMESPath expects them.
func (a *answer) decode(v any) error {
	body := bytes.TrimPrefix(a.body, []byte(")]}'"))
	if err := json.Unmarshal(body, v); err != nil {
		return &Problem{Code: schema.CodeUnreachable, Message: a.host + " answers something that is not the JSON of its API"}
	}
	return nil
}

// words are what a host says to a person, without secrets and cut to a line.
func (a *answer) words(mask func(string) string) string {
	const longest = 200 // runes
	text := a.said()
	text = mask(text[:min(len(text), 64<<10)])
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, " ")), " ")
	if runes := []rune(text); len(runes) > longest {
		text = string(runes[:longest]) + "…"
	}
	return text
}

// said finds what a host says to a person.
func (a *answer) said() string {
	var object map[string]any
	if json.Unmarshal(bytes.TrimPrefix(a.body, []byte(")]}'")), &object) != nil {
		if bytes.HasPrefix(bytes.TrimSpace(a.body), []byte("<")) {
			return "" // a page
		}
		return string(a.body)
	}
	for _, name := range []string{"message", "Message", "error_description", "error"} {
		if text, ok := object[name].(string); ok && text != "" {
			return text
		}
	}
	return ""
}

// problem is what an answer other than the expected one means, wherever it was asked for.
func (s *session) problem(a *answer) *Problem {
	words := suffixed(a.words(s.client.config.Mask))
	switch a.status {
	case http.StatusUnauthorized:
		return &Problem{Code: schema.CodeCredentialRefused, Message: fmt.Sprintf("%s refuses the credential%s", a.host, words)}
	case http.StatusForbidden:
		return &Problem{Code: schema.CodeScopeMissing, Message: fmt.Sprintf("%s does not allow this credential to list the repositories%s", a.host, words)}
	case http.StatusNotFound:
		return &Problem{Code: schema.CodePathRefused, Field: schema.FieldAPIPath,
			Message: fmt.Sprintf("%s has no %s that this credential can see%s", a.host, a.path, words)}
	}
	return &Problem{Code: schema.CodePathRefused, Field: schema.FieldAPIPath, Message: fmt.Sprintf("%s answers %d to %s%s", a.host, a.status, a.path, words)}
}

func suffixed(words string) string {
	if words == "" {
		return ""
	}
	return ": " + words
}

// pages reads a list to its end. next finds the next page: "" after the last.
func (s *session) pages(ctx context.Context, address string, next func(*answer) string) (pages []any, all []*answer, err error) {
	err = s.each(ctx, address, func(a *answer) (string, error) {
		all = append(all, &answer{status: a.status, header: a.header, url: a.url, host: a.host, path: a.path})
		if a.status != http.StatusOK {
			return "", s.problem(a)
		}
		var page []any
		if err := a.decode(&page); err != nil {
			return "", err
		}
		pages = append(pages, page)
		return next(a), nil
	})
	if err != nil {
		return nil, all, err
	}
	return pages, all, nil
}

// each reads a list to its end. read takes one page, and says which is the next: "" after the last.
func (s *session) each(ctx context.Context, address string, read func(*answer) (next string, err error)) error {
	size := 0
	a, err := s.get(ctx, address)
	for n := 1; err == nil; n++ {
		size += len(a.body)
		s.client.config.OnPage()
		next, wrong := read(a)
		switch {
		case wrong != nil || next == "":
			return wrong
		case n == mostPages || size > longestList:
			return &Problem{Code: schema.CodePathRefused, Field: schema.FieldAPIPath, Message: fmt.Sprintf("the list does not end after %d pages of %d MiB", n, size>>20)}
		}
		a, err = s.follow(ctx, a, next)
	}
	return err
}

// nextLink is the next page in a Link header; "" where there is none.
func nextLink(a *answer) string {
	for _, header := range a.header.Values("Link") {
		for link := range strings.SplitSeq(header, ",") {
			target, parameters, _ := strings.Cut(link, ">")
			if address, ok := strings.CutPrefix(strings.TrimSpace(target), "<"); ok && strings.Contains(strings.ReplaceAll(parameters, `"`, ""), "rel=next") {
				return address
			}
		}
	}
	return ""
}

// withQuery adds parameters to a path that it does not have yet.
func withQuery(path string, parameters ...string) string {
	path, _, _ = strings.Cut(path, "#")
	path, query, _ := strings.Cut(path, "?")
	given, err := url.ParseQuery(query)
	if err != nil {
		given = url.Values{}
	}
	for i := 0; i < len(parameters); i += 2 {
		if !given.Has(parameters[i]) {
			if query != "" {
				query += "&"
			}
			query += parameters[i] + "=" + url.QueryEscape(parameters[i+1])
		}
	}
	return path + "?" + query
}
