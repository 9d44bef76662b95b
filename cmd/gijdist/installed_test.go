//go:build packages

package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// The tests of this tag install what make dist has written. They need root and the tools of the
// systems; what is missing is said, and its tests are skipped.

// needs skips a test that cannot run here.
func needs(t *testing.T, tools ...string) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("only root can install packages")
	}
	for _, tool := range tools {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
}

// released is the one file of dist/ that fits a pattern, for this machine's architecture.
func released(t *testing.T, suffix string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join("..", "..", "dist", "gijbulk?*"+suffix))
	if err != nil || len(found) != 1 {
		t.Fatalf("%d files in dist fit *%s (error %v): run make dist", len(found), suffix, err)
	}
	path, err := filepath.Abs(found[0])
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func hostPackage(extension string) string {
	for _, kind := range packageKinds() {
		if kind.packager.ConventionalExtension() == extension {
			return cmp.Or(kind.arches[runtime.GOARCH], runtime.GOARCH) + extension
		}
	}
	return extension
}

// system is a folder that holds a Linux system; programs run in it by chroot.
type system struct {
	t    *testing.T
	root string
}

// cleanDebian is a system of Debian's minimal packages.
func cleanDebian(t *testing.T) system {
	t.Helper()
	base, err := filepath.Abs(filepath.Join("..", "..", "bin", "debian.tar"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(base); errors.Is(err, fs.ErrNotExist) {
		t.Skip("there is no bin/debian.tar, which debootstrap could not make here")
	}
	s := system{t, t.TempDir()}
	if out, err := exec.Command("tar", "-C", s.root, "-xf", base).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.Chmod(s.root, 0o755); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s system) path(name string) string { return filepath.Join(s.root, filepath.FromSlash(name)) }

func (s system) exists(name string) bool {
	_, err := os.Lstat(s.path(name))
	return err == nil
}

func (s system) read(name string) string {
	s.t.Helper()
	data, err := os.ReadFile(s.path(name))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(data)
}

// write makes a file of root's that the group of the service may read, as the comment in
// gijbulk.yaml wants it.
func (s system) write(name, content string) {
	s.t.Helper()
	_, group := s.account("gijbulk")
	if err := errors.Join(os.MkdirAll(filepath.Dir(s.path(name)), 0o755), os.WriteFile(s.path(name), []byte(content), 0o640), os.Chown(s.path(name), 0, int(group))); err != nil {
		s.t.Fatal(err)
	}
}

// mode is the mode of a file and its owner, as 0640 root:gijbulk.
func (s system) mode(name string) string {
	s.t.Helper()
	info, err := os.Stat(s.path(name))
	if err != nil {
		s.t.Fatal(err)
	}
	owner := info.Sys().(*syscall.Stat_t)
	return fmt.Sprintf("%04o %s:%s", info.Mode().Perm(), s.nameIn("/etc/passwd", owner.Uid), s.nameIn("/etc/group", owner.Gid))
}

func (s system) nameIn(file string, id uint32) string {
	for line := range strings.Lines(s.read(file)) {
		if fields := strings.Split(line, ":"); fields[2] == fmt.Sprint(id) || fields[2] == fmt.Sprintln(id) {
			return fields[0]
		}
	}
	return fmt.Sprint(id)
}

// account is the number of a user and of its group.
func (s system) account(user string) (uid, gid uint32) {
	s.t.Helper()
	if user == "root" {
		return 0, 0 // where there are no accounts too
	}
	for line := range strings.Lines(s.read("/etc/passwd")) {
		if fields := strings.Split(line, ":"); fields[0] == user {
			u, err := strconv.ParseUint(fields[2], 10, 32)
			g, groupErr := strconv.ParseUint(fields[3], 10, 32)
			if err := errors.Join(err, groupErr); err != nil {
				s.t.Fatal(err)
			}
			return uint32(u), uint32(g)
		}
	}
	s.t.Fatalf("there is no user %s", user)
	return 0, 0
}

// command is a program in the system, with nothing of the test's environment.
func (s system) command(user string, args ...string) *exec.Cmd {
	s.t.Helper()
	uid, gid := s.account(user)
	cmd := exec.CommandContext(s.t.Context(), args[0], args[1:]...)
	cmd.Dir, cmd.Env = "/", []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Chroot: s.root, Credential: &syscall.Credential{Uid: uid, Gid: gid}}
	return cmd
}

// asRoot runs a program in the system, which must succeed.
func (s system) asRoot(args ...string) string {
	s.t.Helper()
	return succeed(s.t, s.command("root", args...))
}

// succeed gives all that a command prints.
func succeed(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", cmd.Args, err, out)
	}
	return string(out)
}

// sandbox is a Jira that accepts one token, in the system, until the test ends; its URL.
func (s system) sandbox(program, token string) string {
	s.t.Helper()
	cmd := s.command("root", program, "sandbox", "--addr", "127.0.0.1:0")
	cmd.Env = append(cmd.Env, "JIRA_TOKEN="+token)
	out, err := cmd.StdoutPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _, _ = cmd.Process.Kill(), cmd.Wait() })
	return firstURL(s.t, out)
}

// firstURL reads a program's output up to the first URL in it, which ends with a slash there.
func firstURL(t *testing.T, out io.Reader) string {
	t.Helper()
	var said bytes.Buffer
	for part := make([]byte, 1024); ; {
		n, err := out.Read(part)
		said.Write(part[:n])
		if _, after, found := strings.Cut(said.String(), "http://"); found && strings.ContainsAny(after, " \n") {
			return "http://" + strings.TrimSuffix(strings.Fields(after)[0], "/")
		}
		if err != nil {
			t.Fatalf("no URL in %q: %v", said.String(), err)
		}
	}
}
