package sandbox

import (
	"net/http"
	"strings"
	"testing"
)

const myself = "/rest/api/2/myself"

func bearer(token string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
}

func basic(user, password string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(user, password) }
}

func authorization(value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", value) }
}

func TestCredentials(t *testing.T) {
	both := Options{Token: "good", User: "jo", Password: "secret"}
	for name, test := range map[string]struct {
		options Options
		edit    func(*http.Request)
		status  int
		reason  string
	}{
		"any token":                 {Options{}, bearer("x"), 200, "OK"},
		"any user":                  {Options{}, basic("x", ""), 200, "OK"},
		"none":                      {Options{}, authorization(""), 401, ""},
		"none where some are asked": {both, authorization(""), 401, ""},
		"scheme alone":              {both, authorization("Bearer"), 401, ""},
		"the token":                 {both, bearer("good"), 200, "OK"},
		"scheme in lower case":      {both, authorization("bearer good"), 200, "OK"},
		"the user":                  {both, basic("jo", "secret"), 200, "OK"},
		"wrong token":               {both, bearer("bad"), 401, "AUTHENTICATED_FAILED"},
		"wrong password":            {both, basic("jo", "bad"), 401, "AUTHENTICATED_FAILED"},
		"wrong user":                {both, basic("ann", "secret"), 401, "AUTHENTICATED_FAILED"},
		"no base64":                 {both, authorization("Basic ???"), 401, "AUTHENTICATED_FAILED"},
		"unknown scheme":            {both, authorization("Digest good"), 401, "AUTHENTICATED_FAILED"},
		"token, but only a user":    {Options{User: "jo"}, bearer(""), 401, ""},
		"user, but only a token":    {Options{Token: "good"}, basic("", ""), 401, "AUTHENTICATED_FAILED"},
	} {
		t.Run(name, func(t *testing.T) {
			got := send(t, start(t, test.options), "GET", myself, "", test.edit)
			if got.status != test.status || got.header.Get("X-Seraph-LoginReason") != test.reason {
				t.Errorf("got %d %v, want %d %q", got.status, got.header, test.status, test.reason)
			}
			if strings.Contains(got.body, "secret") || strings.Contains(got.body, "good") {
				t.Errorf("the body shows credentials: %s", got.body)
			}
		})
	}
}

func TestThreeWrongAttemptsInARowLockTheAccount(t *testing.T) {
	s := start(t, Options{BasePath: "/jira", Token: "good", User: "jo", Password: "secret"})
	try := func(edit func(*http.Request)) received { return send(t, s, "GET", "/jira"+myself, "", edit) }

	for range 2 { // a right one in between starts the count anew
		for range 2 {
			try(basic("jo", "bad"))
		}
		if got := try(basic("jo", "secret")); got.status != 200 {
			t.Fatalf("after two wrong attempts: %d, want 200", got.status)
		}
	}
	for range 3 {
		if got := try(basic("jo", "bad")).header.Get("X-Seraph-LoginReason"); got != "AUTHENTICATED_FAILED" {
			t.Errorf("up to the third wrong attempt: %q", got)
		}
	}
	got := try(basic("jo", "secret"))
	wantCaptcha(t, got, "http://jira.example.org/jira/login.jsp")
	if got := try(bearer("good")); got.status != 200 {
		t.Errorf("the other account: %d, want 200", got.status)
	}
}

func wantCaptcha(t *testing.T, got received, loginURL string) {
	t.Helper()
	if got.status != 401 || got.header.Get("X-Seraph-LoginReason") != "AUTHENTICATION_DENIED" ||
		got.header.Get("X-Authentication-Denied-Reason") != "CAPTCHA_CHALLENGE; login-url="+loginURL {
		t.Errorf("got %d %v, want a CAPTCHA at %s", got.status, got.header, loginURL)
	}
}

func TestNotAnAdministrator(t *testing.T) {
	s := start(t, Options{NotAdmin: true})
	for path, want := range map[string]int{
		myself: 200, "/rest/api/2/serverInfo": 200, "/rest/api/2/project": 200,
		integrations: 403, integrations + "/1": 403, "/rest/gitplugin/1.0/index.json?repoId=1": 403,
	} {
		if got := send(t, s, "GET", path, ""); got.status != want {
			t.Errorf("%s: %d, want %d", path, got.status, want)
		}
	}
	if got := send(t, s, "POST", integrations, github); got.status != 403 || len(s.Integrations()) != 0 {
		t.Errorf("add: %d, want 403 and nothing stored", got.status)
	}
}

// TestManager: of integrations that others made, a manager neither sees nor sets the projects; of its
// own it does. It is no administrator.
func TestManager(t *testing.T) {
	s := start(t, Options{Token: "admin", ManagerToken: "manager"})
	admin, manager := bearer("admin"), bearer("manager")
	const record = `{"type":"GITHUB","displayName":"x","projectMappingIds":[10000]}`
	send(t, s, "POST", integrations, record, admin)
	send(t, s, "POST", integrations, record, manager)
	for _, tt := range []struct {
		method, path, body string
		as                 func(*http.Request)
		status             int
		shows              bool
	}{
		{"GET", integrations + "/1", "", admin, 200, true},
		{"GET", integrations + "/1", "", manager, 200, false},
		{"GET", integrations + "/2", "", manager, 200, true},
		{"PUT", integrations + "/1", `{"global":true}`, manager, 403, false},
		{"PUT", integrations + "/1", `{"projectMappingIds":[]}`, manager, 403, false},
		{"PUT", integrations + "/1", `{"displayName":"y"}`, manager, 200, false},
		{"PUT", integrations + "/2", `{"projectMappingIds":[10001]}`, manager, 200, true},
	} {
		got := send(t, s, tt.method, tt.path, tt.body, tt.as)
		if got.status != tt.status || strings.Contains(got.body, "projectMappingIds") != tt.shows || strings.Contains(got.body, `"global"`) != tt.shows {
			t.Errorf("%s %s %s: %d %s", tt.method, tt.path, tt.body, got.status, got.body)
		}
	}
	for token, want := range map[string]string{"admin": `"havePermission":true`, "manager": `"havePermission":false`} {
		if got := send(t, s, "GET", "/rest/api/2/mypermissions", "", bearer(token)); !strings.Contains(got.body, want) {
			t.Errorf("%s: %s", token, got.body)
		}
	}
}
