package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// version is for those who build without a repository
// (-ldflags "-X main.version=…"); elsewhere the go command knows it.
var version string

// built tells which program this is. Its JSON is what version --output json prints.
type built struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`   // "" where the build knew no repository
	Date     string `json:"date,omitempty"`     // of the commit, RFC 3339 in UTC
	Modified bool   `json:"modified,omitempty"` // the sources differed from the commit
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func builtFrom(info *debug.BuildInfo, version string) built {
	b := built{
		Version: cmp.Or(version, info.Main.Version, "(devel)"),
		Go:      cmp.Or(info.GoVersion, runtime.Version()), Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.time":
			b.Date = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

func thisBuild() built {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	return builtFrom(info, version)
}

// buildVersion is the version of this program, for reports and the server's log.
func buildVersion() string { return thisBuild().Version }

// String is one line for people.
func (b built) String() string {
	var about []string
	if b.Commit != "" {
		about = append(about, "commit "+b.Commit[:min(12, len(b.Commit))])
	}
	if b.Modified {
		about = append(about, "modified")
	}
	if b.Date != "" {
		about = append(about, b.Date)
	}
	return fmt.Sprintf("gijbulk %s (%s)", b.Version, strings.Join(append(about, b.Go, b.Platform), ", "))
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Show the version and the build",
		Long: `Show the version, the commit and its date, the version of Go and the platform.
Commit and date are those of a build in a git repository.`,
		Example: "  gijbulk version\n  gijbulk version --output json",
		Args:    noArguments,
		RunE: func(*cobra.Command, []string) error {
			var err error
			if b := thisBuild(); a.json() {
				err = json.NewEncoder(a.stdout).Encode(b)
			} else {
				_, err = fmt.Fprintln(a.stdout, b)
			}
			return err
		},
	}
}
