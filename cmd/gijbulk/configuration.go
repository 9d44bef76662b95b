package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gijbulk/cmd/gijbulk/config"
	"gijbulk/importer/gij"
	"gijbulk/importer/secrets"
	"gijbulk/schema"
)

// The flags about the configuration.
const (
	configFlag = "config"
	targetFlag = "target"
)

func addTargetFlag(f *pflag.FlagSet) {
	f.String(targetFlag, "", "`NAME` of a target in the configuration: its Jira, credentials, manifests and overrides (JIRA_URL, JIRA_TOKEN and their like are ignored)")
}

// flagSource is where the value of a flag comes from that was not on the command line.
type flagSource struct {
	name   string // a variable, or a position in the configuration
	config bool
}

func (a *app) configured(flag string) bool { return a.sources[flag].config }

// connectionFlags say which Jira is reached, and as whom. A target says so itself.
func connectionFlags() []string { return []string{"jira", "token-file", "sandbox", "sandbox-data"} }

func (a *app) setting(cmd *cobra.Command, flag string) string {
	f := cmd.Flags().Lookup(flag)
	switch {
	case f == nil:
		return ""
	case f.Changed:
		return f.Value.String()
	}
	return a.env(variable(flag))
}

// configure gives flags the values of the configuration, where neither the command line nor the
// environment has any.
func (a *app) configure(cmd *cobra.Command) error {
	name, flags := a.setting(cmd, targetFlag), cmd.Flags()
	if flags.Lookup("state") == nil && flags.Lookup(targetFlag) == nil || name == "" && a.sandboxed(cmd) {
		return nil
	}
	c, err := a.readConfig(cmd)
	if err != nil {
		return err
	}
	a.configPath = c.Path
	for _, flag := range connectionFlags() {
		if name != "" && flags.Changed(flag) {
			return usage("--%s and --%s exclude each other: a target has its own Jira and credentials", flag, targetFlag)
		}
	}
	if namesSeveral(name) {
		if a.fleet, err = a.chooseFleet(cmd, c, name); err != nil {
			return err
		}
	} else if name != "" {
		if a.profile, err = a.chooseTarget(c, name); err != nil {
			return err
		}
		if err := a.applyProfile(cmd); err != nil {
			return err
		}
	}
	return a.applySetting(cmd, "state", c.State)
}

// sandboxed reports whether a command line is about an embedded sandbox, which needs no
// configuration.
func (a *app) sandboxed(cmd *cobra.Command) bool {
	return a.setting(cmd, "sandbox") != "" || a.setting(cmd, "sandbox-data") != ""
}

func (a *app) chooseTarget(c config.Config, name string) (*config.Target, error) {
	target, known := c.Target(name)
	if known {
		return &target, nil
	}
	if c.Path == "" {
		return nil, usage("--%s %s: there is no configuration", targetFlag, name).hinted("write %s, or name another file with --%s", strings.Join(a.configPaths(), " or "), configFlag)
	}
	fail := usage("--%s: %s has no target %q", targetFlag, c.Path, name)
	if near := schema.Nearest(name, c.Names()); near != "" {
		return nil, fail.hinted("did you mean %s?", near)
	}
	return nil, fail.hinted("it has %s", strings.Join(c.Names(), ", "))
}

func (a *app) applyProfile(cmd *cobra.Command) error {
	if cmd.Flags().Lookup("jira") == nil { // its --ca-file is for git hosts
		return nil
	}
	t := a.profile
	return firstError(a.applySetting(cmd, "jira", t.URL), a.applySetting(cmd, "ca-file", t.CAFile),
		a.applySetting(cmd, "client-cert", t.ClientCert), a.applySetting(cmd, "rate", t.Rate))
}

func (a *app) applySetting(cmd *cobra.Command, flag string, s config.Setting[string]) error {
	f := cmd.Flags().Lookup(flag)
	if f == nil || f.Changed || !s.Given() {
		return nil
	}
	a.sources[flag] = flagSource{s.Place.String(), true}
	return cmd.Flags().Set(flag, s.Value)
}

// configPaths are where the configuration is looked for: never in the working directory, which may be
// a checkout of somebody else's.
func (a *app) configPaths() []string {
	folder, _ := a.baseFolder("XDG_CONFIG_HOME", ".config") // without one, that path is not absolute
	paths := []string{filepath.Join(folder, "gijbulk", config.FileName), filepath.FromSlash("/etc/gijbulk/" + config.FileName)}
	return slices.DeleteFunc(paths, func(path string) bool { return !filepath.IsAbs(path) })
}

// readConfig reads the configuration of a command line. Where none is named and none is there, it
// is the zero Config.
func (a *app) readConfig(cmd *cobra.Command) (config.Config, error) {
	named := a.setting(cmd, configFlag)
	paths := a.configPaths()
	if named != "" {
		paths = []string{named}
	}
	for _, path := range paths {
		file, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) && named == "" {
			continue
		}
		if err != nil {
			return config.Config{}, usage("the configuration %s cannot be opened: %s", path, plainCause(err)).hinted("correct the path (--%s), or the permissions", configFlag)
		}
		defer file.Close()
		c, err := config.Read(file, path)
		if err != nil {
			return c, &failure{code: exitUsage, err: err}
		}
		return c, nil
	}
	return config.Config{}, nil
}

func (a *app) profileCredentials(ctx context.Context, o targetOptions, c *gij.Config) (err error) {
	r := secrets.Resolver{Env: a.lookupEnv, AllowCommands: o.allowCommands}
	value := func(key string, s config.Setting[string]) string {
		scheme, what, reference := schema.SplitReference(s.Value)
		if !reference || err != nil {
			return s.Value
		}
		resolved, failed := r.Value(ctx, schema.Refer(scheme, what))
		if u, is := errors.AsType[*secrets.Unresolved](failed); is {
			err = usage("%s: targets.%s.%s: %s", s.Place, a.profile.Name, key, u.Message).hinted("%s", withFlag(u.Advice, u.Option))
		}
		return resolved
	}
	c.Token = value("token", a.profile.Token)
	c.User, c.Password = value("user", a.profile.User), value("password", a.profile.Password)
	return err
}

// manifestReader reads manifests, with the overrides of the target. A field that --set sets as well is
// the command line's.
func (a *app) manifestReader(o manifestOptions) (*reader, error) {
	r, err := o.reader(a.stdin)
	if err != nil || a.profile == nil {
		return r, err
	}
	for _, cell := range a.profile.Override {
		if !slices.ContainsFunc(r.set, func(c schema.Cell) bool { return c.Field == cell.Value.Field }) {
			r.set = append(r.set, cell.Value)
		}
	}
	return r, nil
}
