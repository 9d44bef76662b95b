package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/rogpeppe/go-internal/testscript"

	"gijbulk/importer/journal/postgrestest"
	"gijbulk/importer/sandbox"
	"gijbulk/importer/sandbox/hosts"
	"gijbulk/schema"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"gijbulk": main})
}

// TestStories tells what the command does, as scripts over the samples. Beside
// testscript's own commands they have:
//
//	exits CODE COMMAND…    runs a command that must end with this exit code
//	jira [token=T] [manager=T] [notadmin] [faults=F] [limit=N] [tracked=N] [paged] [norepositories] [tattles] [index=D] [indexerror=NAME]… [hosts=FILE]
//	                       starts a sandbox on loopback and points JIRA_URL at it; each new integration finds so many
//	                       repositories, paged lists them page by page, norepositories knows nothing of them, and tattles
//	                       refuses every integration and says whose it is; hosts are scanned for nested repositories
//	hosts FILE             starts the git hosts of a file on loopback and points HOSTS at them
//	postgres               makes an empty state in a PostgreSQL server and points STATE at it, and CUTTABLE through a proxy;
//	                       [postgres] is where there is one
//	cut                    ends the connections through that proxy
//	vanish                 likewise, and it takes no new ones
//	sql FILE               runs statements on that state
//	web                    starts a web server that is no Jira, likewise
//	sent WRITES [REFUSED]  says how many writes, and refused requests, that sandbox got
//	await WRITES           waits until that sandbox got so many
//	wrote METHOD PATH BODY the last write that it got was this one
//	has NAME…              each integration or plain repository is there exactly once
//	others N               so many records were made by the sandbox's other administrator, and no client has changed one
//	nested NAME [PATH…]    exactly these repositories are inside the integration of this name
//	tracked N              so many repositories are inside integrations
//	remember, asbefore     what is on the server is as it was when it was remembered
//	metric FILE NAME[{LABEL,…}] VALUE
//	                       holds a metrics file to a value
func TestStories(t *testing.T) {
	state := newDatabases(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/stories",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Values[jiraKey{}] = &jiraSlot{}
			env.Values[proxyKey{}] = new(*postgrestest.Proxy)
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
			env.Setenv("JIRA_TOKEN", "the-right-token")
			return os.CopyFS(filepath.Join(env.WorkDir, "samples"), os.DirFS("../../samples"))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "jira": startJira, "web": startWeb, "sent": sent, "await": await, "asked": asked, "remember": remember, "asbefore": asBefore, "has": has, "others": others, "tracked": tracked, "nested": nested, "wrote": wrote, "bigcell": bigCell, "metric": metric, "hosts": startHosts, "postgres": state.start, "cut": cut, "vanish": vanish, "sql": state.sql,
		},
		Condition: func(name string) (bool, error) { return name == "postgres" && postgrestest.Missing() == "", nil },
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// jiraSlot holds the sandbox of one script.
type jiraSlot struct {
	server *sandbox.Server
	before contents
	last   atomic.Pointer[write]

	noRepositories bool // nobody answers for them
	tattles        bool // an integration is refused by its user's name
}

// write is a request that may have changed the server.
type write struct{ method, path, body string }

// listening notes the last write on its way to a server.
func (j *jiraSlot) listening(server http.Handler) http.Handler {
	tattles, noRepositories := j.tattles, j.noRepositories // the next server of the story may differ
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			j.last.Store(&write{r.Method, r.URL.RequestURI(), string(body)})
			if tattles {
				var login struct{ Username string }
				_ = json.Unmarshal(body, &login)
				_ = json.NewEncoder(w).Encode(map[string]any{"success": false,
					"error": "the git host refused user " + login.Username, "advice": "unlock " + login.Username + " there"})
				return
			}
		}
		if noRepositories && strings.HasPrefix(r.URL.Path, "/rest/gitplugin/1.0/repository") {
			http.NotFound(w, r)
			return
		}
		server.ServeHTTP(w, r)
	})
}

// contents is what is on a server, the plain repositories apart from those inside
// integrations.
type contents struct {
	integrations   []sandbox.Integration
	plain, tracked []sandbox.Repository
}

