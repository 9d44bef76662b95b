package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"gijbulk/cmd/gijbulk/config"
	"gijbulk/reports"
	"gijbulk/schema"
)

// explainFlag asks for the settings of a command instead of its work.
const explainFlag = "explain-config"

// explainedSetting is a setting with its value and where that comes from.
type explainedSetting struct {
	Setting string `json:"setting"`
	Value   string `json:"value"`
	Source  string `json:"source"`
}

// explainConfig shows the settings of a command line, and ends the command. Secrets are references.
func (a *app) explainConfig(cmd *cobra.Command) error {
	done := &failure{code: exitDone, said: true, err: errors.New("explained")}
	settings := slices.Concat(a.explainConnection(cmd), a.explainManifests(cmd), a.explainFlags(cmd))
	if a.json() {
		return cmp.Or(printLines(a.stdout, settings, func(s explainedSetting) any { return s }), error(done))
	}
	table := [][]string{{"SETTING", "VALUE", "SOURCE"}}
	for _, s := range settings {
		table = append(table, []string{s.Setting, reports.OneLine(s.Value), reports.OneLine(s.Source)})
	}
	_, err := fmt.Fprintln(a.stdout, strings.Join(reports.Columns(table), "\n"))
	return cmp.Or(err, error(done))
}

// explainConnection are the credentials for Jira, where no flag is about them.
func (a *app) explainConnection(cmd *cobra.Command) (settings []explainedSetting) {
	t := a.profile
	switch {
	case cmd.Flags().Lookup("jira") == nil:
		return nil
	case t != nil:
		return slices.Concat(explained("token", t.Token), explained("user", t.User), explained("password", t.Password))
	case a.sandboxed(cmd) || a.given("token-file"):
		return nil
	case a.env("JIRA_TOKEN") != "":
		return []explainedSetting{{"token", "env:JIRA_TOKEN", "JIRA_TOKEN"}}
	case a.env("JIRA_USER") != "":
		return []explainedSetting{{"user", "env:JIRA_USER", "JIRA_USER"}, {"password", "env:JIRA_PASSWORD", "JIRA_PASSWORD"}}
	}
	return nil
}

func (a *app) explainManifests(cmd *cobra.Command) (settings []explainedSetting) {
	if files := cmd.Flags().Args(); len(files) > 0 {
		settings = append(settings, explainedSetting{"FILE", strings.Join(files, " "), "command line"})
	} else if a.profile != nil && cmd.Flags().Lookup("format") != nil {
		for _, m := range a.profile.Manifests {
			settings = append(settings, explained("FILE", m)...)
		}
	}
	if a.profile == nil || cmd.Flags().Lookup("set") == nil {
		return settings
	}
	for _, cell := range a.profile.Override {
		settings = append(settings, explainedSetting{"set", cell.Value.Name + "=" + writtenText(cell.Value.Written), cell.Place.String()})
	}
	return settings
}

func writtenText(w schema.Written) string {
	if w.Form != schema.FormList {
		return w.Text
	}
	var items []string
	for _, item := range w.Items {
		items = append(items, item.Text)
	}
	return strings.Join(items, ",")
}

func (a *app) explainFlags(cmd *cobra.Command) (settings []explainedSetting) {
	flags := visible(cmd.Flags())
	var names []string
	for _, group := range flagGroups() {
		names = append(names, group.flags...)
	}
	for _, name := range append(names, rest(flags)...) {
		f := flags.Lookup(name)
		if f == nil || slices.Contains([]string{"help", "version", explainFlag}, name) {
			continue
		}
		setting := explainedSetting{name, shownFlag(f), cmp.Or(a.sources[name].name, "flag")}
		url := a.env("JIRA_URL")
		switch {
		case f.Changed:
		case name == "jira" && url != "" && !a.sandboxed(cmd):
			setting.Value, setting.Source = schema.ShownURL(url), "JIRA_URL"
		case name == configFlag:
			setting.Value, setting.Source = a.configPath, "default"
		default:
			setting.Source = "default"
		}
		settings = append(settings, setting)
	}
	return settings
}

// shownFlag is the value of a flag, without what may be a secret.
func shownFlag(f *pflag.Flag) string {
	values := []string{f.Value.String()}
	if list, ok := f.Value.(pflag.SliceValue); ok {
		values = slices.Clone(list.GetSlice())
	}
	for i, v := range values {
		name, value, assigns := strings.Cut(v, "=")
		field, known := schema.FieldTitled(name)
		if _, _, reference := schema.SplitReference(value); assigns && known && field.Hidden() && !reference {
			v = name + "=[secret]"
		}
		values[i] = schema.ShownURL(v)
	}
	return strings.Join(values, ",")
}

func explained(setting string, s config.Setting[string]) []explainedSetting {
	if !s.Given() {
		return nil
	}
	return []explainedSetting{{setting, s.Value, s.Place.String()}}
}
