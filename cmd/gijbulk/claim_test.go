package main

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gijbulk/importer/journal"
	"gijbulk/importer/journal/postgrestest"
	"gijbulk/importer/sandbox"
	"gijbulk/schema"
)

// jiras are several servers, by host.
type jiras struct {
	mu      sync.Mutex
	servers map[string]*sandbox.Server
}

func (j *jiras) RoundTrip(r *http.Request) (*http.Response, error) {
	server, err := j.server(r.URL.Host)
	if err != nil {
		return nil, err
	}
	return server.RoundTripper().RoundTrip(r)
}

func (j *jiras) server(host string) (server *sandbox.Server, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if server = j.servers[host]; server != nil {
		return server, nil
	}
	server, err = sandbox.New(sandbox.Options{Token: "the-right-token"})
	if j.servers == nil {
		j.servers = make(map[string]*sandbox.Server)
	}
	j.servers[host] = server
	return server, err
}

// mustHaveEachOnce also holds each server against the report of the fleet in r.
func (j *jiras) mustHaveEachOnce(t *testing.T, run string) {
	t.Helper()
	fleet := readFleet(t, "r/report.json")
	for _, target := range fleet.Targets {
		server, err := j.server(target.Name + ".example.org")
		if err != nil {
			t.Fatal(err)
		}
		if n := len(server.Integrations()); n != 1 || server.Counts().Writes != 1 || target.Counts[schema.StatusCreated] != 1 || target.Report == "" {
			t.Errorf("%d records after %d writes on %+v", n, server.Counts().Writes, target)
		}
	}
	if len(fleet.Targets) != 3 || fleet.Targets[1].Run != run || fleet.Fleet.Exit != exitDone {
		t.Errorf("%+v", fleet)
	}
}

const claimLine = "import --target all --claim tonight --targets-at-once 1 --yes --report-dir r --state "

// TestClaimIsTakenOver: what a process leaves, another one continues, under the same run.
func TestClaimIsTakenOver(t *testing.T) {
	database := postgrestest.Start(t)
	for _, c := range []struct {
		name string
		code int
		says string
		stop func(cut func(), interrupt context.CancelCauseFunc)
	}{
		{"the connection is cut", exitError, "no connection to the database", func(cut func(), _ context.CancelCauseFunc) { cut() }},
		{"a signal", exitTerminated, "hint: other processes with the same --claim continue", func(_ func(), interrupt context.CancelCauseFunc) {
			interrupt(interrupted{syscall.SIGTERM})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			name, proxy, servers := database.NewSchema(), database.NewProxy(), new(jiras)
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			with := func(transport http.RoundTripper) func(*process) {
				return func(p *process) {
					p.transport = transport
					p.newRunID = func(started time.Time) string { return started.Format("150405.000000000") }
				}
			}
			code, _, stderr := fleetOfSandboxes(t, ctx, claimLine+proxy.URL(name), with(toHost{servers, "second.example.org", func() { c.stop(proxy.Cut, cancel) }}))
			if code != c.code || !strings.Contains(stderr, c.says) || !strings.Contains(stderr, "first: 1 created") || strings.Contains(stderr, "third:") {
				t.Fatalf("exit code %d, and on standard error\n%s", code, stderr)
			}
			run := claimed(t, database.URL(name))[1].Run
			if code, _, stderr := fleetOfSandboxes(t, t.Context(), claimLine+database.URL(name), with(servers)); code != exitDone || !strings.Contains(stderr, "run="+run+" target_name=second") {
				t.Errorf("exit code %d, and on standard error\n%s", code, stderr)
			}
			servers.mustHaveEachOnce(t, run)
		})
	}
}

// TestClaimOfAFinishedRun: a process died when its run had ended, and before it could say so.
func TestClaimOfAFinishedRun(t *testing.T) {
	database := postgrestest.Start(t)
	url, servers := database.URL(database.NewSchema()), new(jiras)
	adjust := func(p *process) { p.transport = servers }
	if code, _, stderr := fleetOfSandboxes(t, t.Context(), "import --target second --yes --report-dir other --state "+url, func(p *process) {
		adjust(p)
		p.newRunID = func(time.Time) string { return "r1" }
	}); code != exitDone {
		t.Fatal(stderr)
	}
	j := openClaims(t, url)
	c, err := j.Claim(t.Context(), "tonight", "gijbulk import --target first,second,third", []string{"first", "second", "third"})
	if err == nil {
		err = c.Begin(t.Context(), "second", "r1")
	}
	if err == nil {
		err = c.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := fleetOfSandboxes(t, t.Context(), claimLine+url, adjust); code != exitDone {
		t.Errorf("exit code %d, and on standard error\n%s", code, stderr)
	}
	servers.mustHaveEachOnce(t, "r1")
	// The id of a job that has ended long ago does nothing, and says so.
	code, _, stderr := fleetOfSandboxes(t, t.Context(), claimLine+url, func(p *process) {
		adjust(p)
		p.now = func() time.Time { return time.Now().Add(claimAge + time.Hour) }
	})
	if code != exitUsage || !strings.Contains(stderr, "--claim tonight ended at ") {
		t.Errorf("exit code %d, and on standard error\n%s", code, stderr)
	}
}

func openClaims(t *testing.T, url string) *journal.Journal {
	t.Helper()
	j, err := journal.Open(t.Context(), url, journal.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func claimed(t *testing.T, url string) []journal.Claimed {
	t.Helper()
	c, err := openClaims(t, url).Claim(t.Context(), "tonight", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	all, err := c.Targets(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}
