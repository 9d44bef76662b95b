package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/blakesmith/ar"
)

// TestDebianFiles holds what lintian demands of the contents: a copyright in the short form, both
// changelogs under their names, and the reason for what differs from Debian's rules.
func TestDebianFiles(t *testing.T) {
	dir, names := packedLinux(t, small(), time.Date(2026, 3, 1, 12, 30, 1, 0, time.FixedZone("elsewhere", -5*3600)))
	packed, err := os.ReadFile(filepath.Join(dir, names[0]))
	if err != nil {
		t.Fatal(err)
	}
	control, data := debParts(t, packed)
	if !strings.Contains(control["control"], "\nVersion: 1.2.0-1\n") {
		t.Errorf("the version has no revision, as that of the changelog has:\n%s", control["control"])
	}
	doc := "/usr/share/doc/gijbulk/"
	for name, want := range map[string]string{
		doc + "copyright":                      "License: Apache-2.0\n On Debian systems, the full text of the Apache License, version 2.0, is in\n /usr/share/common-licenses/Apache-2.0.\n",
		doc + "changelog.gz":                   "# Changes\n",
		doc + "changelog.Debian.gz":            "gijbulk (1.2.0-1) unstable; urgency=medium\n\n  * Version 1.2.0.\n    What users notice is in changelog.gz.\n\n -- Somebody <somebody@example.org>  Sun, 01 Mar 2026 17:30:01 +0000\n",
		"/usr/share/lintian/overrides/gijbulk": "gijbulk: statically-linked-binary [usr/bin/gijbulk]\n",
	} {
		got := data[name]
		if strings.HasSuffix(name, ".gz") {
			got = gunzipped(t, got)
		}
		if !strings.Contains(got, want) {
			t.Errorf("%s lacks\n%s\nin\n%s", name, want, got)
		}
	}
	for _, name := range []string{doc + "LICENSE", doc + "CHANGELOG.md"} {
		if _, there := data[name]; there {
			t.Errorf("%s is there twice, by the name of an archive too", name)
		}
	}
}

// TestPackageVersion: what comes before a release is older than it.
func TestPackageVersion(t *testing.T) {
	for version, want := range map[string]string{"1.2.0": "1.2.0", "1.2.0-rc.1": "1.2.0~rc.1", "0.0.0-20260301123001-abcdef012345": "0.0.0~git20260301123001.abcdef012345",
		"1.2.1-0.20260301123001-abcdef012345": "0.0.0~git20260301123001.abcdef012345"} {
		if got := packageVersion(version); got != want {
			t.Errorf("%s is %s, want %s", version, got, want)
		}
	}
}

// debParts are the files of a deb: its control files, and those that it installs.
func debParts(t *testing.T, deb []byte) (control, data map[string]string) {
	t.Helper()
	parts := make(map[string]map[string]string)
	for archive := ar.NewReader(bytes.NewReader(deb)); ; {
		head, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return parts["control.tar.gz"], parts["data.tar.gz"]
		}
		if err != nil {
			t.Fatal(err)
		}
		member, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		if name := strings.TrimSuffix(head.Name, "/"); strings.HasSuffix(name, ".tar.gz") {
			if parts[name], err = tarContents(gunzipped(t, string(member))); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
		}
	}
}

// tarContents are the regular files, by their absolute paths or, in the control files, names.
func tarContents(data string) (map[string]string, error) {
	found := make(map[string]string)
	for archive := tar.NewReader(strings.NewReader(data)); ; {
		head, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", head.Name, err)
		}
		name := strings.TrimPrefix(head.Name, ".")
		if filepath.Dir(name) == "/" {
			name = name[1:]
		}
		found[name] = string(content)
	}
}

func gunzipped(t *testing.T, data string) string {
	t.Helper()
	r, err := gzip.NewReader(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}
