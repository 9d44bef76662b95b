//go:build packages

package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var commitDate = time.Date(2026, 3, 1, 12, 30, 1, 0, time.UTC)

// TestDistLintian: Debian's own checks find no error in the debs.
func TestDistLintian(t *testing.T) {
	needs(t, "lintian")
	for _, arch := range []string{"amd64", "arm64"} {
		out, err := exec.Command("lintian", "--allow-root", "--fail-on", "error,warning", released(t, "_"+arch+".deb")).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", arch, err, out)
		}
	}
}

// TestDistDeb takes the deb through its life on a clean Debian: an earlier version is installed
// and configured, and runs for a night; an upgrade keeps what is configured and known; a removal
// keeps both as well, and a purge nothing that is ours.
func TestDistDeb(t *testing.T) {
	needs(t)
	deb := released(t, hostPackage(".deb"))
	s := cleanDebian(t)
	s.installDeb(earlier(t, programOf(t, deb), ".deb"))
	s.startsNothing()
	s.configure(s.sandbox("/usr/bin/gijbulk", "jira-secret"))
	s.night("1 created")

	s.installDeb(deb)
	if version := s.asRoot("dpkg-query", "--show", "--showformat", "${Version} ${Status}", "gijbulk"); strings.HasPrefix(version, "0.0.0~a-1 ") || !strings.HasSuffix(version, " ok installed") {
		t.Errorf("after the upgrade it is %q", version)
	}
	s.night("1 unchanged")

	s.asRoot("dpkg", "--remove", "gijbulk")
	if s.exists("/usr/bin/gijbulk") || !s.exists("/etc/gijbulk/gijbulk.yaml") || !s.exists("/var/lib/gijbulk/gijbulk.db") {
		t.Error("a removal leaves the program, or takes the configuration or the state")
	}
	s.asRoot("dpkg", "--purge", "gijbulk")
	if s.exists("/etc/gijbulk/gijbulk.yaml") || s.exists("/var/lib/gijbulk") || !s.exists("/etc/gijbulk/jira-token") {
		t.Error("a purge leaves the configuration or the state, or takes what the administrator wrote")
	}
}

func (s system) installDeb(deb string) {
	s.t.Helper()
	name := "/tmp/" + filepath.Base(deb)
	succeed(s.t, exec.Command("cp", deb, s.path(name)))
	s.asRoot("dpkg", "--install", name)
}
