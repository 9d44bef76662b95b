package githost_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"gijbulk/importer/githost"
	"gijbulk/schema"
)

// TestNoCredentialLeavesItsHost: neither a redirect nor a next page takes one to another host, nor
// to plain http.
func TestNoCredentialLeavesItsHost(t *testing.T) {
	other := `
hosts:
	- {name: evil.example.org, kind: gitlab}
	- {name: gitlab.example.org, kind: gitlab, redirect: %s}
	- {name: ghe.example.org, kind: github-server, redirect: %[1]s}
	- {name: git.example.org, kind: git, redirect: %[1]s}
`
	for _, to := range []string{"https://evil.example.org", "http://gitlab.example.org"} {
		synctest.Test(t, func(t *testing.T) {
			server := world(t, fmt.Sprintf(other, to))
			r := probe(t, server, githost.Config{}, "GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-secret",
				"GITHUB_SERVER origin=https://ghe.example.org pat=ghe-secret", "repository origin=https://git.example.org/a/b.git username=svc password=pw-secret")
			if d := cmp.Diff([]string{"1 origin error path-refused", "2 origin error path-refused", "3 origin error path-refused"}, found(r)); d != "" {
				t.Error(d)
			}
			for _, request := range server.Requests() {
				if request.Status != http.StatusFound {
					t.Errorf("%+v followed the redirect to %s", request, to)
				}
			}
		})
	}
	var paths []string
	next := roundTripper(func(r *http.Request) *http.Response {
		paths = append(paths, r.URL.String())
		w := httptest.NewRecorder()
		w.Header().Set("Link", `<https://evil.example.org/page2>; rel="next"`)
		_, _ = w.WriteString(map[bool]string{true: `{"username":"x"}`, false: `[]`}[strings.HasSuffix(r.URL.Path, "/user")])
		return w.Result()
	})
	r, err := githost.New(githost.Config{Base: next}).Probe(t.Context(), records("GITHUB pat=ghp-secret apiPath=/orgs/acme/repos"))
	if err != nil || !cmp.Equal([]string{"1 error path-refused"}, found(r)) || len(paths) != 2 {
		t.Errorf("%v, %v, %v", err, found(r), paths)
	}
}

type roundTripper func(*http.Request) *http.Response

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) {
	response := f(r)
	response.Request = r
	return response, nil
}

