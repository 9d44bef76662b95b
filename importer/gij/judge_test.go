package gij

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gijbulk/schema"
)

const (
	none    = schema.ClassNone
	done    = schema.ClassDone
	refused = schema.ClassRefused
	notDone = schema.ClassNotDone
	unknown = schema.ClassUnknown
	stop    = schema.ClassStop
)

// effects are those of the methods in these tests.
var effects = map[string]effect{"POST": adds, "GET": reads, "PUT": sets, "DELETE": removes}

func answered(method, path string, status int, body string, headers ...string) answer {
	u, _ := url.Parse("https://jira.example.org/ctx" + path)
	resp := respond(status, body, headers...)
	a := answer{method: method, call: request{path: path}.call(), url: u, effect: effects[method], status: status, header: resp.Header, body: []byte(body)}
	a.reply, a.garbled = parseReply(a.body)
	return a
}

func classOf(e *Error) schema.Class {
	if e == nil {
		return done
	}
	return e.Class
}

func TestJudgeStatus(t *testing.T) {
	const page = "<html><head><title>Oops</title></head></html>"
	for _, tt := range []struct {
		name        string
		status      int
		body        string
		headers     []string
		write, read schema.Class
		stop        schema.Stop // where the class is stop
	}{
		{"success as a string", 200, added, nil, done, done, ""},
		{"success as a boolean", 201, `{"success":true}`, nil, done, done, ""},
		{"refused with 200", 200, `{"success":false,"error":"no"}`, nil, refused, refused, ""},
		{"refused with 200, a string", 200, `{"success":"False"}`, nil, refused, refused, ""},
		{"no success", 200, `{"id":3}`, nil, unknown, stop, schema.StopTarget},
		{"odd success", 200, `{"success":7}`, nil, unknown, stop, schema.StopTarget},
		{"a list in place of an object", 200, `[]`, nil, unknown, stop, schema.StopTarget},
		{"null", 200, `null`, nil, unknown, stop, schema.StopTarget},
		{"half an object", 200, `{"success":true,"integ`, nil, unknown, notDone, ""},
		{"plain text", 200, "OK", nil, unknown, stop, schema.StopTarget},
		{"nothing", 204, "", nil, unknown, stop, schema.StopTarget},
		{"a page", 200, " \n" + page, nil, stop, stop, schema.StopCredentials},
		{"wrong credentials", 401, page, []string{"X-Seraph-LoginReason", "AUTHENTICATED_FAILED"}, stop, stop, schema.StopCredentials},
		{"forbidden", 403, `{"message":"x"}`, nil, stop, stop, schema.StopCredentials},
		{"proxy credentials", 407, page, nil, stop, stop, schema.StopTarget},
		{"captcha", 403, page, []string{deniedReason, "CAPTCHA_CHALLENGE; login-url=https://j/login.jsp"}, stop, stop, schema.StopCredentials},
		{"redirect to a login", 302, "", []string{"Location", "/ctx/login.jsp?os_destination=x"}, stop, stop, schema.StopCredentials},
		{"redirect elsewhere", 302, "", []string{"Location", "https://example.org/"}, stop, stop, schema.StopTarget},
		{"redirect to nowhere", 304, "", nil, stop, stop, schema.StopTarget},
		{"bad request", 400, page, nil, refused, stop, schema.StopTarget},
		{"not found", 404, page, nil, refused, stop, schema.StopTarget},
		{"wrong media type", 415, page, nil, refused, stop, schema.StopTarget},
		{"request timeout", 408, "", nil, unknown, notDone, ""},
		{"too many", 429, `{"message":"Rate limit exceeded."}`, nil, notDone, notDone, ""},
		{"server error", 500, page, nil, unknown, notDone, ""},
		{"bad gateway", 502, page, nil, unknown, notDone, ""},
		{"gateway timeout", 504, page, nil, unknown, notDone, ""},
		{"busy, a proxy that says when", 503, page, []string{"Retry-After", "3"}, unknown, notDone, ""},
		{"busy in Jira's words", 503, `{"errorMessages":["Jira is being indexed"],"errors":{}}`, nil, notDone, notDone, ""},
		{"starting", 503, `{"state":"STARTING"}`, nil, notDone, notDone, ""},
		{"busy, a proxy about Jira", 503, "<title>Jira is unavailable</title>", nil, unknown, notDone, ""},
		{"busy, a proxy's JSON", 503, `{"message":"no healthy upstream"}`, nil, unknown, notDone, ""},
		{"switching protocols", 101, "", nil, stop, stop, schema.StopTarget},
	} {
		for _, side := range []struct {
			method string
			want   schema.Class
		}{{"POST", tt.write}, {"PUT", tt.write}, {"DELETE", tt.write}, {"GET", tt.read}} {
			e := judge(answered(side.method, integrationPath, tt.status, tt.body, tt.headers...))
			if got := classOf(e); got != side.want {
				t.Errorf("%s: %s: class %d, want %d (%v)", tt.name, side.method, got, side.want, e)
			}
			if side.want == stop && e.Stop != tt.stop {
				t.Errorf("%s: %s: stop %q, want %q", tt.name, side.method, e.Stop, tt.stop)
			}
			if side.want == stop && e.Need == "" {
				t.Errorf("%s: %s: no hint", tt.name, side.method)
			}
		}
	}
}

