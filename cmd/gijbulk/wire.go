package main

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"gijbulk/importer/gij"
	"gijbulk/importer/sandbox"
	"gijbulk/importer/secrets"
	"gijbulk/schema"
)

// targetOptions say which Jira to reach, and with which credentials.
type targetOptions struct {
	url, tokenFile             string
	caFile, clientCert         string
	sandboxFaults, sandboxData string
	timeout, maxWait           time.Duration
	rate                       float64
	retries                    int
	allowCommands              bool
}

// noFaults is what --sandbox means without a value.
const noFaults = "none"

func (o *targetOptions) addFlags(f *pflag.FlagSet) {
	addTargetFlag(f)
	f.StringVar(&o.url, "jira", "", "base `URL` of Jira, with its context path (or JIRA_URL)")
	f.StringVar(&o.tokenFile, "token-file", "", "`FILE` with a Jira personal access token (or JIRA_TOKEN, or JIRA_USER and JIRA_PASSWORD)")
	f.StringVar(&o.caFile, "ca-file", "", "PEM `FILE` of certificate authorities to trust in addition to the system's")
	f.StringVar(&o.clientCert, "client-cert", "", "PEM `FILE` with a client certificate and its key")
	f.StringVar(&o.sandboxFaults, "sandbox", "", "run against an embedded sandbox instead of a Jira, with these `FAULTS`")
	f.Lookup("sandbox").NoOptDefVal = noFaults
	f.StringVar(&o.sandboxData, "sandbox-data", "", "`FILE` in which the embedded sandbox keeps its records")
	f.DurationVar(&o.timeout, "timeout", 2*time.Minute, "limit for each request; an add makes Jira call the git host")
	f.DurationVar(&o.maxWait, "max-wait", 10*time.Minute, "stop after this long without an accepted request")
	f.Float64Var(&o.rate, "rate", 10, "at most this many requests per second, of all shards together; where it is not set and Jira sends its own limits, only those apply (0: no limit of our own)")
	f.IntVar(&o.retries, "retries", 5, "retries for requests that did not take effect")
	f.BoolVar(&o.allowCommands, "allow-commands", false, "allow cmd: references to run commands")
}

// target is the server that a command works on.
type target struct {
	client  *gij.Client
	sandbox bool
	secrets []string // the run's own, to be hidden everywhere
	close   func() error
}

// connect makes the client; nothing is sent yet. The shards of a run share what the server
// and --rate allow.
func (a *app) connect(o targetOptions, readOnly bool, shard schema.Shard) (*target, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	config := gij.Config{
		BaseURL: o.url, Timeout: o.timeout, MaxWait: o.maxWait, Retries: cmp.Or(o.retries, -1), ReadOnly: readOnly,
		UserAgent: "gijbulk/" + buildVersion(), Base: a.transport, Share: gij.Share{Index: max(0, shard.Index-1), Of: max(1, shard.Of)}, Wire: a.hard,
		Mask:   func(s string) string { return a.mask.HideSaid(s) },
		OnWait: a.onWait, OnRequest: a.traced,
	}
	config.Rate, config.SilentRate = o.ceilings(a.given("rate"), max(1, shard.Of))
	connect := a.connectJira
	if o.sandboxFaults != "" || o.sandboxData != "" {
		connect = a.connectSandbox
	}
	t, err := connect(o, config)
	if err == nil {
		a.reached = t.client.BaseURL()
	}
	return t, err
}

func (o targetOptions) check() error {
	switch {
	case o.timeout < 0:
		return usage("--timeout %s is below 0", o.timeout)
	case o.maxWait < 0:
		return usage("--max-wait %s is below 0", o.maxWait)
	case !(o.rate >= 0): // nor is it NaN
		return usage("--rate %g is below 0", o.rate)
	case o.retries < 0:
		return usage("--retries %d is below 0", o.retries)
	}
	return nil
}

