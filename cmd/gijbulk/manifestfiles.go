package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"gijbulk/importer/manifest"
)

// onManifests is the RunE of a command that takes manifests. Windows has no shell that replaces
// a pattern by the files that it matches.
func onManifests(do func(ctx context.Context, files []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		files, err := manifestFiles(args)
		if err != nil {
			return err
		}
		return do(cmd.Context(), files)
	}
}

// onSomeManifests is the RunE of a command that cannot do without manifests: where it is given none,
// it takes those of the target.
func (a *app) onSomeManifests(do func(ctx context.Context, files []string) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 && a.profile != nil {
			for _, m := range a.profile.Manifests {
				args = append(args, m.Value)
			}
			if len(args) == 0 {
				return usage("no manifest given, and target %s has none", a.profile.Name).hinted("%s FILE, or manifests: in the configuration", cmd.CommandPath())
			}
		}
		if len(args) == 0 {
			return noManifest(cmd)
		}
		return onManifests(do)(cmd, args)
	}
}

// manifestFiles are the files that the arguments mean: those in a folder that have the extension
// of a manifest, and those that match a pattern, each sorted by name. An argument that means none
// stays, and cannot be read.
func manifestFiles(args []string) ([]string, error) {
	var files []string
	for _, arg := range args {
		for _, name := range filesOf(arg) {
			if err := needFile(name, files); err != nil {
				return nil, err
			}
			files = append(files, name)
		}
	}
	return files, nil
}

func filesOf(arg string) []string {
	if _, err := os.Stat(arg); err != nil && strings.ContainsAny(arg, "*?[") {
		if files, err := filepath.Glob(arg); err == nil && len(files) > 0 {
			return files
		}
		return []string{arg}
	}
	entries, err := os.ReadDir(arg)
	if err != nil {
		return []string{arg} // no folder
	}
	var files []string
	for _, e := range entries {
		if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") && manifest.FormatOf(e.Name()) != "" {
			files = append(files, filepath.Join(arg, e.Name()))
		}
	}
	if files == nil {
		return []string{arg}
	}
	return files
}
