package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func packedLinux(t *testing.T, files []file, date time.Time) (dir string, names []string) {
	t.Helper()
	units, err := packageFiles("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir = t.TempDir()
	names, err = packLinux(dir, t.TempDir(), origin{version: "1.2.0", date: date}, "amd64", "Somebody <somebody@example.org>", slices.Concat(files, units))
	if err != nil {
		t.Fatal(err)
	}
	return dir, names
}

// TestPackagesTwice: the bytes depend on the files and the commit alone.
func TestPackagesTwice(t *testing.T) {
	date := time.Date(2026, 3, 1, 12, 30, 1, 0, time.UTC)
	first, names := packedLinux(t, small(), date)
	files := small()
	slices.Reverse(files)
	second, _ := packedLinux(t, files, date.In(time.FixedZone("elsewhere", -5*3600)))
	if d := cmp.Diff([]string{"gijbulk_1.2.0_amd64.deb", "gijbulk-1.2.0-1.x86_64.rpm"}, names); d != "" {
		t.Fatal(d)
	}
	for _, name := range names {
		one, err := os.ReadFile(filepath.Join(first, name))
		if err != nil {
			t.Fatal(err)
		}
		if two, err := os.ReadFile(filepath.Join(second, name)); err != nil || !bytes.Equal(one, two) {
			t.Errorf("%s is not the same twice (error %v)", name, err)
		}
	}
}

// TestPackageContents asks the tools of the systems what is in a package.
func TestPackageContents(t *testing.T) {
	dir, names := packedLinux(t, small(), time.Date(2026, 3, 1, 12, 30, 1, 0, time.UTC))
	for _, c := range []struct {
		name string
		list []string
		want []string
	}{
		{names[0], []string{"dpkg-deb", "--contents"}, []string{
			"-rwxr-xr-x root/root 135000 2026-03-01 12:30 ./usr/bin/gijbulk",
			"12:30 ./etc/gijbulk/gijbulk.yaml", "./usr/share/man/man1/gijbulk.1.gz", "./usr/share/doc/gijbulk/copyright", "./usr/share/zsh/vendor-completions/_gijbulk",
			"./usr/lib/systemd/system/gijbulk-sync@.timer"}},
		{names[1], []string{"rpm", "--query", "--list", "--package"}, []string{"/etc/gijbulk/gijbulk.yaml", "/usr/bin/gijbulk", "/usr/share/licenses/gijbulk/LICENSE",
			"/usr/share/zsh/site-functions/_gijbulk"}},
	} {
		if _, err := exec.LookPath(c.list[0]); err != nil {
			t.Logf("%s is not here: the contents of %s are not listed", c.list[0], c.name)
			continue
		}
		out, err := exec.Command(c.list[0], append(c.list[1:], filepath.Join(dir, c.name))...).Output()
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		listed := strings.Join(strings.Fields(strings.ReplaceAll(string(out), "\n", " \x00 ")), " ")
		for _, want := range c.want {
			if !strings.Contains(listed, want+" \x00") {
				t.Errorf("%s lacks %q:\n%s", c.name, want, out)
			}
		}
	}
}
