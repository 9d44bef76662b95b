package gij

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"gijbulk/schema"
)

func TestNewChecksTheURL(t *testing.T) {
	for _, tt := range []struct{ in, base, fault string }{
		{"https://jira.example.org", "https://jira.example.org", ""},
		{"https://example.org:8443/jira//", "https://example.org:8443/jira", ""},
		{"https://example.org:/", "https://example.org", ""},
		{"https://example.org/a%2F/", "https://example.org/a%2F", ""},
		{"http://[::1]:8080/", "http://[::1]:8080", ""},
		{"jira.example.org", "", "http"},
		{"", "", "http"},
		{"ftp://jira.example.org", "", "http"},
		{"https://", "", "host"},
		{"https://:8080/", "", "host"},
		{"https://bot:canary@jira.example.org", "", "credentials"},
		{"https://bot:canary@ji ra.example.org", "", "invalid character"},
		{"https://jira.example.org/?x=1", "", "without ?"},
		{"https://jira.example.org/#top", "", "without ?"},
	} {
		c, err := New(Config{BaseURL: tt.in})
		switch {
		case tt.fault == "" && (err != nil || c.BaseURL() != tt.base):
			t.Errorf("%q: %v", tt.in, err)
		case tt.fault != "" && (err == nil || !strings.Contains(err.Error(), tt.fault)):
			t.Errorf("%q: got %v, want something about %q", tt.in, err, tt.fault)
		case err != nil && strings.Contains(err.Error(), "canary"):
			t.Errorf("%q: the password is in the error", tt.in)
		}
	}
}

