package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gijbulk/importer/sandbox"
	"gijbulk/importer/sandbox/hosts"
)

type sandboxOptions struct {
	addr, data, faults, basePath string
	hosts, listing               string
	limit, nodes                 int
	indexTime                    time.Duration
}

// faultsHelp explains the value of --faults.
const faultsHelp = `The FAULTS of --faults here, and of --sandbox on other commands, are a list of
NAME=WHEN, separated by commas. WHEN is a chance (3%), or a rule: # and the
number of a request, or the first and the last (#5, #2-4, #6-). A method and a
path in front choose what is counted (GET /rest/api/2/myself#2); without them
it is the writes to the app (with reads=true its reads too), for list-lag and
its like the lists, for rewrite-names the names that are stored. A name may
take a parameter after a colon. The same seed and the same requests give the
same faults.

  seed=7, latency=20ms, reads=true     settings

  What happens to a request:
  drop-before, drop-after  the connection drops before or after the work
  hang-before, hang-after  never an answer, without or after the work
  hang                     one of these two
  cut                      the work is done, and the answer ends in its middle
  slow-after-cut:5s        the connection drops; the work is done 5 s later
  twice                    the work is done twice and answered once
  401, 403, 429, 500, 502, 503, 504, or any up to 599
                           that answer, without the work
  502-after, 504-after, …  that answer, after the work
  502-slow:5s, 504-slow, … that answer; the work is done 5 s later
  503-retry                Jira's own 503, with Retry-After
  login, redirect-login    the login page, or a redirect to it
  captcha                  401, as for an account that is locked

  What lists show:
  list-lag=5s              all but what was added in the last 5 s
  list-cache=5s            what the list before showed, up to 5 s ago
  list-empty               nothing

  What is stored:
  rewrite-names=WAY        names are changed. WAY is spaces (trimmed, folded),
                           lower (case), short (255 characters) or nfc (Unicode)
  restore:5                the server is what it was 5 changes ago, and the ids
                           that it gave since go to other records
  other-admin:WHAT         another administrator does WHAT to any record: add,
                           rename, delete or copy

With a parameter in place of WHEN, list-lag, list-cache and rewrite-names last;
list-lag:5s=50% and list-cache:5s=#3 hit some lists. Without a parameter
durations are 5 s, restore reverts 5 changes, rewrite-names=100% does all four,
and the seed chooses what other-admin does.

`

func (a *app) sandboxCommand() *cobra.Command {
	var o sandboxOptions
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Run a simulated Jira with the app, to try things out",
		Long: `Run a small server that answers as a Jira with Git Integration for Jira does,
and shows its records as a web page. It accepts any credentials; where
JIRA_TOKEN is set, only that token. The user of the token in JIRA_MANAGER_TOKEN
is not an administrator but a manager, who neither sees nor sets the projects of
integrations that others made. With --faults it fails as networks and servers
do. Integrations get nested repositories when their indexing ends, from
--listing.

--hosts adds simulated git hosts for gijbulk preflight, and prints the
--host-map for each. Integrations at these hosts get what they list, and fail to
be indexed where they refuse. FILE is YAML; a token that it does not name is
refused. The kinds:
` + hostKinds() + `

  hosts:
    - name: api.github.com
      kind: github
      credentials:
        - {token: ghp-good, user: octo, scopes: [repo], expires: 2027-01-31}
        - {token: ghp-half, user: octo, scopes: [repo], hidden: [globex]}
        - {token: ghp-old, user: octo, state: expired}
      organizations: {acme: [api, web], globex: [shop]}
      limit: {requests: 60, interval: 1m}

` + faultsHelp,
		Example: `  gijbulk sandbox --addr 127.0.0.1:8090 --data sandbox.db
  gijbulk sandbox --listing repositories.json --index-time 10s
  gijbulk sandbox --faults 'seed=7,drop-after=3%,503=3%,latency=20ms'
  gijbulk sandbox --faults 'slow-after-cut:10s=5%,list-lag=10s,other-admin=2%'
  gijbulk sandbox --faults 'restore:9=GET /rest/api/2/myself#2'
  gijbulk sandbox --hosts hosts.yaml
  JIRA_URL=http://127.0.0.1:8090 JIRA_TOKEN=any gijbulk import integrations.csv`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serveSandbox(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.addr, "addr", "127.0.0.1:8090", "`HOST:PORT` to listen on; without HOST only on 127.0.0.1; port 0 uses a free one")
	f.StringVar(&o.data, "data", "", "SQLite `FILE` to keep integrations and repositories in (default: in memory)")
	f.StringVar(&o.faults, "faults", "", "`FAULTS` to inject, such as seed=7,drop-after=3%,503=3%")
	f.StringVar(&o.listing, "listing", "example", "JSON `FILE` with the repositories that git hosts list, for all integrations or by display name; example: its own; none: none")
	f.StringVar(&o.basePath, "base-path", "", "Jira's context `PATH`, such as /jira")
	f.StringVar(&o.hosts, "hosts", "", "YAML `FILE` of git hosts to simulate too")
	f.IntVar(&o.limit, "rate-limit", 0, "requests per second that Jira's rate limiting allows (0: off)")
	f.IntVar(&o.nodes, "nodes", 1, "nodes of a cluster that answer in turn, each with its own rate limit")
	f.DurationVar(&o.indexTime, "index-time", 2*time.Second, "how long the first indexing of an integration or repository takes")
	return cmd
}

