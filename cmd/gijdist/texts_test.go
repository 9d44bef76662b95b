package main

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestTexts gathers the project's own.
func TestTexts(t *testing.T) {
	found, err := texts("../..")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range found {
		if len(f.data) == 0 {
			t.Errorf("%s is empty", f.name)
		}
		names = append(names, f.name)
	}
	for _, name := range []string{"LICENSE", "README.md", "CHANGELOG.md", "reference.md", "man/man1/gijbulk.1", "man/man1/gijbulk-import.1", "guide/migration.md"} {
		if !slices.Contains(names, name) {
			t.Errorf("%s is missing among %q", name, names)
		}
	}
	if _, err := texts(t.TempDir()); err == nil || !strings.Contains(err.Error(), "make docs") {
		t.Errorf("no manual pages: error %v", err)
	}
}

// TestLinksInAnArchive follows the links between the texts.
func TestLinksInAnArchive(t *testing.T) {
	found, err := texts("../..")
	if err != nil {
		t.Fatal(err)
	}
	link := regexp.MustCompile(`\]\(([^)#\s]+)`)
	for _, f := range found {
		if path.Ext(f.name) != ".md" {
			continue
		}
		for _, to := range link.FindAllStringSubmatch(string(f.data), -1) {
			target := path.Join(path.Dir(f.name), to[1])
			if !strings.Contains(to[1], "://") && !slices.ContainsFunc(found, func(f file) bool { return f.name == target }) {
				t.Errorf("%s: %s is not in the archive", f.name, to[1])
			}
		}
	}
}

// TestLicencesOf passes every text with terms on, and does not overlook that there is
// none.
func TestLicencesOf(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"plain/LICENSE.txt": "\nDo what you like.\n\n", "plain/license.go": "package plain\n", "plain/README.md": "read\n",
		"two/COPYING": "Two terms.\r\n", "two/NOTICE": "Made by two.\n", "two/LICENSES/MIT": "in a folder\n",
		"none/doc.go": "package none\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	at := func(path, version string) module {
		return module{path, version, filepath.Join(dir, filepath.Base(path))}
	}
	got, err := licencesOf([]module{at("example.org/plain", "v1.0.0"), at("two", "")})
	if err != nil {
		t.Fatal(err)
	}
	want := `gijbulk is made with the work of others, which comes under these terms.

example.org/plain v1.0.0 LICENSE.txt
====================================

Do what you like.

two COPYING
===========

Two terms.

two NOTICE
==========

Made by two.
`
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Error(d)
	}
	if _, err := licencesOf([]module{at("example.org/none", "v0.1.0")}); err == nil || !strings.Contains(err.Error(), "example.org/none has no licence") {
		t.Errorf("no licence: error %v", err)
	}
}

// TestModules asks the go command what is in the program, all of which must have terms to
// pass on.
func TestModules(t *testing.T) {
	t.Chdir("../..")
	found, err := toolchain{"go"}.modules(t.Context(), hostPlatform())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := licencesOf(found); err != nil {
		t.Error(err)
	}
	has := func(path string) bool {
		return slices.ContainsFunc(found, func(m module) bool { return m.path == path })
	}
	if !has("Go") || !has("github.com/spf13/cobra") || has("gijbulk") || has("github.com/google/go-cmp") {
		t.Errorf("the program's own module, one of its tests, or one too few: %v", found)
	}
	if !slices.IsSortedFunc(found[1:], func(a, b module) int { return strings.Compare(a.path, b.path) }) {
		t.Errorf("in no order: %v", found)
	}
}

// TestOriginNeedsACommit reads a program that was built without one: this test.
func TestOriginNeedsACommit(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if info, ok := debug.ReadBuildInfo(); !ok || slices.ContainsFunc(info.Settings, func(s debug.BuildSetting) bool { return s.Key == "vcs.time" }) {
		t.Fatalf("a test that knows its commit: %v", info)
	}
	if _, err := readOrigin(self); err == nil || !strings.Contains(err.Error(), "git checkout") {
		t.Errorf("error %v", err)
	}
}