// The bare repository is what an add or an update of one is answered with, and nothing
// else is.
func TestJudgeBareAnswers(t *testing.T) {
	for _, tt := range []struct {
		method, path, body string
		want               schema.Class
	}{
		{"POST", repositoryPath, `{"id":3,"displayName":"x"}`, done},
		{"PUT", repositoryPath, `{"id":"3"}`, done},
		{"DELETE", repositoryPath, `{"id":3}`, unknown},
		{"POST", integrationPath, `{"id":3}`, unknown},
		{"PUT", repositoryPath + "/3/disable", `{"id":3}`, unknown},
		{"GET", repositoryPath, `{"id":3}`, stop},
		{"POST", repositoryPath, `{"id":0}`, unknown},
		{"POST", repositoryPath, `{"id":null}`, unknown},
		{"POST", repositoryPath, `{"displayName":"x"}`, unknown},
		{"POST", repositoryPath, `[{"id":3}]`, unknown},
		{"POST", repositoryPath, `{"id":3,"error":"no"}`, unknown},
		{"POST", repositoryPath, `{"id":3,"success":false,"error":"no"}`, refused},
		{"POST", repositoryPath, `{"success":"true","repository":{"id":3}}`, done},
		{"PUT", repositoryPath, `{"id":3,"displayName":`, unknown},
	} {
		if e := judge(answered(tt.method, tt.path, 200, tt.body)); classOf(e) != tt.want {
			t.Errorf("%s %s: %s: class %d, want %d (%v)", tt.method, tt.path, tt.body, classOf(e), tt.want, e)
		}
	}
}

// A 404 ends the run, save where another call can take its place.
func TestJudgeSeeks(t *testing.T) {
	for status, want := range map[int]schema.Class{404: refused, 400: stop, 401: stop, 403: stop, 405: stop, 410: stop, 429: notDone, 500: notDone, 503: notDone} {
		a := answered("GET", repositoryPath, status, "<title>x</title>")
		a.effect = seeks
		if e := judge(a); classOf(e) != want {
			t.Errorf("%d: class %d, want %d (%v)", status, classOf(e), want, e)
		}
	}
}

