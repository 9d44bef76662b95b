package main

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gijbulk/cmd/gijbulk/terminal"
	"gijbulk/importer/githost"
	"gijbulk/importer/secrets"
	"gijbulk/reports"
	"gijbulk/schema"
)

type preflightOptions struct {
	manifest      manifestOptions
	selection     selectionOptions
	hosts         hostOptions
	report        reportOptions
	list, lenient bool
	allowCommands bool
}

// hostOptions say how git hosts are asked.
type hostOptions struct {
	caFile           string
	maps             []string
	timeout, maxWait time.Duration
	expiryWarning    string
}

func (o *hostOptions) addFlags(f *pflag.FlagSet) {
	o.addAskingFlags(f)
	o.addExpiryFlag(f)
}

func (o *hostOptions) addAskingFlags(f *pflag.FlagSet) {
	f.StringVar(&o.caFile, "ca-file", "", "PEM `FILE` of certificate authorities to trust in addition to the system's")
	f.DurationVar(&o.timeout, "timeout", 30*time.Second, "limit for each request")
	f.DurationVar(&o.maxWait, "max-wait", 10*time.Minute, "longest wait for the rate limit of a git host")
	o.addMapFlag(f)
}

func (o *hostOptions) addHostFlags(f *pflag.FlagSet) {
	o.addMapFlag(f)
	o.addExpiryFlag(f)
}

func (o *hostOptions) addMapFlag(f *pflag.FlagSet) {
	f.StringArrayVar(&o.maps, "host-map", nil, "`HOST=URL`: send the requests for this git host to another URL, such as a mirror (repeatable)")
}

func (o *hostOptions) addExpiryFlag(f *pflag.FlagSet) {
	f.StringVar(&o.expiryWarning, "expiry-warning", "30d", "warn about credentials that expire within this `TIME`, such as 30d or 12h")
}

func (a *app) preflightCommand() *cobra.Command {
	var o preflightOptions
	cmd := &cobra.Command{
		Use:   "preflight FILE…",
		Short: "Ask the git hosts about credentials and listings",
		Long: `Check the manifests as validate does, resolve their secrets, and ask each git
host whose credential it is, when it expires, what it may do, and which
repositories the apiPath and the apiFilter of each record list. No Jira is
needed, and git hosts get only reads.

Each distinct credential is checked once. It is sent only to the host of its own
record, never to one that the host redirects to. While a host limits the rate,
gijbulk waits and sends it nothing. Records with errors are not asked about.
Everything is seen from this machine: Jira may be in another network, with
another proxy. Tracked folders and repositories over SSH cannot be seen from
here.`,
		Example: `  gijbulk preflight integrations.yaml
  gijbulk preflight --list integrations.yaml
  gijbulk preflight --output json --expiry-warning 14d integrations.csv
  gijbulk preflight --host-map github.com=https://mirror.example.org all.yaml`,
		Args: cobra.ArbitraryArgs,
		RunE: a.onSomeManifests(func(ctx context.Context, files []string) error { return a.preflight(ctx, files, o) }),
	}
	f := cmd.Flags()
	o.manifest.addFlags(f)
	o.selection.addPlanning(f)
	addTargetFlag(f)
	o.hosts.addFlags(f)
	o.report.addFlags(f)
	addMetricsFlag(f)
	f.BoolVar(&o.list, "list", false, "name the repositories that each record lists")
	f.BoolVar(&o.lenient, "lenient", false, "a secret that cannot be resolved here is a warning, and its records are not checked")
	f.BoolVar(&o.allowCommands, "allow-commands", false, "allow cmd: references to run commands")
	return cmd
}

func (a *app) preflight(ctx context.Context, files []string, o preflightOptions) error {
	wanted, err := a.wantedReports(o.report)
	if err != nil {
		return err
	}
	config, err := a.hostConfig(o.hosts)
	if err != nil {
		return err
	}
	c := validation{command: "preflight", started: a.now().UTC(), files: files}
	if err := a.gatherPreflight(ctx, &c, o, len(wanted) > 0); err != nil {
		return err
	}
	found, err := a.askHosts(ctx, config, c.records)
	if err != nil {
		return err
	}
	for i, l := range found.Listings {
		c.records[i] = c.records[i].WithFindings(l.Findings...)
	}
	c.findings = manifests{c.records, c.findings}.withCreates()
	a.expiries = a.credentialExpiries(found)
	shown := a.shownPreflight(c, found)
	c.hosts = &shown
	tally, err := a.printPreflight(shown, o.list)
	if err != nil {
		return err
	}
	a.answer = count(tally.Errors, "error") + ", " + count(tally.Warnings, "warning")
	if err := a.reportCheck(c, o.report.dir, wanted); err != nil {
		return err
	}
	if tally.Errors > 0 {
		return said(exitManifest)
	}
	return nil
}