func contentsOf(server *sandbox.Server) contents {
	c := contents{integrations: server.Integrations()}
	for _, re := range server.Repositories() {
		if re.TrackedFolderID == 0 {
			c.plain = append(c.plain, re)
		} else {
			c.tracked = append(c.tracked, re)
		}
	}
	return c
}

type jiraKey struct{}

func jira(ts *testscript.TestScript) *sandbox.Server { return ts.Value(jiraKey{}).(*jiraSlot).server }

func startJira(ts *testscript.TestScript, _ bool, args []string) {
	options := sandbox.Options{Token: "the-right-token", IndexTime: time.Hour, IndexErrors: map[string]string{}}
	slot := ts.Value(jiraKey{}).(*jiraSlot)
	slot.noRepositories, slot.tattles = false, false
	for _, arg := range args {
		name, value, _ := strings.Cut(arg, "=")
		var err error
		switch name {
		case "token":
			options.Token = value
		case "manager":
			options.ManagerToken = value
		case "notadmin":
			options.NotAdmin = true
		case "faults":
			options.Faults, err = sandbox.ParseFaults(value)
		case "tracked":
			options.Tracked, err = strconv.Atoi(value)
		case "paged":
			options.PagedRepositories = true
		case "norepositories":
			slot.noRepositories = true
		case "tattles":
			slot.tattles = true
		case "index":
			options.IndexTime, err = time.ParseDuration(value)
		case "listing":
			options.Listing, err = sandbox.ParseListing([]byte(ts.ReadFile(value)))
		case "indexerror":
			options.IndexErrors[value] = "401 Unauthorized"
		case "hosts":
			world := readWorld(ts, value)
			options.Hosts = func(q sandbox.HostQuery) ([][]any, bool, error) { return world.List(hosts.Query(q)) }
		case "limit":
			n, bad := strconv.Atoi(value)
			options.RateLimit, err = sandbox.RateLimit{Limit: n, FillRate: n, Interval: time.Second}, bad
		default:
			ts.Fatalf("jira: what is %q?", arg)
		}
		ts.Check(err)
	}
	server, err := sandbox.New(options)
	ts.Check(err)
	slot.server = server
	serve(ts, slot.listening(server))
}

func startHosts(ts *testscript.TestScript, _ bool, args []string) {
	listener := httptest.NewServer(readWorld(ts, args[0]))
	ts.Defer(func() { listener.CloseClientConnections(); listener.Close() })
	ts.Setenv("HOSTS", listener.URL)
}

func readWorld(ts *testscript.TestScript, file string) *hosts.Server {
	world, err := hosts.ReadWorld(strings.NewReader(ts.ReadFile(file)))
	ts.Check(err)
	server, err := hosts.New(world)
	ts.Check(err)
	return server
}

func startWeb(ts *testscript.TestScript, _ bool, _ []string) {
	serve(ts, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			_, _ = fmt.Fprint(w, "<html><title>A shop</title><body>Welcome</body></html>")
			return
		}
		http.NotFound(w, r)
	}))
}

func serve(ts *testscript.TestScript, handler http.Handler) {
	server := httptest.NewServer(handler)
	ts.Defer(func() { server.CloseClientConnections(); server.Close() })
	ts.Setenv("JIRA_URL", server.URL)
}

func sent(ts *testscript.TestScript, _ bool, args []string) {
	counts := jira(ts).Counts()
	for i, got := range []int{counts.Writes, counts.Refused} {
		if i < len(args) && strconv.Itoa(got) != args[i] {
			ts.Fatalf("%d writes and %d refused requests were sent, want %s", counts.Writes, counts.Refused, strings.Join(args, " and "))
		}
	}
}

func await(ts *testscript.TestScript, _ bool, args []string) {
	awaitCount(ts, args[0], func() int { return jira(ts).Counts().Writes })
}

// awaitCount waits for a minute at most.
func awaitCount(ts *testscript.TestScript, wanted string, count func() int) {
	n, err := strconv.Atoi(wanted)
	ts.Check(err)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(time.Minute)
	for count() < n {
		select {
		case <-tick.C:
		case <-late:
			ts.Fatalf("%d requests after a minute, want %d", count(), n)
		}
	}
}

