package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gijbulk/cmd/gijbulk/terminal"
	"gijbulk/importer/convert"
	"gijbulk/importer/githost"
	"gijbulk/importer/secrets"
	"gijbulk/schema"
)

type discoverOptions struct {
	origin        string
	login         loginOptions
	allowCommands bool
	hosts         hostOptions
	made          madeOptions
	check         []string
}

// loginOptions say what records log in with.
type loginOptions struct{ secret, user string }

func (o *loginOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.secret, "credential", "", "`REFERENCE` to the token or password that the records log in with, such as env:NAME or file:PATH")
	f.StringVar(&o.user, "username", "", "user `NAME` of the credential, or a reference to it, where it is not a token")
}

func (o loginOptions) login() (convert.Login, error) {
	if _, _, reference := schema.SplitReference(o.secret); o.secret != "" && !reference {
		return convert.Login{}, usage("--credential: a secret on the command line can be read by every user of this machine").
			hinted("give a reference: --credential env:NAME or --credential file:PATH")
	}
	if o.user != "" && o.secret == "" {
		return convert.Login{}, usage("--username has no --credential")
	}
	return convert.Login{User: o.user, Secret: o.secret}, nil
}

func (a *app) discoverCommand() *cobra.Command {
	var o discoverOptions
	cmd := &cobra.Command{
		Use:   "discover TYPE [NAME…]",
		Short: "Make a manifest of what a git host lists",
		Long: `Ask a git host for its repositories, and make the manifest that convert makes of
a saved list of them. No Jira is needed, and the host gets only reads.

TYPE is one of these; NAME is what it lists, where the host has names:
` + typeLines() + `
Without a NAME, all that the credential sees is listed. Lists are read to their
end, in a stable order. One that cannot be read whole is an error: a manifest
never has only a part.

All records have the reference that --credential gives, never its value. The
credential is sent only to the host, never to one that it redirects to. While a
host limits the rate, gijbulk waits and sends it nothing.

With --check, no manifest is made: gijbulk names the repositories and
organizations that the manifests lack, have too many, or have under an old name,
by what their records list at the host now, with --credential in place of their
own. Where there is such a difference, the exit code is 2.`,
		Example: `  gijbulk discover GITHUB acme --credential env:GITHUB_PAT --out acme.yaml
  gijbulk discover GITLAB_SERVER --origin https://gitlab.example.org \
    --credential file:/run/secrets/gitlab
  gijbulk discover bitbucket-server --origin https://git.example.org \
    --username svc-jira --credential env:BITBUCKET_PASSWORD --out bitbucket.csv
  gijbulk discover GITHUB acme --credential env:GITHUB_PAT --check acme.yaml`,
		Args: needType,
		RunE: func(cmd *cobra.Command, args []string) error { return a.discover(cmd.Context(), args[0], args[1:], o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.origin, "origin", "", "`URL` of the host, for a TYPE that people run themselves")
	o.login.addFlags(f)
	o.made.addFlags(f)
	o.hosts.addAskingFlags(f)
	f.StringArrayVar(&o.check, "check", nil, "compare this manifest `FILE` with what the host lists, and make none (repeatable)")
	f.BoolVar(&o.allowCommands, "allow-commands", false, "allow a cmd: reference to run its command")
	return cmd
}

func needType(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usage("no type given").hinted("%s TYPE; the types are %s", cmd.CommandPath(), strings.Join(discoverableNames(), ", "))
	}
	return nil
}

func (a *app) discover(ctx context.Context, word string, names []string, o discoverOptions) error {
	d, err := discoverableNamed(word)
	if err != nil {
		return err
	}
	options, err := o.options(d)
	if err != nil {
		return err
	}
	sources, err := d.sources(options.BaseURL, names, options.Login)
	if err != nil {
		return err
	}
	if len(o.check) > 0 && o.made.output.out != "" {
		return usage("--check writes no manifest: leave --out out")
	}
	if len(o.check) == 0 {
		if err := a.checkMade(o.made); err != nil {
			return err
		}
	}
	config, err := a.hostConfig(o.hosts)
	if err != nil {
		return err
	}
	if options.Projects, err = a.projectMap(o.made.projectMap, ""); err != nil {
		return err
	}
	if err := a.resolveSources(ctx, sources, o.allowCommands); err != nil {
		return err
	}
	inputs := a.listHosts(ctx, config, sources)
	if len(o.check) > 0 {
		return a.checkHosts(ctx, config, sources, inputs, options, o.check)
	}
	return a.writeConverted(ctx, inputs, options, o.made)
}

func (o discoverOptions) options(d discoverable) (convert.Options, error) {
	options, err := o.made.options()
	if err != nil {
		return options, err
	}
	if o.login.secret == "" {
		return options, usage("--credential is missing").hinted("give a reference to the host's token or password: --credential env:NAME")
	}
	options.From, options.Live = d.tool, true
	if options.Login, err = o.login.login(); err != nil {
		return options, err
	}
	options.BaseURL, err = d.originOf(o.origin)
	return options, err
}

func (a *app) resolveSources(ctx context.Context, sources []githost.Source, allowCommands bool) error {
	resolver := secrets.Resolver{Env: a.lookupEnv, AllowCommands: allowCommands}
	var records []schema.Record
	for _, s := range sources {
		records = append(records, s.Record)
	}
	records = resolver.Resolve(ctx, records)
	if err := a.hideWithProxies(records); err != nil {
		return err
	}
	for i, r := range records {
		for _, f := range r.Findings {
			return &failure{code: exitCredentials, err: fmt.Errorf("--credential: %s", f.Message), hint: withFlag(f.Advice, f.Option)}
		}
		sources[i].Record = r
	}
	return context.Cause(ctx)
}

// listHosts reads the lists of all sources, one host after the other, and shows how far that is.
func (a *app) listHosts(ctx context.Context, config githost.Config, sources []githost.Source) iter.Seq2[convert.Input, error] {
	return func(yield func(convert.Input, error) bool) {
		counter := terminal.StartCounter(a.progressOptions(), terminal.Unknown)
		defer counter.Stop()
		config.OnPage = counter.Add
		client := githost.New(config)
		defer client.Close()
		for _, s := range sources {
			for p, err := range client.List(ctx, s) {
				if err != nil {
					yield(convert.Input{}, a.unlisted(err))
					return
				}
				if !yield(convert.Input{Name: p.Address, Text: p.Text}, nil) {
					return
				}
			}
		}
	}
}

// unlisted is the failure of a host that does not list what it should.
func (a *app) unlisted(err error) error {
	problem, ok := errors.AsType[*githost.Problem](err)
	if !ok {
		return err
	}
	code := exitTarget
	switch problem.Code {
	case schema.CodeUnreachable:
		code = exitTemporary
	case schema.CodeCredentialRefused, schema.CodeScopeMissing, schema.CodeListPartial:
		code = exitCredentials
	}
	general := problem.Code.Newf(schema.Place{}, "", "")
	return &failure{code: code, err: errors.New(a.mask.HideSaid(problem.Message)), hint: cmp.Or(problem.Advice, general.Advice)}
}