// ceilings are those of one of so many shards: --rate is the whole run's. Where it was not
// given it holds only for a server that tells no limits.
func (o targetOptions) ceilings(given bool, shards int) (rate, silentRate float64) {
	if rate = o.rate / float64(shards); given {
		return rate, 0
	}
	return 0, rate
}

func (a *app) connectSandbox(o targetOptions, config gij.Config) (*target, error) {
	if o.url != "" && a.given("jira") {
		return nil, usage("--jira and --sandbox exclude each other")
	}
	faults, err := sandbox.ParseFaults(strings.TrimPrefix(o.sandboxFaults, noFaults))
	if err != nil {
		return nil, usage("--sandbox: %w", err)
	}
	server, err := sandbox.New(sandbox.Options{Faults: faults, DataFile: o.sandboxData, BaseURL: schema.SandboxURL})
	if err != nil {
		return nil, fmt.Errorf("embedded sandbox: %w", err)
	}
	config.BaseURL, config.Token, config.SilentRate = schema.SandboxURL, "sandbox", 0
	config.Base = server.RoundTripper()
	client, err := gij.New(config)
	if err != nil {
		return nil, errors.Join(err, server.Close())
	}
	return &target{client: client, sandbox: true, close: server.Close}, nil
}

func (a *app) connectJira(o targetOptions, config gij.Config) (*target, error) {
	if config.BaseURL = o.url; a.profile == nil {
		config.BaseURL = cmp.Or(o.url, a.env("JIRA_URL"))
	}
	if config.BaseURL == "" {
		return nil, usage("no Jira URL").hinted("use --jira URL or set JIRA_URL, or name a --target; --sandbox runs against an embedded sandbox")
	}
	if err := a.credentials(o, &config); err != nil {
		return nil, err
	}
	tlsConfig, err := o.tls()
	if err != nil {
		return nil, err
	}
	config.TLS = tlsConfig
	secrets, err := a.proxySecrets(config.BaseURL)
	if err != nil {
		return nil, err
	}
	client, err := gij.New(config)
	if err != nil {
		fail := usage("%w", err)
		if e, ok := errors.AsType[*gij.Error](err); ok {
			fail.hint = withNeed(e.Need)
		}
		return nil, fail
	}
	secrets = append(secrets, config.Token, config.Password, config.User+":"+config.Password)
	return &target{client: client, secrets: secrets, close: func() error { client.Close(); return nil }}, nil
}

// credentials come from the target, or else from the environment or a token file, never from a flag.
func (a *app) credentials(o targetOptions, config *gij.Config) error {
	if a.profile != nil {
		return a.profileCredentials(a.command.Context(), o, config)
	}
	if o.tokenFile != "" {
		content, err := os.ReadFile(o.tokenFile)
		if err != nil {
			return usage("--token-file: %w", err)
		}
		if config.Token = strings.TrimSpace(secrets.Text(content)); config.Token == "" {
			return usage("--token-file: %s is empty", o.tokenFile)
		}
		return nil
	}
	if config.Token = a.env("JIRA_TOKEN"); config.Token != "" {
		return nil
	}
	config.User, config.Password = a.env("JIRA_USER"), a.env("JIRA_PASSWORD")
	if config.User == "" || config.Password == "" {
		return usage("no credentials for %s", schema.ShownURL(config.BaseURL)).
			hinted("set JIRA_TOKEN, or JIRA_USER and JIRA_PASSWORD, or give --token-file FILE")
	}
	return nil
}

func (o targetOptions) tls() (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.caFile != "" {
		pem, err := os.ReadFile(o.caFile)
		if err != nil {
			return nil, usage("--ca-file: %w", err)
		}
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		if !pool.AppendCertsFromPEM(pem) {
			return nil, usage("--ca-file: %s holds no PEM certificate", o.caFile)
		}
		config.RootCAs = pool
	}
	if o.clientCert != "" {
		cert, err := tls.LoadX509KeyPair(o.clientCert, o.clientCert)
		if err != nil {
			return nil, usage("--client-cert: %w", err)
		}
		config.Certificates = []tls.Certificate{cert}
	}
	return config, nil
}
