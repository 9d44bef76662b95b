package schema

import (
	"strings"
	"testing"
)

// TestExplainIndexing has a message of each known error, as the app or the host words it.
func TestExplainIndexing(t *testing.T) {
	messages := map[Code][]string{
		"indexing-scope-missing":      {`{"type":"INSUFFICIENT_SCOPES","message":"Your token has not been granted the required scopes to execute this query."}`},
		"indexing-organization-token": {"Microsoft https://app.vssps.visualstudio.com/_apis/profile/profiles/me?api-version=1.0 Unauthorized (401)"},
		"indexing-proxy-credentials":  {"HTTP 407 Proxy Authentication Required", "Unable to tunnel through proxy"},
		"indexing-clone-not-permitted": {"https://git.example.org/a.git: git-upload-pack not permitted on 'https://git.example.org/a.git/'",
			"https://git.example.org/a.git/info/refs?service=git-upload-pack not found"},
		"indexing-token-refused": {"Indexing first: 401 Unauthorized", "Bad credentials", "https://git.example.org/a.git: not authorized",
			"Authentication is required but no CredentialsProvider has been registered"},
		"indexing-rate-limited":      {"API rate limit exceeded for user ID 1", "HTTP 429"},
		"indexing-access-forbidden":  {"403 Forbidden", "Resource protected by organization SAML enforcement."},
		"indexing-open-files":        {"Failure updating tracking ref refs/heads/main: Too many open files"},
		"indexing-object-too-large":  {"Object too large (2,271,263,009 bytes), rejecting the pack. Max object size limit is 2,147,483,639 bytes."},
		"indexing-out-of-memory":     {"java.lang.OutOfMemoryError: Java heap space", "GC overhead limit exceeded", "Out of memory loading unknown object"},
		"indexing-certificate":       {"javax.net.ssl.SSLHandshakeException: PKIX path building failed"},
		"indexing-ssh-key":           {"com.jcraft.jsch.JSchException: invalid privatekey: [C@17h421rm"},
		"indexing-file-encoding":     {"Malformed input or input contains unmappable characters: refs/heads/x"},
		"indexing-index-missing":     {"org.apache.lucene.index.IndexNotFoundException: no segments* file found"},
		"indexing-database-encoding": {`java.sql.SQLException: Incorrect string value: '\xF0\x9F' for column 'TITLE' at row 1`},
		"indexing-pull-requests":     {"Can't do reindex of merge requests", "org.json.JSONException: A JSONObject text must begin with '{' at 1"},
		"indexing-shared-home":       {"/data/git-plugin/x/HEAD.lock.ace055 -> /data/git-plugin/x/HEAD.lock: Operation not supported"},
		"indexing-source-hidden":     {"Specified origin http://gitlab.example.org/a/b.git is incorrect or not supported"},
		"indexing-timeout":           {"https://git.example.org/a.git: Read timed out after 60,000 ms"},
		"indexing-gerrit-parents":    {"All-Projects: Nothing to fetch.", "Indexing All-Users: no branch"},
		"indexing-host-unreachable":  {"Host or port specified in ssh://git.example.org are inaccessible", "java.net.UnknownHostException: git.example.org", "Indexing web-401: Connection refused"},
	}
	for _, e := range IndexingErrors() {
		if e.Title == "" || e.Cause == "" || e.Fix == "" || !strings.HasPrefix(e.Source, "https://") || len(messages[e.Code]) == 0 {
			t.Errorf("%s is incomplete or has no message", e.Code)
		}
	}
	for code, texts := range messages {
		for _, text := range texts {
			if e, _ := ExplainIndexing(text); e.Code != code {
				t.Errorf("%s: %q, want %s", text, e.Code, code)
			}
		}
	}
	if e, known := ExplainIndexing("no such branch"); known {
		t.Errorf("%s explains what is not known", e.Code)
	}
}