// TestRateLimit: a host that says when it takes requests again gets none before.
func TestRateLimit(t *testing.T) {
	for _, kind := range []string{"github-server", "gitlab"} {
		synctest.Test(t, func(t *testing.T) {
			server := world(t, `
hosts:
	- name: host.example.org
		kind: `+kind+`
		limit: {requests: 3, interval: 90s}
		credentials: [{token: good, user: u, scopes: [repo, api]}]
		organizations: {acme: [a, b, c, d, e, f]}
		pageSize: 1
`)
			var mu sync.Mutex
			var waits []time.Time
			start := time.Now()
			typ := map[string]string{"github-server": "GITHUB_SERVER", "gitlab": "GITLAB_SERVER"}[kind]
			c := githost.Config{OnWait: func(host string, until time.Time) {
				mu.Lock()
				defer mu.Unlock()
				if host != "host.example.org" {
					t.Errorf("waits for %s", host)
				}
				waits = append(waits, until)
			}}
			r := probe(t, server, c, typ+" origin=https://host.example.org pat=good")
			if n := len(r.Listings[0].Repositories); n != 6 || len(findings(r)) > 0 {
				t.Errorf("%d repositories, %v", n, findings(r))
			}
			if len(waits) != 2 || waits[0].Sub(start) != 90*time.Second || time.Since(start) != 180*time.Second {
				t.Errorf("waited for %v, %s in all", waits, time.Since(start))
			}
			for _, request := range server.Requests() {
				if request.Status != http.StatusOK {
					t.Errorf("%+v was sent while the host took none", request)
				}
			}
			r = probe(t, server, githost.Config{MaxWait: time.Minute}, typ+" origin=https://host.example.org pat=good")
			if d := cmp.Diff([]string{"1 origin warning unreachable"}, found(r)); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestRefusedByTheLimit: a 429 without a time, and one with a time, are waited for.
func TestRefusedByTheLimit(t *testing.T) {
	for _, header := range []string{"", "7"} {
		synctest.Test(t, func(t *testing.T) {
			asked := 0
			base := roundTripper(func(r *http.Request) *http.Response {
				asked++
				w := httptest.NewRecorder()
				switch {
				case asked == 1:
					w.Header().Set("Retry-After", header)
					w.WriteHeader(http.StatusTooManyRequests)
				case strings.HasSuffix(r.URL.Path, "/user"):
					_, _ = w.WriteString(`{"login":"x"}`)
				default:
					_, _ = w.WriteString(`[{"clone_url":"https://github.com/a/b.git"}]`)
				}
				return w.Result()
			})
			start := time.Now()
			r, err := githost.New(githost.Config{Base: base}).Probe(t.Context(), records("GITHUB pat=ghp-good"))
			if err != nil || len(findings(r)) > 0 || asked != 3 {
				t.Errorf("%v, %v after %d requests", err, findings(r), asked)
			}
			if took := time.Since(start); header == "7" && took != 7*time.Second || header == "" && took != time.Minute {
				t.Errorf("took %s", took)
			}
		})
	}
}

// TestHostThatHangs: the time limit ends it, once for all of its credentials.
func TestHostThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := world(t, "hosts: [{name: gitlab.example.org, kind: gitlab, hang: true}]")
		start := time.Now()
		r := probe(t, server, githost.Config{Timeout: 5 * time.Second}, "GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-one")
		if took := time.Since(start); took != 5*time.Second || !cmp.Equal([]string{"1 origin warning unreachable"}, found(r)) {
			t.Errorf("%v after %s", found(r), took)
		}
		if text := findings(r)[0].Message; !strings.Contains(text, "no answer within 5s") {
			t.Error(text)
		}
	})
}

// TestListsWithoutEnd: a host that always names a next page is given up.
func TestListsWithoutEnd(t *testing.T) {
	base := roundTripper(func(r *http.Request) *http.Response {
		w := httptest.NewRecorder()
		w.Header().Set("Link", `<https://api.github.com/user/repos?page=2>; rel="next"`)
		_, _ = w.WriteString(map[bool]string{true: `{"login":"x"}`, false: `[]`}[strings.HasSuffix(r.URL.Path, "/user")])
		return w.Result()
	})
	r, err := githost.New(githost.Config{Base: base}).Probe(t.Context(), records("GITHUB pat=ghp-good"))
	if err != nil || len(findings(r)) != 1 || !strings.Contains(findings(r)[0].Message, "does not end after 2000 pages") {
		t.Errorf("%v, %v", err, findings(r))
	}
}

// TestIncompleteAnswers: one whose count is another than its repositories is no list.
func TestIncompleteAnswers(t *testing.T) {
	base := roundTripper(func(r *http.Request) *http.Response {
		w := httptest.NewRecorder()
		_, _ = w.WriteString(map[bool]string{true: `{}`, false: `{"count":2,"value":[{"name":"a"}]}`}[strings.HasSuffix(r.URL.Path, "/connectionData")])
		return w.Result()
	})
	r, err := githost.New(githost.Config{Base: base}).Probe(t.Context(), records("AZURE_DEVOPS origin=https://tfs.example.org/tfs/Main pat=tfs-good"))
	if err != nil || !cmp.Equal([]string{"1 origin error path-refused"}, found(r)) || r.Listings[0].Repositories != nil {
		t.Errorf("%v, %v", err, findings(r))
	}
}

// TestNeverAPart: a list that breaks off is no list.
func TestNeverAPart(t *testing.T) {
	for name, second := range map[string]func(*httptest.ResponseRecorder){
		"500":     func(w *httptest.ResponseRecorder) { w.WriteHeader(500) },
		"cut":     func(w *httptest.ResponseRecorder) { _, _ = w.WriteString(`[{"clone_url":"https://github.com/a/c`) },
		"refused": func(w *httptest.ResponseRecorder) { w.WriteHeader(403) },
	} {
		synctest.Test(t, func(t *testing.T) {
			base := roundTripper(func(r *http.Request) *http.Response {
				w := httptest.NewRecorder()
				switch {
				case strings.HasSuffix(r.URL.Path, "/user"):
					_, _ = w.WriteString(`{"login":"x"}`)
				case r.URL.Query().Get("page") == "2":
					second(w)
				default:
					w.Header().Set("Link", `<https://api.github.com/user/repos?page=2>; rel="next"`)
					_, _ = w.WriteString(`[{"clone_url":"https://github.com/a/b.git"}]`)
				}
				return w.Result()
			})
			r, err := githost.New(githost.Config{Base: base}).Probe(t.Context(), records("GITHUB pat=ghp-good"))
			if err != nil || len(findings(r)) != 1 || r.Listings[0].Status == githost.StatusOK || r.Listings[0].Repositories != nil {
				t.Errorf("%s: %v, %v, %+v", name, err, findings(r), r.Listings[0])
			}
		})
	}
}

func TestTooLargeAnAnswer(t *testing.T) {
	base := roundTripper(func(*http.Request) *http.Response {
		return &http.Response{StatusCode: 200, Header: http.Header{}, Body: endless{}}
	})
	r, err := githost.New(githost.Config{Base: base}).Probe(t.Context(), records("GITHUB pat=ghp-good"))
	if err != nil || len(findings(r)) != 1 || !strings.Contains(findings(r)[0].Message, "larger than 64 MiB") {
		t.Errorf("%v, %v", err, findings(r))
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }
func (endless) Close() error               { return nil }

// TestHostMap: requests go to the mapped URL, next pages too, and messages name the host itself.
func TestHostMap(t *testing.T) {
	server := httptest.NewServer(world(t, github))
	defer server.Close()
	to, err := url.Parse(server.URL + "/api.github.com")
	if err != nil {
		t.Fatal(err)
	}
	client := githost.New(githost.Config{HostMap: map[string]*url.URL{"api.github.com": to}})
	defer client.Close()
	r, err := client.Probe(t.Context(), records("GITHUB pat=ghp-good", "GITHUB pat=ghp-typo"))
	if err != nil || len(r.Listings[0].Repositories) != 2004 {
		t.Fatalf("%v, %v", err, findings(r))
	}
	if text := findings(r)[1].Message; !strings.Contains(text, "api.github.com refuses the credential: Bad credentials") {
		t.Error(text)
	}
}

// TestCertificates: they are verified, except where the record says otherwise.
func TestCertificates(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(map[bool]string{true: `{"login":"x"}`, false: `[{"clone_url":"https://github.com/a/b.git"}]`}[strings.HasSuffix(r.URL.Path, "/user")]))
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer server.Close()
	all := records("GITHUB_SERVER pat=ghp-good origin="+server.URL, "GITHUB_SERVER pat=ghp-good origin="+server.URL)
	all[0] = all[0].Set(schema.FieldDisableSslVerification, schema.Bool(true))
	client := githost.New(githost.Config{})
	defer client.Close()
	for i, want := range []string{githost.StatusOK, string(schema.CodeUnreachable)} {
		r, err := client.Probe(t.Context(), all[i:i+1])
		if err != nil || r.Listings[0].Status != want {
			t.Errorf("record %d: %v, %s, want %s: %v", i+1, err, r.Listings[0].Status, want, findings(r))
		}
	}
}

// TestSecretsAreHidden: what a host says back is masked.
func TestSecretsAreHidden(t *testing.T) {
	base := roundTripper(func(r *http.Request) *http.Response {
		w := httptest.NewRecorder()
		w.WriteHeader(401)
		_, _ = w.WriteString(`{"message":"no such token: ` + strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ") + `"}`)
		return w.Result()
	})
	all := records("GITHUB pat=ghp-secret-value")
	mask := schema.NewMask(all[0].Masked())
	r, err := githost.New(githost.Config{Base: base, Mask: mask.HideSaid}).Probe(t.Context(), all)
	if err != nil || strings.Contains(fmt.Sprintf("%+v", r), "ghp-secret-value") || !strings.Contains(findings(r)[0].Message, "[secret]") {
		t.Errorf("%v, %+v", err, r)
	}
}

// TestUnknownSecrets: a record whose secret has no value, or that has errors, is not asked about.
func TestUnknownSecrets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := world(t, github)
		all := records("GITHUB", "GITHUB pat=ghp-good")
		all[0] = all[0].Set(schema.FieldPat, schema.Hidden(schema.Refer(schema.SchemeEnv, "NONE")))
		all[1] = all[1].WithFindings(schema.CodeBadAPIPath.Newf(all[1].Place, "apiPath", "bad"))
		r, err := githost.New(githost.Config{Base: server.RoundTripper()}).Probe(t.Context(), all)
		if err != nil || len(server.Requests()) > 0 || r.Listings[0].Status != githost.StatusNotChecked || r.Listings[1].Status != githost.StatusNotChecked {
			t.Errorf("%v, %v, %+v", err, server.Requests(), r)
		}
	})
}

func TestProbeEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := world(t, "hosts: [{name: gitlab.example.org, kind: gitlab, hang: true}]")
		ctx, cancel := context.WithCancelCause(t.Context())
		stop := errors.New("stop")
		time.AfterFunc(time.Second, func() { cancel(stop) })
		_, err := githost.New(githost.Config{Base: server.RoundTripper()}).Probe(ctx, records("GITLAB_SERVER origin=https://gitlab.example.org pat=glpat-one"))
		if !errors.Is(err, stop) {
			t.Error(err)
		}
	})
}