func TestJudgeOutsideTheApp(t *testing.T) {
	for _, tt := range []struct {
		name, body string
		status     int
		want       schema.Stop
	}{
		{"no Jira", "<title>404</title>", 404, schema.StopTarget},
		{"some site", "<title>Welcome</title><a href=/login>Login</a>", 200, schema.StopTarget},
		{"login form", `<form><input type="password"></form>`, 200, schema.StopCredentials},
		{"login title", `<title>Log in - Jira</title>`, 200, schema.StopCredentials},
		{"text", "pong", 200, schema.StopTarget},
		{"JSON", `{"name":"x"}`, 200, schema.StopNone},
	} {
		var got schema.Stop
		if e := judge(answered("GET", myselfPath, tt.status, tt.body)); e != nil {
			got = e.Stop
		}
		if got != tt.want {
			t.Errorf("%s: stop %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestJudgeLost(t *testing.T) {
	reset := &net.OpError{Op: "read", Net: "tcp", Err: errors.New("connection reset by peer")}
	for _, tt := range []struct {
		name        string
		err         error
		unsent      bool
		write, read schema.Class
	}{
		{"reset", reset, false, unknown, notDone},
		{"closed", io.EOF, false, unknown, notDone},
		{"refused connection", &net.OpError{Op: "dial", Err: errors.New("connection refused")}, true, notDone, notDone},
		{"handshake timeout", errors.New("net/http: TLS handshake timeout"), true, notDone, notDone},
		{"lookup failed for now", &net.OpError{Op: "dial", Err: &net.DNSError{Err: "server misbehaving", IsTemporary: true}}, true, notDone, notDone},
		{"no such host", &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}, true, stop, stop},
		{"certificate", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, true, stop, stop},
		{"host name", x509.HostnameError{Certificate: &x509.Certificate{}, Host: "h"}, true, stop, stop},
		{"http behind https", http.ErrSchemeMismatch, true, stop, stop},
		{"client certificate", &net.OpError{Op: "remote error", Err: errors.New("tls: certificate required")}, false, stop, stop},
		{"handshake failure", &net.OpError{Op: "remote error", Err: errors.New("tls: handshake failure")}, true, stop, stop},
		{"time limit", timeoutError{2 * time.Second}, false, unknown, notDone},
	} {
		for method, want := range map[string]schema.Class{"POST": tt.write, "PUT": tt.write, "DELETE": tt.write, "GET": tt.read} {
			a := answered(method, integrationPath, 0, "")
			a.err, a.unsent = tt.err, tt.unsent
			e := judge(a)
			if classOf(e) != want {
				t.Errorf("%s: %s: class %d, want %d", tt.name, method, classOf(e), want)
			}
			if !errors.Is(e, tt.err) {
				t.Errorf("%s: the cause is lost in %v", tt.name, e)
			}
		}
	}
}

func TestJudgeCutBody(t *testing.T) {
	for status, want := range map[int]schema.Class{200: unknown, 401: stop, 400: refused} {
		a := answered("POST", integrationPath, status, `{"success":"tr`)
		a.err = io.ErrUnexpectedEOF
		if got := classOf(judge(a)); got != want {
			t.Errorf("%d, cut: class %d, want %d", status, got, want)
		}
	}
	big := answered("GET", integrationPath, 200, "{")
	big.err = errTooLarge
	if got := classOf(judge(big)); got != refused {
		t.Errorf("a list too large: class %d", got)
	}
}

func TestErrorTexts(t *testing.T) {
	for _, tt := range []struct {
		name       string
		a          answer
		text, hint string // the hint: a part of it
	}{
		{"forbidden", answered("POST", integrationPath, 403, "<title>x</title>"),
			"POST /rest/gitplugin/1.0/integration: 403: neither a Jira administrator nor a manager of the app, or the XSRF check refused it", "Jira Administrators"},
		{"moved", answered("POST", integrationPath, 301, "", "Location", "https://new.example.org/jira/rest/gitplugin/1.0/integration?t=secret"),
			"POST /rest/gitplugin/1.0/integration: 301: a redirect to https://new.example.org/jira/rest/gitplugin/1.0/integration, which is not followed",
			"use the base URL https://new.example.org/jira"},
		{"moved, relative", answered("GET", myselfPath, 301, "", "Location", "/jira/rest/api/2/myself"),
			"GET /rest/api/2/myself: 301: a redirect to https://jira.example.org/jira/rest/api/2/myself, which is not followed",
			"use the base URL https://jira.example.org/jira"},
		{"captcha", answered("GET", myselfPath, 401, "", deniedReason, "CAPTCHA_CHALLENGE; login-url=https://u:p@j.example.org/login.jsp"),
			"GET /rest/api/2/myself: 401: Jira wants a CAPTCHA to be solved before it takes these credentials", "at https://j.example.org/login.jsp,"},
		{"captcha, odd URL", answered("GET", myselfPath, 401, "", deniedReason, "CAPTCHA_CHALLENGE; login-url=javascript:alert(1)"),
			"GET /rest/api/2/myself: 401: Jira wants a CAPTCHA to be solved before it takes these credentials", "at Jira's login page,"},
		{"app missing", answered("GET", integrationPath, 404, "<title>x</title>"),
			"GET /rest/gitplugin/1.0/integration: 404: this Jira does not have the app's API", "install or enable"},
		{"gateway", answered("POST", integrationPath, 502, "<html><script>1</script><body>Bad\n<b>luck</b> &amp;\x1b[31m co"),
			"POST /rest/gitplugin/1.0/integration: 502: Bad luck & [31m co", ""},
		{"silent", answered("POST", integrationPath, 504, ""), "POST /rest/gitplugin/1.0/integration: 504: gateway timeout", ""},
	} {
		e := judge(tt.a)
		if e.Error() != tt.text {
			t.Errorf("%s:\n got %s\nwant %s", tt.name, e.Error(), tt.text)
		}
		if !strings.Contains(string(e.Need), tt.hint) {
			t.Errorf("%s: hint %q lacks %q", tt.name, e.Need, tt.hint)
		}
	}
}

func TestWords(t *testing.T) {
	for _, tt := range []struct{ body, text, advice string }{
		{`{"success":false,"error":"Repository with id=5 does not exist","advice":"Please\n try again."}`, "Repository with id=5 does not exist", "Please try again."},
		{`{"errorMessages":["a","b"],"errors":{"y":"2","x":"1"}}`, "a; b; x: 1; y: 2", ""},
		{`{"message":"m","status-code":404}`, "m", ""},
		{`{"error":{"odd":1}}`, "", ""},
		{"<title> Not\tFound </title><body>x", "Not Found", ""},
		{"<title></title><p>first <i>words</i>", "first words", ""},
		{"plain\r\n\x00text\xff", "plain text", ""},
		{"", "", ""},
	} {
		if text, advice := (answer{body: []byte(tt.body)}).serverText(); text != tt.text || advice != tt.advice {
			t.Errorf("words(%q) = %q, %q", tt.body, text, advice)
		}
	}
	if long := oneLine(strings.Repeat("ä", 4000)); len(long) > longestText || !strings.HasSuffix(long, "ä…") {
		t.Errorf("a long text is cut to %d bytes: %q", len(long), long)
	}
}

func TestGone(t *testing.T) {
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   schema.Class // of a delete
	}{
		{"the app's words", 200, missing, done},
		{"of an integration", 200, `{"success":"false","error":"Integration does not exist"}`, done},
		{"the app's words with 404", 404, `{"error":"Repository with id=7 does not exist"}`, done},
		{"the app's own 404", 404, `{"success":false,"error":"no such id"}`, done},
		{"another refusal", 200, `{"success":false,"error":"no such id"}`, refused},
		{"about something else", 200, `{"success":false,"error":"Repository folder /srv/x does not exist"}`, refused},
		{"Jira's 404", 404, `{"message":"null for uri: https://j/rest/gitplugin/1.0/integration/7","status-code":404}`, refused},
		{"a page", 404, "<title>Repository does not exist</title>", refused},
		{"half an answer", 404, missing[:60], refused},
		{"not a refusal", 502, missing, unknown},
		{"no administrator", 403, missing, stop},
	} {
		path := integrationPath + "/7"
		if got := classOf(judge(answered("DELETE", path, tt.status, tt.body))); got != tt.want {
			t.Errorf("%s: class %d, want %d", tt.name, got, tt.want)
		}
		if got := classOf(judge(answered("PUT", path, tt.status, tt.body))); got == done {
			t.Errorf("%s: an update of it is done", tt.name)
		}
	}
}

// TestServersTextIsMaskedWhole: a secret is found before the text is folded into a line and
// cut, in every place where the server's text is shown.
func TestServersTextIsMaskedWhole(t *testing.T) {
	const secret = "line one\n  line two"
	mask := func(s string) string { return strings.ReplaceAll(s, secret, "[secret]") }
	long := strings.Repeat("x", longestText-20) + " " + secret
	quoted, _ := json.Marshal(long)
	for _, a := range []answer{
		answered("POST", integrationPath, 400, `{"error":`+string(quoted)+`}`),
		answered("POST", integrationPath, 200, `{"success":false,"error":"no","advice":`+string(quoted)+`}`),
		answered("POST", integrationPath, 400, long),
		answered("GET", myselfPath, 200, "<title>"+long+"</title>"),
		answered("POST", integrationPath, 502, "<html><p>"+long),
		answered("POST", integrationPath, 502, strings.Repeat(" ", longestPage-10)+secret),
		answered("POST", integrationPath, 502, "<title>"+strings.Repeat(" ", longestPage-20)+secret+"</title>"),
		answered("POST", integrationPath, 502, "<p>"+strings.Repeat(" ", longestPage-20)+secret),
	} {
		a.mask = mask
		e := judge(a)
		if e == nil || strings.Contains(e.Error()+e.Advice, "line") {
			t.Errorf("%s is judged as %v, %q", a.body, e, e.Advice)
		}
	}
	broken := answered("GET", integrationPath, 0, "")
	broken.mask, broken.err = mask, errors.New("malformed response: "+secret)
	if e := judge(broken); strings.Contains(e.Error(), "line") || !errors.Is(e, broken.err) {
		t.Errorf("the error is %v", e)
	}
}
