package sandbox

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func noCredentials(r *http.Request) { r.Header.Del("Authorization") }

// pageText is the page's text without its tags, one cell a line.
func pageText(t *testing.T, got received) string {
	t.Helper()
	if got.status != 200 || !strings.HasPrefix(got.header.Get("Content-Type"), "text/html") {
		t.Fatalf("got %d %v, want a page", got.status, got.header)
	}
	if !strings.HasPrefix(got.body, "<!doctype html>") {
		t.Errorf("the page begins with %.40q", got.body)
	}
	return regexp.MustCompile(`(<[^>]*>|\n)+`).ReplaceAllString(got.body, "\n")
}

func TestPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, Options{Token: "secret"})
		empty := pageText(t, send(t, s, "GET", "/", "", noCredentials))
		if !strings.Contains(empty, "No integrations or repositories yet.") || !strings.Contains(empty, "sandbox") {
			t.Errorf("the empty page says %s", empty)
		}
		add := func(body string) { send(t, s, "POST", integrations, body, bearer("secret")) }
		add(`{"type":"GITHUB","displayName":"<script>alert(1)</script>","pat":"canary","global":true}`)
		add(`{"type":"GERRIT","origin":"https://g.example.org","projectMappingIds":[10000,10100],"disabled":true}`)
		time.Sleep(2 * time.Second)
		add(`{"type":"GITLAB"}`)
		got := send(t, s, "GET", "/", "", noCredentials)
		text := pageText(t, got)
		for _, want := range []string{
			"\n3 integrations, 1 being indexed, 1 disabled. Times are UTC; this page was made at \n2000-01-01 00:00:02\n.",
			"\n1\n&lt;script&gt;alert(1)&lt;/script&gt;\nGITHUB\nhttps://api.github.com\nall projects\nindexed\n2000-01-01 00:00:00\n2000-01-01 00:00:02\n",
			"\n2\nhttps://g.example.org/*\nGERRIT\nhttps://g.example.org\nACME, OPS\ndisabled\n2000-01-01 00:00:00\n",
			"\n3\nhttps://gitlab.com/*\nGITLAB\nhttps://gitlab.com\nnone\nindexing\n2000-01-01 00:00:02\nnot yet\n",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("the page has no %q in\n%s", want, text)
			}
		}
		if strings.Contains(got.body, "canary") || strings.Contains(got.body, "<script") {
			t.Errorf("the page shows a secret or runs a name:\n%s", got.body)
		}
	})
}

func TestThePageIsAtTheRootAndAtTheBasePath(t *testing.T) {
	s := start(t, Options{BasePath: "/jira"})
	for path, want := range map[string]int{
		"": 200, "/": 200, "/jira": 200, "/jira/": 200, "/jira/login.jsp": 200,
		"/jirax": 404, "/x": 404, "/login.jsp": 404, "/rest/api/2/myself": 404, "/jira/rest/api/2/myself": 200,
	} {
		if got := send(t, s, "GET", path, ""); got.status != want {
			t.Errorf("%q: %d, want %d", path, got.status, want)
		}
	}
}

func TestAProjectThatIsGoneIsShownByItsID(t *testing.T) {
	path := t.TempDir() + "/s.db"
	s, err := New(Options{DataFile: path})
	if err != nil {
		t.Fatal(err)
	}
	mustAdd(t, s, `{"type":"GITHUB","projectMappingIds":[10000]}`)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := start(t, Options{DataFile: path, Projects: []Project{}})
	if text := pageText(t, send(t, again, "GET", "/", "")); !strings.Contains(text, "\n10000\n") {
		t.Errorf("no id in\n%s", text)
	}
}
