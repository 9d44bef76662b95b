//go:build packages

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// unit is what a service's unit says of the process that systemd starts.
type unit struct {
	user, dir, umask string
	env, command     []string
}

// readUnit reads an instance of a template. systemd has no way to run a unit in a folder, so that
// the test does what it would do.
func readUnit(t *testing.T, text, instance string) unit {
	t.Helper()
	var u unit
	text = strings.NewReplacer("\\\n", " ", "%i", instance, "%S", "/var/lib").Replace(text)
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch key {
		case "User":
			u.user = value
		case "WorkingDirectory":
			u.dir = value
		case "UMask":
			u.umask = value
		case "Environment":
			u.env = append(u.env, value)
		case "ExecStart":
			u.command = strings.Fields(value)
		}
	}
	if u.user == "" || u.dir == "" || u.umask == "" || len(u.command) == 0 || strings.Contains(strings.Join(u.command, " "), "%") {
		t.Fatalf("the unit is not understood: %+v", u)
	}
	return u
}

// service runs what the timer of a target starts, and gives what goes to the journal. It must
// succeed.
func (s system) service(target string) string {
	s.t.Helper()
	timer := s.read("/usr/lib/systemd/system/gijbulk-sync@.timer")
	if strings.Contains(timer, "Unit=") || !strings.Contains(timer, "WantedBy=timers.target") {
		s.t.Fatalf("the timer starts another unit than that of its name, or nothing starts it:\n%s", timer)
	}
	u := readUnit(s.t, s.read("/usr/lib/systemd/system/gijbulk-sync@.service"), target)
	cmd := s.command(u.user, append([]string{"/bin/sh", "-c", `umask "$0"; exec "$@"`, u.umask}, u.command...)...)
	cmd.Dir = u.dir
	cmd.Env = append([]string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "LANG=C.UTF-8", "HOME=/var/lib/gijbulk",
		"USER=" + u.user, "LOGNAME=" + u.user, "SHELL=/usr/sbin/nologin", "STATE_DIRECTORY=/var/lib/gijbulk"}, u.env...)
	return succeed(s.t, cmd)
}

// configure does what the guide says after an installation, for a target of the name test.
func (s system) configure(jira string) {
	s.t.Helper()
	s.write("/etc/gijbulk/gijbulk.yaml", "version: 1\ntargets:\n  test:\n    url: "+jira+"\n    token: file:/etc/gijbulk/jira-token\n    manifests: /etc/gijbulk/manifests\n")
	s.write("/etc/gijbulk/jira-token", "jira-secret\n")
	s.write("/etc/gijbulk/github-token", "github-secret\n")
	s.write("/etc/gijbulk/manifests/github.yaml", "version: 1\nintegrations:\n  - type: GITHUB\n    displayName: Acme\n    apiPath: /orgs/acme/repos\n    pat: file:/etc/gijbulk/github-token\n    projects: [ACME]\n")
	if out := succeed(s.t, s.command("gijbulk", "/usr/bin/gijbulk", "check", "--target", "test")); !strings.Contains(out, jira) {
		s.t.Fatalf("check names no Jira:\n%s", out)
	}
}

// holdsNight looks for the files of a night where the guide says they are.
func (s system) holdsNight() {
	s.t.Helper()
	state := "/var/lib/gijbulk/"
	for name, mode := range map[string]string{
		"/etc/gijbulk": "0750 root:gijbulk", "/etc/gijbulk/gijbulk.yaml": "0640 root:gijbulk", "/var/lib/gijbulk": "0750 gijbulk:gijbulk",
		state + "gijbulk.db": "0600 gijbulk:gijbulk", state + "test.prom": "0644 gijbulk:gijbulk",
		state + "test/report.json": "0600 gijbulk:gijbulk", state + "test/report.html": "0600 gijbulk:gijbulk",
	} {
		if got := s.mode(name); got != mode {
			s.t.Errorf("%s is %s, want %s", name, got, mode)
		}
	}
	if metrics := s.read(state + "test.prom"); !strings.Contains(metrics, `gijbulk_run_exit_code{command="sync",target="`) || strings.Contains(metrics, "secret") {
		s.t.Errorf("no exit code of a sync, or a secret, in the metrics:\n%s", metrics)
	}
}

// night runs the service, whose log has to say so.
func (s system) night(want string) {
	s.t.Helper()
	log := s.service("test")
	if !strings.Contains(log, want) || strings.Contains(log, "-secret") {
		s.t.Fatalf("the log lacks %q, or shows a secret:\n%s", want, log)
	}
	s.holdsNight()
}

// earlier packs the program of a package as an earlier version, and gives the path of the package
// with an extension.
func earlier(t *testing.T, program []byte, extension string) string {
	t.Helper()
	shared, err := texts("../..")
	if err != nil {
		t.Fatal(err)
	}
	units, err := packageFiles("../..")
	if err != nil {
		t.Fatal(err)
	}
	files := append(append(shared, units...), file{name: "gijbulk", data: program, executable: true})
	dir := t.TempDir()
	names, err := packLinux(dir, t.TempDir(), origin{version: "0.0.0-a", date: commitDate}, hostPlatform().arch, "Somebody <somebody@example.org>", files)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, extension) {
			return filepath.Join(dir, name)
		}
	}
	t.Fatalf("no %s in %q", extension, names)
	return ""
}

// programOf is the program in the deb.
func programOf(t *testing.T, deb string) []byte {
	t.Helper()
	packed, err := os.ReadFile(deb)
	if err != nil {
		t.Fatal(err)
	}
	_, data := debParts(t, packed)
	return []byte(data["/usr/bin/gijbulk"])
}

// startsNothing: what is installed starts nothing.
func (s system) startsNothing() {
	s.t.Helper()
	wanted, err := filepath.Glob(s.path("/etc/systemd/system/*.wants/*gijbulk*"))
	if err != nil || len(wanted) > 0 {
		s.t.Errorf("the installation starts %q (error %v)", wanted, err)
	}
}