func (a *app) serveSandbox(ctx context.Context, o sandboxOptions) (err error) {
	server, world, err := a.newSandbox(o)
	if err != nil {
		return err
	}
	defer func() { err = firstError(err, server.Close()) }()
	addr, host := listenAddress(o.addr)
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return usage("--addr: %w", err)
	}
	if _, err := fmt.Fprintf(a.stdout, "http://%s%s/\n", listener.Addr(), o.basePath); err != nil {
		return err
	}
	for _, name := range world.Names() {
		if _, err := fmt.Fprintf(a.stdout, "--host-map %s=http://%s/%[1]s\n", name, listener.Addr()); err != nil {
			return err
		}
	}
	a.log.info("the sandbox is ready", "stop", "Ctrl-C")
	return serveUntil(ctx, &http.Server{Handler: onlyFor(host, world.Or(server)), ReadHeaderTimeout: 10 * time.Second}, listener)
}

func hostKinds() string {
	var lines []string
	for kinds := range slices.Chunk(hosts.Kinds(), 4) {
		line := " "
		for _, kind := range kinds {
			line += fmt.Sprintf(" %-16s", kind)
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return strings.Join(lines, "\n")
}

func (a *app) newSandbox(o sandboxOptions) (*sandbox.Server, *hosts.Server, error) {
	faults, err := sandbox.ParseFaults(o.faults)
	if err != nil {
		return nil, nil, usage("--faults: %w", err)
	}
	listing, err := readListing(o.listing)
	if err != nil {
		return nil, nil, usage("--listing: %w", err)
	}
	world, err := readHosts(o.hosts)
	if err != nil {
		return nil, nil, err
	}
	options := sandbox.Options{Listing: listing, BasePath: o.basePath, Faults: faults, DataFile: o.data, Token: a.env("JIRA_TOKEN"), ManagerToken: a.env("JIRA_MANAGER_TOKEN"), IndexTime: o.indexTime, Nodes: o.nodes}
	if o.hosts != "" {
		options.Hosts = func(q sandbox.HostQuery) ([][]any, bool, error) { return world.List(hosts.Query(q)) }
	}
	if o.limit > 0 {
		options.RateLimit = sandbox.RateLimit{Limit: o.limit, FillRate: o.limit, Interval: time.Second}
	}
	server, err := sandbox.New(options)
	if err != nil {
		return nil, nil, usage("%w", err)
	}
	return server, world, nil
}

// readHosts makes the git hosts of a file; none where there is no file.
func readHosts(path string) (*hosts.Server, error) {
	if path == "" {
		return hosts.New(hosts.World{})
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, usage("--hosts: %w", err)
	}
	defer file.Close()
	world, err := hosts.ReadWorld(file)
	if err != nil {
		return nil, usage("--hosts %s: %w", path, err)
	}
	server, err := hosts.New(world)
	if err != nil {
		return nil, usage("--hosts %s: %w", path, err)
	}
	return server, nil
}

func readListing(name string) (sandbox.Listing, error) {
	switch name {
	case "example":
		return sandbox.ExampleListing(), nil
	case "none":
		return nil, nil
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return sandbox.ParseListing(data)
}

// listenAddress is where to listen, and its host: without one, only this machine can connect.
func listenAddress(addr string) (listen, host string) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr, ""
	}
	if host == "" {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port), host
}

// onlyFor refuses requests by a name that is not the host's: a page of the web could give its
// own name this machine's address, and read what is here. IP addresses are no such names. A
// server for all networks can have any name, and then only the pages for people are refused.
func onlyFor(host string, next http.Handler) http.Handler {
	ip := net.ParseIP(host)
	anyName := ip != nil && ip.IsUnspecified()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := (&url.URL{Host: r.Host}).Hostname()
		known := net.ParseIP(name) != nil || strings.EqualFold(name, "localhost") || strings.EqualFold(name, host)
		if !known && !(anyName && strings.Contains(r.URL.Path, "/rest/")) {
			http.Error(w, "this sandbox does not answer for that host name", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// serveUntil serves until the context ends; a sandbox that is told to stop has done its
// work, so that is no error.
func serveUntil(ctx context.Context, server *http.Server, listener net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := server.Shutdown(grace); err != nil {
		_ = server.Close()
	}
	if err := <-failed; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
