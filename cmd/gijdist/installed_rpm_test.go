//go:build packages

package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestDistRPM takes the rpm through the same life. The system is Debian's, whose packages rpm
// does not know, so that it is told not to look for what ours depends on; the scripts run there.
func TestDistRPM(t *testing.T) {
	needs(t, "rpm")
	s := cleanDebian(t)
	rpm := func(args ...string) string {
		t.Helper()
		return succeed(t, exec.Command("rpm", append([]string{"--root", s.root}, args...)...))
	}
	program := programOf(t, released(t, hostPackage(".deb")))
	rpm("--install", "--nodeps", "--force-debian", earlier(t, program, ".rpm"))
	s.startsNothing()
	s.configure(s.sandbox("/usr/bin/gijbulk", "jira-secret"))
	s.night("1 created")

	rpm("--upgrade", "--nodeps", "--force-debian", released(t, hostPackage(".rpm")))
	if version := rpm("--query", "gijbulk"); strings.Contains(version, "0.0.0~a-1") || strings.Count(version, "\n") != 1 {
		t.Errorf("after the upgrade there is %q", version)
	}
	s.night("1 unchanged")

	rpm("--erase", "--nodeps", "gijbulk")
	if s.exists("/usr/bin/gijbulk") || s.exists("/etc/gijbulk/gijbulk.yaml") || !s.exists("/etc/gijbulk/gijbulk.yaml.rpmsave") || !s.exists("/var/lib/gijbulk/gijbulk.db") {
		t.Error("a removal leaves the program, or takes the configuration or the state")
	}
}