func TestNewChecksTheCredentials(t *testing.T) {
	for name, c := range map[string]Config{
		"both":              {Token: "canary", User: "canary"},
		"token with a line": {Token: "canary\n"},
		"password alone":    {Password: "canary"},
		"user with a colon": {User: "can:ary", Password: "canary"},
		"negative rate":     {Rate: -1},
		"negative timeout":  {Timeout: -1},
	} {
		c.BaseURL = "https://jira.example.org"
		if _, err := New(c); err == nil || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHeaders(t *testing.T) {
	for _, tt := range []struct {
		config Config
		login  string
	}{
		{Config{Token: "tok"}, "Bearer tok"},
		{Config{User: "bot", Password: "pä:ss"}, "Basic Ym90OnDDpDpzcw=="},
		{Config{}, ""},
	} {
		var got []*http.Request
		tt.config.UserAgent = "gijbulk/1.2"
		tt.config.BaseURL = "https://example.org/jira/"
		tt.config.Base = roundTrip(func(r *http.Request) (*http.Response, error) {
			got = append(got, r)
			if r.Method == "GET" {
				return respond(200, emptyList), nil
			}
			return respond(200, added), nil
		})
		c := newClient(t, tt.config)
		if _, err := c.List(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		prove(t, c)
		c.Do(t.Context(), update(rename("x"), disable(true)))
		c.Do(t.Context(), remove())
		var made []string
		for _, r := range got {
			made = append(made, r.Method+" "+strings.TrimPrefix(r.URL.String(), "https://example.org/jira/rest/gitplugin/1.0/"))
			want := http.Header{"Accept": {"application/json"}, "User-Agent": {"gijbulk/1.2"}}
			if tt.login != "" {
				want.Set("Authorization", tt.login)
			}
			if r.Method != "GET" {
				want.Set("Content-Type", "application/json")
				want.Set("X-Atlassian-Token", "no-check")
			}
			if !maps.EqualFunc(r.Header, want, func(a, b []string) bool { return fmt.Sprint(a) == fmt.Sprint(b) }) {
				t.Errorf("%s: headers %v", r.Method, maps.Collect(maps.All(r.Header)))
			}
		}
		want := []string{"GET integration", "POST integration", "PUT integration/7",
			"PUT repository/7/disable?disable=true", "DELETE integration/7?deleteFiles=false"}
		if !slices.Equal(made, want) {
			t.Errorf("%q", made)
		}
	}
}

func TestReadOnly(t *testing.T) {
	c := newClient(t, Config{ReadOnly: true, Base: always(200, emptyList)})
	for _, action := range []schema.Action{create("x"), update(rename("x")), update(disable(true)), remove()} {
		out := c.Do(t.Context(), action)
		if out.Status != schema.StatusFailed || out.Class != none || out.Attempts != 0 || out.Error == "" {
			t.Errorf("%+v", out)
		}
	}
	if _, err := c.List(t.Context(), nil); err != nil {
		t.Error(err)
	}
	if all, writes := c.Requests(); all != 1 || writes != 0 {
		t.Errorf("%d requests, %d writes", all, writes)
	}
}

func TestMyselfServerInfoProjects(t *testing.T) {
	c := newClient(t, Config{Base: roundTrip(func(r *http.Request) (*http.Response, error) {
		switch r.URL.Path {
		case "/rest/api/2/myself":
			return respond(200, `{"name":"bot","displayName":"The Bot","active":true}`), nil
		case "/rest/api/2/serverInfo":
			return respond(200, `{"baseUrl":"https://jira","version":"9.12.4","buildNumber":912004}`), nil
		case "/rest/api/2/project":
			return respond(200, `[{"id":"10000","key":"ABC"},{"id":10001,"key":"WEB"},{"id":"x","key":"ODD"},{"key":"NO"}]`), nil
		}
		return respond(404, ""), nil
	})})
	user, err := c.Myself(t.Context())
	if err != nil || user != (User{"bot", "The Bot"}) {
		t.Errorf("%v, %v", user, err)
	}
	server, err := c.ServerInfo(t.Context())
	if err != nil || server != (Server{"https://jira", "9.12.4"}) {
		t.Errorf("%v, %v", server, err)
	}
	ids, err := c.Projects(t.Context())
	if err != nil || !maps.Equal(ids, map[string]int64{"ABC": 10000, "WEB": 10001}) {
		t.Errorf("%v, %v", ids, err)
	}
	var e *Error
	if _, err := c.List(t.Context(), nil); !errors.As(err, &e) || e.Stop != schema.StopTarget || e.Need != hintApp {
		t.Errorf("the app is not there: %v", err)
	}
}

// What answers in JSON but is no Jira, or no such app, ends the run as well.
func TestForeignAnswers(t *testing.T) {
	for name, call := range map[string]func(*Client) error{
		"myself":     func(c *Client) error { _, err := c.Myself(t.Context()); return err },
		"serverInfo": func(c *Client) error { _, err := c.ServerInfo(t.Context()); return err },
		"project":    func(c *Client) error { _, err := c.Projects(t.Context()); return err },
		"list":       func(c *Client) error { _, err := c.List(t.Context(), nil); return err },
	} {
		for _, body := range []string{`{"success":true}`, `{}`, `null`, `"x"`} {
			c := newClient(t, Config{Base: always(200, body)})
			var e *Error
			if err := call(c); !errors.As(err, &e) || e.Class != stop || e.Stop != schema.StopTarget {
				t.Errorf("%s: %s: %v", name, body, err)
			}
			if out := c.Do(t.Context(), create("x")); out.Class != stop || out.Attempts != 0 {
				t.Errorf("%s: %s: a write left afterwards", name, body)
			}
		}
	}
}

func TestListRefused(t *testing.T) {
	c := newClient(t, Config{Base: always(200, `{"success":false,"error":"no licence","advice":"buy one"}`)})
	var e *Error
	if _, err := c.List(t.Context(), nil); !errors.As(err, &e) || e.Class != refused || e.Text != "no licence" || e.Advice != "buy one" {
		t.Errorf("%v", err)
	}
}

// What the answer to a create shows is kept, so that an undo notices what others changed since.
func TestDoKeepsWhatTheAnswerShows(t *testing.T) {
	repository := create("x")
	repository.Want = schema.NewRecord(map[schema.Field]schema.Value{schema.FieldKind: schema.Text("repository"), schema.FieldOrigin: schema.Text("https://git.example.org/a.git")})
	for name, tt := range map[string]struct {
		action schema.Action
		answer string
	}{
		"integration": {create("x"), `{"success":"true","integration":{"id":7,"integrationType":"GITHUB","origin":"https://api.github.com","displayName":"x","revisionIndexing":true}}`},
		"repository":  {repository, `{"id":7,"origin":"https://git.example.org/a.git","revisionIndexing":true}`},
	} {
		out := newClient(t, Config{Base: always(200, tt.answer)}).Do(t.Context(), tt.action)
		for _, value := range []bool{true, false} {
			live := tt.action.Want.Set(schema.FieldRevisionIndexing, schema.Bool(value))
			if got := live.IsAsShown(out.Shown); got != value {
				t.Errorf("%s: revisionIndexing %v is as the answer showed it: %v", name, value, got)
			}
		}
	}
}

func TestDoOutcomes(t *testing.T) {
	for _, tt := range []struct {
		name   string
		base   roundTrip
		action schema.Action
		want   schema.Outcome
	}{
		{"created", always(201, added), create("x"),
			schema.Outcome{Status: schema.StatusCreated, Class: done, ID: 7, Attempts: 1, HTTP: 201, Shown: new(schema.Record).AnswerDigest(create("x").Want)}},
		{"refused", always(200, `{"success":"false","error":"bad origin","advice":"mend it"}`), create("x"),
			schema.Outcome{Status: schema.StatusFailed, Class: refused, Attempts: 1, HTTP: 200, Error: "bad origin", Advice: "mend it"}},
		{"unknown", always(504, "<title>504 Gateway Time-out</title>"), create("x"),
			schema.Outcome{Status: schema.StatusUnknown, Class: unknown, Attempts: 1, HTTP: 504, Error: "504 Gateway Time-out", Unanswered: true}},
		{"stop", always(403, ""), create("x"),
			schema.Outcome{Status: schema.StatusUnprocessed, Class: stop, Stop: schema.StopCredentials, Attempts: 1, HTTP: 403,
				Error: "neither a Jira administrator nor a manager of the app, or the XSRF check refused it", Advice: hintAdmin}},
		{"another operation", always(200, added), schema.Action{Op: schema.OpConflict},
			schema.Outcome{Status: schema.StatusFailed, Error: `the operation "conflict" cannot be sent`}},
		{"nothing wanted", always(200, added), schema.Action{Op: schema.OpCreate},
			schema.Outcome{Status: schema.StatusFailed, Error: "type: a create needs one"}},
	} {
		c := newClient(t, Config{Base: tt.base})
		got := c.Do(t.Context(), tt.action)
		if (got.Attempts > 0) == got.Started.IsZero() || got.Took < 0 {
			t.Errorf("%s: started %v, took %v", tt.name, got.Started, got.Took)
		}
		got.N, got.Started, got.Took = 0, tt.want.Started, 0
		if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", tt.want) {
			t.Errorf("%s:\n got %+v\nwant %+v", tt.name, got, tt.want)
		}
	}
}

func TestExchangesAreTold(t *testing.T) {
	var told []string
	c := newClient(t, Config{BaseURL: "https://example.org/jira", Base: script(always(429, ""), always(200, added)),
		OnRequest: func(e Exchange) {
			told = append(told, fmt.Sprint(e.Method, " ", e.Path, " ", e.Status, " ", e.Sent, " ", e.Took >= 0))
		}})
	prove(t, c)
	want := "[POST /rest/gitplugin/1.0/integration 429 true true POST /rest/gitplugin/1.0/integration 200 true true]"
	if got := fmt.Sprint(told); got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

func TestAddress(t *testing.T) {
	for _, tt := range []struct{ base, path, want string }{
		{"https://example.org", myselfPath, "https://example.org/rest/api/2/myself"},
		{"https://example.org/jira/", integrationPath + "/3?deleteFiles=true", "https://example.org/jira/rest/gitplugin/1.0/integration/3?deleteFiles=true"},
		{"https://example.org/a%2F", myselfPath, "https://example.org/a%2F/rest/api/2/myself"},
		{"https://example.org/a%2Fb", repositoryPath + "?id=3", "https://example.org/a%2Fb/rest/gitplugin/1.0/repository?id=3"},
	} {
		to, err := newTarget(Config{BaseURL: tt.base})
		if err != nil {
			t.Fatal(err)
		}
		if got := to.newRequest(t.Context(), request{method: "GET", path: tt.path, effect: reads}).URL.String(); got != tt.want {
			t.Errorf("%s and %s: %s, want %s", tt.base, tt.path, got, tt.want)
		}
	}
}

// TestAdministrator: Jira says whether we are its administrator; a manager of the app is not.
func TestAdministrator(t *testing.T) {
	for body, want := range map[string]string{
		`{"permissions":{"ADMINISTER":{"havePermission":true}}}`:                                         "true <nil>",
		`{"permissions":{"ADMINISTER":{"havePermission":false},"SYSTEM_ADMIN":{"havePermission":true}}}`: "true <nil>",
		`{"permissions":{"ADMINISTER":{"havePermission":false}}}`:                                        "false <nil>",
		`{"permissions":{}}`: "false <nil>",
		`{}`:                 "false GET /rest/api/2/mypermissions: 200: the answer is not one of Jira",
	} {
		got, err := newClient(t, Config{Base: always(200, body)}).Administrator(t.Context())
		if said := fmt.Sprint(got, " ", err); said != want {
			t.Errorf("%s: %s, want %s", body, said, want)
		}
	}
}
