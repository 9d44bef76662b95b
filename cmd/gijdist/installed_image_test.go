//go:build packages

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/match"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// TestDistImage unpacks the image, and runs what it starts as its user, with nothing writable but
// an empty /data: an import, and a second one that has to know of the first by the database.
func TestDistImage(t *testing.T) {
	needs(t, "umoci", "unshare")
	c := unpackImage(t)
	if c.user == 0 {
		t.Fatal("the image runs as root")
	}
	jira := system{t, c.root}.sandbox(c.command[0], "jira-secret")
	if err := os.WriteFile(filepath.Join(c.root, "manifest.yaml"), []byte("- {type: GITHUB, displayName: Acme, pat: env:GITHUB_PAT, apiPath: /orgs/acme/repos, projects: [ACME]}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	c.env = append(c.env, "JIRA_URL="+jira, "JIRA_TOKEN=jira-secret", "GITHUB_PAT=github-secret", "GIJBULK_STATE="+startDatabase(t), "GIJBULK_YES=true")
	for _, try := range []struct{ command, want string }{{"import", "1 created"}, {"sync", "1 unchanged"}} {
		out, err := c.run(try.command, "/manifest.yaml")
		if err != nil || !strings.Contains(out, try.want) || strings.Contains(out, "-secret") {
			t.Fatalf("%s: error %v, no %q, or a secret:\n%s", try.command, err, try.want, out)
		}
	}
	if out, err := c.run("sync", "/manifest.yaml", "--report-dir", "/reports"); err == nil || !strings.Contains(out, "read-only file system") {
		t.Errorf("the root can be written to: error %v\n%s", err, out)
	}
}

// container is what the image starts.
type container struct {
	t            *testing.T
	root, dir    string
	user         int
	env, command []string
}

func unpackImage(t *testing.T) container {
	t.Helper()
	work := t.TempDir()
	succeed(t, exec.Command("tar", "-C", work, "-xf", released(t, ".oci.tar")))
	bundle := filepath.Join(t.TempDir(), "bundle")
	succeed(t, exec.Command("umoci", "unpack", "--image", hostImage(t, work), bundle))
	data, err := os.ReadFile(filepath.Join(bundle, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	var config struct {
		Process struct {
			User struct{ UID int }
			Args []string
			Env  []string
			Cwd  string
		}
	}
	if err := json.Unmarshal(data, &config); err != nil || len(config.Process.Args) == 0 {
		t.Fatalf("the image starts nothing (error %v):\n%s", err, data)
	}
	return container{t, filepath.Join(bundle, "rootfs"), config.Process.Cwd, config.Process.User.UID, config.Process.Env, config.Process.Args}
}

// hostImage makes a layout of the image for this machine's architecture alone, since umoci chooses
// none; its name for umoci.
func hostImage(t *testing.T, folder string) string {
	t.Helper()
	named, err := layout.ImageIndexFromPath(folder)
	if err != nil {
		t.Fatal(err)
	}
	indexes, err := partial.FindIndexes(named, match.MediaTypes(string(types.OCIImageIndex)))
	if err != nil || len(indexes) != 1 {
		t.Fatalf("%d indexes in the layout, error %v", len(indexes), err)
	}
	images, err := partial.FindImages(indexes[0], match.Platforms(v1.Platform{OS: "linux", Architecture: runtime.GOARCH}))
	if err != nil || len(images) != 1 {
		t.Fatalf("%d images of this architecture, error %v", len(images), err)
	}
	alone := t.TempDir()
	if _, err := layout.Write(alone, mutate.AppendManifests(empty.Index, mutate.IndexAddendum{Add: images[0],
		Descriptor: v1.Descriptor{Annotations: map[string]string{"org.opencontainers.image.ref.name": "host"}}})); err != nil {
		t.Fatal(err)
	}
	return alone + ":host"
}

// run starts the image with arguments, in mounts of its own: its root is read-only, and /data is new.
func (c container) run(args ...string) (string, error) {
	c.t.Helper()
	const script = `set -e; root=$1 user=$2 dir=$3; shift 3
mount --bind "$root" "$root"
mount -t tmpfs -o "mode=0700,uid=$user,gid=$user" none "$root$dir"
mount -o remount,ro,bind "$root"
exec unshare --root="$root" --wd="$dir" --setgid="$user" --setuid="$user" "$@"`
	own := []string{"--mount", "sh", "-c", script, "sh", c.root, strconv.Itoa(c.user), c.dir}
	cmd := exec.CommandContext(c.t.Context(), "unshare", append(append(own, c.command...), args...)...)
	cmd.Env = append(c.env, "PATH="+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// startDatabase is a PostgreSQL server on this machine until the test ends; the URL of a database.
func startDatabase(t *testing.T) string {
	t.Helper()
	programs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	account, err := user.Lookup("postgres")
	if len(programs) == 0 || err != nil {
		t.Skip("Debian's package postgresql is not installed")
	}
	uid, uidErr := strconv.ParseUint(account.Uid, 10, 32)
	gid, gidErr := strconv.ParseUint(account.Gid, 10, 32)
	folder, err := os.MkdirTemp("", "pg") // short, for the path of a socket
	if err := errors.Join(uidErr, gidErr, err, os.Chown(folder, int(uid), int(gid))); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	command := func(name string, args ...string) *exec.Cmd {
		cmd := exec.Command(filepath.Join(programs[len(programs)-1], name), args...)
		cmd.Dir = folder
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		return cmd
	}
	port := freePort(t)
	data := filepath.Join(folder, "data")
	succeed(t, command("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8"))
	// Its output must not be a pipe: the server keeps it open.
	if err := command("pg_ctl", "start", "-D", data, "-l", filepath.Join(folder, "log"), "-w", "-t", "600", "-s", "-o",
		fmt.Sprintf("-c fsync=off -c listen_addresses=127.0.0.1 -c port=%d -c unix_socket_directories=%s", port, folder)).Run(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = command("pg_ctl", "stop", "-D", data, "-m", "immediate", "-w", "-s").Run() })
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", port)
}

func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}