// gatherPreflight reads the records with what is wrong with them, and resolves their secrets.
func (a *app) gatherPreflight(ctx context.Context, c *validation, o preflightOptions, keepsCells bool) error {
	r, err := a.manifestReader(o.manifest)
	if err != nil {
		return err
	}
	chosen, err := o.selection.parse()
	if err != nil {
		return err
	}
	selects := chosen.predicate()
	r.keepsCells = keepsCells
	err = r.each(ctx, c.files, func(one checked) error {
		c.findings = append(c.findings, one.file...)
		if one.record != nil && selects(*one.record) {
			c.records = append(c.records, *one.record)
		}
		return nil
	})
	if err != nil {
		return err
	}
	resolver := secrets.Resolver{Env: a.lookupEnv, AllowCommands: o.allowCommands, Lenient: o.lenient}
	c.records = slices.Clone(resolver.Resolve(ctx, c.records))
	return cmp.Or(a.hideWithProxies(c.records), context.Cause(ctx))
}

func (a *app) hideWithProxies(records []schema.Record) error {
	proxies, err := a.hostProxySecrets()
	if err != nil {
		return err
	}
	a.hide(records, proxies...)
	return nil
}

func (a *app) hostProxySecrets() (all []string, err error) {
	for _, scheme := range []string{"https:", "http:"} {
		secrets, err := a.proxySecrets(scheme)
		if err != nil {
			return nil, err
		}
		all = append(all, secrets...)
	}
	return all, nil
}

func (a *app) hostConfig(o hostOptions) (githost.Config, error) {
	c := githost.Config{Timeout: o.timeout, MaxWait: o.maxWait, UserAgent: "gijbulk/" + buildVersion(), HostMap: make(map[string]*url.URL),
		Mask: func(s string) string { return a.mask.HideSaid(s) }, OnWait: a.onHostWait}
	if o.timeout <= 0 || o.maxWait <= 0 {
		return c, usage("--timeout and --max-wait must be above 0")
	}
	for _, m := range o.maps {
		host, to, _ := strings.Cut(m, "=")
		u, err := url.Parse(to)
		if host == "" || err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil {
			return c, usage("--host-map takes HOST=URL").hinted("such as --host-map api.github.com=https://github-mirror.example.org")
		}
		c.HostMap[strings.ToLower(host)] = u
	}
	var err error
	if o.expiryWarning != "" {
		if c.ExpiryWarning, err = parseDays(o.expiryWarning); err != nil {
			return c, usage("--expiry-warning: %w", err)
		}
	}
	c.TLS, err = targetOptions{caFile: o.caFile}.tls()
	return c, err
}

func (a *app) askHosts(ctx context.Context, config githost.Config, records []schema.Record) (githost.Report, error) {
	counter := terminal.StartCounter(a.progressOptions(), len(records))
	defer counter.Stop()
	config.OnRecord = counter.Add
	client := githost.New(config)
	defer client.Close()
	return client.Probe(ctx, records)
}

func (a *app) onHostWait(host string, until time.Time) {
	a.log.info("waiting for the rate limit", "host", host, "until", until.UTC().Format(time.RFC3339))
	a.waiting.Start(a.now(), until.Sub(a.now()))
}

// withCreates are the findings of the files and of their records, those that concern only a
// create included.
func (m manifests) withCreates() []schema.Finding {
	all := slices.Clone(m.files)
	for i := range m.records {
		all = append(all, m.records[i].Findings...)
	}
	return all
}

func (a *app) printPreflight(p reports.Preflight, list bool) (reports.Tally, error) {
	if !list {
		p = p.Counted()
	}
	if a.json() {
		return reports.PreflightJSON(a.stdout, p)
	}
	return reports.PreflightText(a.stdout, p, a.page(a.stdoutIsTerminal))
}

// shownPreflight is what is printed and reported, without secrets.
func (a *app) shownPreflight(c validation, found githost.Report) reports.Preflight {
	p := reports.Preflight{Findings: c.findings}
	for _, credential := range found.Credentials {
		shown := reports.HostCredential{Reference: credential.Reference, Host: credential.Host, User: a.mask.HideSaid(credential.User),
			Scopes: credential.Scopes, Status: credential.Status}
		if !credential.Expires.IsZero() {
			shown.Expires = &credential.Expires
		}
		for _, i := range credential.Records {
			place := c.records[i].Place
			place.Column = 0
			shown.Records = append(shown.Records, place.String())
		}
		p.Credentials = append(p.Credentials, shown)
	}
	for i, l := range found.Listings {
		r := c.records[i]
		shown := reports.HostListing{File: r.Place.File, Line: r.Place.Line, Record: r.Place.Record, Count: len(l.Repositories), Status: l.Status,
			Note: l.Note, Name: a.mask.Hide(r.Key().String()), Repositories: []string{}}
		for _, repository := range l.Repositories {
			shown.Repositories = append(shown.Repositories, a.mask.HideSaid(repository.Name))
		}
		p.Listings = append(p.Listings, shown)
	}
	return p
}

func (a *app) credentialExpiries(found githost.Report) (all []reports.CredentialExpiry) {
	for _, c := range found.Credentials {
		if !c.Expires.IsZero() {
			all = append(all, reports.CredentialExpiry{Host: c.Host, Reference: c.Reference, At: c.Expires})
		}
	}
	return all
}