// asked waits until this many requests have come in, reads included.
func asked(ts *testscript.TestScript, _ bool, args []string) {
	awaitCount(ts, args[0], func() int { return jira(ts).Counts().Requests })
}

// remember keeps what is on the server, for asbefore.
func remember(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Value(jiraKey{}).(*jiraSlot).before = contentsOf(jira(ts))
}

// asBefore compares what is on the server with what it remembers; with "secrets aside"
// those are not compared.
func asBefore(ts *testscript.TestScript, _ bool, args []string) {
	var ignored []string
	if len(args) > 0 {
		ignored = []string{"Password", "PAT"}
	}
	if d := difference(ts.Value(jiraKey{}).(*jiraSlot).before, contentsOf(jira(ts)), ignored...); d != "" {
		ts.Fatalf("the server is not as it was before:\n%s", d)
	}
}

// difference compares two servers, or one with what it was, field by field, ids and the
// dates of the server aside, and these fields.
func difference(before, now contents, aside ...string) string {
	aside = append(aside, "ID", "InitDate", "IndexStart", "LastIndexed")
	but := cmp.FilterPath(func(p cmp.Path) bool {
		field, ok := p.Last().(cmp.StructField)
		return ok && slices.Contains(aside, field.Name())
	}, cmp.Ignore())
	byName := cmpopts.SortSlices(func(a, b sandbox.Integration) bool { return a.DisplayName < b.DisplayName })
	d := cmp.Diff(before.integrations, now.integrations, byName, but)
	byOrigin := cmpopts.SortSlices(func(a, b sandbox.Repository) bool { return a.Origin < b.Origin })
	d += cmp.Diff(before.plain, now.plain, byOrigin, but)
	return d + cmp.Diff(len(before.tracked), len(now.tracked))
}

func wrote(ts *testscript.TestScript, _ bool, args []string) {
	last := ts.Value(jiraKey{}).(*jiraSlot).last.Load()
	if last == nil || len(args) != 3 || *last != (write{args[0], args[1], args[2]}) {
		ts.Fatalf("the last write was %+v", last)
	}
}

func tracked(ts *testscript.TestScript, _ bool, args []string) {
	if n := len(contentsOf(jira(ts)).tracked); strconv.Itoa(n) != args[0] {
		ts.Fatalf("%d repositories are inside integrations, want %s", n, args[0])
	}
}

func nested(ts *testscript.TestScript, _ bool, args []string) {
	live := contentsOf(jira(ts))
	i := slices.IndexFunc(live.integrations, func(in sandbox.Integration) bool { return in.DisplayName == args[0] })
	if i < 0 {
		ts.Fatalf("%q is not on the server", args[0])
	}
	var paths []string
	for _, re := range live.tracked {
		if re.TrackedFolderID == live.integrations[i].ID {
			paths = append(paths, schema.NestedPath(re.Origin))
		}
	}
	if !slices.Equal(paths, args[1:]) {
		ts.Fatalf("%q are inside %q", paths, args[0])
	}
}

func others(ts *testscript.TestScript, _ bool, args []string) {
	live, n := contentsOf(jira(ts)), 0
	for _, in := range live.integrations {
		if in.OtherAdmin {
			n++
		}
	}
	for _, re := range live.plain {
		if re.OtherAdmin {
			n++
		}
	}
	if changed := jira(ts).Counts().OtherAdmin; strconv.Itoa(n) != args[0] || changed != 0 {
		ts.Fatalf("%d records are the other administrator's, %d changes of them were sent; want %s and none", n, changed, args[0])
	}
}

func has(ts *testscript.TestScript, _ bool, args []string) {
	count := make(map[string]int)
	live := contentsOf(jira(ts))
	for _, in := range live.integrations {
		count[in.DisplayName]++
	}
	for _, re := range live.plain {
		count[re.DisplayName]++
	}
	for _, name := range args {
		if count[name] != 1 {
			ts.Fatalf("%q is on the server %d times", name, count[name])
		}
	}
}

// bigCell writes a CSV file with one cell of this many bytes.
func bigCell(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte("type,displayName\nGITHUB,\""+strings.Repeat("x", n)+"\"\n"), 0o600))
}
