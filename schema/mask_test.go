package schema

import (
	"encoding/base64"
	"fmt"
	"html"
	"net/url"
	"strings"
	"testing"
)

// User names are hidden in what is said, as words of their own.
func TestHideSaid(t *testing.T) {
	name := func(s string) Secret { return Refer(SchemeEnv, "NAME").Resolved(s) }
	m := NewMask([]Secret{name("s3cret-token")}).AndNames([]Secret{name("gitlab"), name("svc-jira"), name("svc-jira-2"), name("bot")})
	for said, want := range map[string]string{
		"user gitlab was refused":                        "user [secret] was refused",
		"gitlab":                                         "[secret]",
		`no such user: "svc-jira".`:                      `no such user: "[secret]".`,
		"svc-jira: svc-jira, (svc-jira)":                 "[secret]: [secret], ([secret])",
		"svc-jira-2 is not svc-jira":                     "[secret] is not [secret]",
		"cannot read https://svc-jira@git.example.org/a": "cannot read https://[secret]@git.example.org/a",
		"svc-jira@git.example.org: denied":               "[secret]@git.example.org: denied",
		"https://gitlab.example.org is down":             "https://gitlab.example.org is down",
		"https://gitlab:8443/a and git@gitlab:a":         "https://gitlab:8443/a and git@gitlab:a",
		"https://example.org/gitlab and gitlab/tools":    "https://example.org/gitlab and gitlab/tools",
		"my.gitlab, mygitlab, gitlabs, gitlab-ci":        "my.gitlab, mygitlab, gitlabs, gitlab-ci",
		"the bot sent s3cret-token":                      "the bot sent [secret]", // too short to be hidden
		"there is no https://a:b@example.org/?token=c&d": "there is no https://example.org/?token=[secret]&d",
		"": "",
	} {
		if got := m.HideSaid(said); got != want {
			t.Errorf("%q: got %q, want %q", said, got, want)
		}
	}
	if got := m.Hide("user gitlab, s3cret-token"); got != "user gitlab, [secret]" {
		t.Errorf("what a manifest holds: %q", got)
	}
}

// TestHideEncoded: a secret is hidden in whatever form a server or a library quotes it.
func TestHideEncoded(t *testing.T) {
	key := "-----BEGIN KEY-----\nfirst+line==\nsecond/line&\n-----END KEY-----"
	m := NewMask([]Secret{Literal(`p%ss "w<rd>& 1/2\x`, ""), Literal(key, ""), Literal("Upper-Case-1", "")}, "svc-jira:hunter2")
	for _, said := range []string{
		"p%25ss+%22w%3Crd%3E%26+1%2F2%5Cx", "p%25ss%20%22w%3crd%3e&%201%2f2%5cx", "p%25ss+%22w%3crd%3e%26+1%2f2%5cx",
		`p%ss &#34;w&lt;rd&gt;&amp; 1/2\x`,
		`p%ss \"w<rd>& 1/2\\x`, `p%ss \"w\u003crd\u003e\u0026 1/2\\x`,
		`p%ss \\\"w<rd>& 1/2\\\\x`, `p%ss \\\"w\\u003crd\\u003e\\u0026 1/2\\\\x`,
		"Basic " + base64.StdEncoding.EncodeToString([]byte("svc-jira:hunter2")),
		base64.RawURLEncoding.EncodeToString([]byte("Upper-Case-1")),
		"upper-case-1", "first+line==", "second/line&", "second/line&amp;", strings.ReplaceAll(key, "\n", " "),
	} {
		got := m.Hide("<" + said + ">")
		for _, rest := range []string{"w", "svc", "hunter", "case", "line", "c3Zj", "VXBwZXI"} {
			if !strings.Contains(got, hiddenText) || strings.Contains(strings.ReplaceAll(got, hiddenText, ""), rest) {
				t.Errorf("%s becomes %s", said, got)
				break
			}
		}
	}
	if got := m.Hide("-----BEGIN KEY-----"); got != "-----BEGIN KEY-----" {
		t.Errorf("what every key has is hidden: %s", got)
	}
}

// TestHideSaidFolded: what a server says may wrap a secret into lines, escape it more than once, or
// have it inside something longer.
func TestHideSaidFolded(t *testing.T) {
	const secret = `tok-Abc/defgh+i&jk"1`
	m := NewMask([]Secret{Literal(secret, "")})
	every := func(format string) string {
		var b strings.Builder
		for _, c := range []byte(secret) {
			fmt.Fprintf(&b, format, c)
		}
		return strings.TrimRight(b.String(), "\u200b\x00")
	}
	for _, said := range []string{
		secret, strings.ToUpper(secret), every("%%%02x"), every("&#%d;"), every("&#x%X;"), every(`\u%04x`), every("%02X"), every("%c\u200b"), every("%c\x00"),
		url.QueryEscape(url.QueryEscape(secret)), html.EscapeString(html.EscapeString(secret)), url.QueryEscape(html.EscapeString(secret)),
		secret[:8] + "\n" + secret[8:], secret[:8] + "\r\n\t " + secret[8:], secret[:8] + "\u00ad" + secret[8:], secret[:8] + `\n` + secret[8:],
		strings.NewReplacer("/", `\/`, `"`, `\"`).Replace(secret), strings.ReplaceAll(secret, `"`, `\\\"`),
	} {
		if got := m.HideSaid("before <" + said + "> after"); got != "before <"+hiddenText+"> after" {
			t.Errorf("%q becomes %q", said, got)
		}
	}
	for _, user := range []string{"", ":", "ab:", "oauth2:", "x-token-auth:"} {
		encoded := base64.StdEncoding.EncodeToString([]byte(user + secret + "\n"))
		if got := m.HideSaid("Basic " + encoded[:20] + "\n" + encoded[20:] + "; after"); !strings.Contains(got, hiddenText) || len(got) > len("Basic ; after")+len(hiddenText)+len(user)*4/3+7 || !strings.HasSuffix(got, "; after") {
			t.Errorf("base64 of %s: %q", user, got)
		}
	}
	for _, said := range []string{"", "100% of & \\ 3 %zz &amp &#x; \\u12 \xff", "tok-Abc/defgh and i&jk", strings.Repeat("%", 50)} {
		if got := m.HideSaid(said); got != said {
			t.Errorf("%q becomes %q", said, got)
		}
	}
}

func BenchmarkHideSaid(b *testing.B) {
	var secrets []Secret
	for i := range 1000 {
		secrets = append(secrets, Literal(fmt.Sprintf("glpat-%020d", i*7919), ""))
	}
	m := NewMask(secrets)
	said := strings.Repeat("The remote host refused the credentials. ", 5)
	for b.Loop() {
		m.HideSaid(said)
	}
}
