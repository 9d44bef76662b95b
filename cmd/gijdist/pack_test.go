package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func small() []file {
	return []file{
		{name: "gijbulk", data: bytes.Repeat([]byte("\x7fELF, or something like it\n"), 5000), executable: true},
		{name: "LICENSE", data: []byte("terms\n")},
		{name: "CHANGELOG.md", data: []byte("# Changes\n")},
		{name: "man/man1/gijbulk.1", data: []byte(".TH\n")},
		{name: "completions/_gijbulk", data: []byte("#compdef gijbulk\n")},
		{name: "empty"},
	}
}

// TestPackTwice shows that the bytes hang on nothing but the files and the commit: not on
// the order in which the files were found, the folder, its clock or the zone of the date.
func TestPackTwice(t *testing.T) {
	date := time.Date(2026, 3, 1, 12, 30, 1, 0, time.UTC)
	first := packAll(t, small(), date)
	files := small()
	slices.Reverse(files)
	second := packAll(t, files, date.In(time.FixedZone("elsewhere", -5*3600)))
	if d := cmp.Diff(slices.Sorted(maps.Keys(first)), slices.Sorted(maps.Keys(second))); d != "" {
		t.Fatal(d)
	}
	for name, data := range first {
		if !bytes.Equal(data, second[name]) {
			t.Errorf("%s is not the same twice", name)
		}
	}
	later := packAll(t, small(), date.Add(time.Hour))
	if bytes.Equal(first[sumsFile], later[sumsFile]) {
		t.Error("another commit has the same sums")
	}
}

// packAll packs for every platform, and gives what is in the folder then.
func packAll(t *testing.T, files []file, date time.Time) map[string][]byte {
	t.Helper()
	dir := t.TempDir()
	var names []string
	for _, p := range platforms() {
		name, err := pack(dir, origin{version: "1.2.0", date: date}, p, files)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	slices.Reverse(names)
	if err := writeSums(dir, names); err != nil {
		t.Fatal(err)
	}
	found := make(map[string][]byte)
	for _, name := range append(names, sumsFile) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		found[name] = data
	}
	return found
}

// TestPack reads archives back.
func TestPack(t *testing.T) {
	date := time.Date(2026, 3, 1, 12, 30, 1, 0, time.UTC)
	packed := packAll(t, small(), date)
	want := []string{sumsFile,
		"gijbulk_1.2.0_darwin_amd64.tar.gz", "gijbulk_1.2.0_darwin_arm64.tar.gz",
		"gijbulk_1.2.0_linux_amd64.tar.gz", "gijbulk_1.2.0_linux_arm64.tar.gz",
		"gijbulk_1.2.0_windows_amd64.zip", "gijbulk_1.2.0_windows_arm64.zip"}
	if d := cmp.Diff(want, slices.Sorted(maps.Keys(packed))); d != "" {
		t.Fatalf("archives:\n%s", d)
	}
	for _, c := range []struct {
		archive string
		read    func(*testing.T, []byte) []string
	}{{"gijbulk_1.2.0_linux_arm64", readTar}, {"gijbulk_1.2.0_windows_amd64", readZip}} {
		name := c.archive + map[bool]string{true: ".zip", false: ".tar.gz"}[strings.Contains(c.archive, "windows")]
		var inside []string
		for _, f := range small() {
			inside = append(inside, fmt.Sprintf("%s %s/%s %s %d bytes", f.mode(), c.archive, f.name, date.Format(time.RFC3339), len(f.data)))
		}
		slices.SortFunc(inside, func(a, b string) int { return strings.Compare(strings.Fields(a)[1], strings.Fields(b)[1]) })
		if d := cmp.Diff(inside, c.read(t, packed[name])); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
}

func readTar(t *testing.T, data []byte) []string {
	t.Helper()
	uncompressed, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for archive := tar.NewReader(uncompressed); ; {
		head, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		size, err := io.Copy(io.Discard, archive)
		if err != nil {
			t.Fatal(err)
		}
		if head.Uid != 0 || head.Gid != 0 || head.Uname != "" || head.Gname != "" {
			t.Errorf("%s is somebody's: %d %d %q %q", head.Name, head.Uid, head.Gid, head.Uname, head.Gname)
		}
		found = append(found, fmt.Sprintf("%s %s %s %d bytes", head.FileInfo().Mode(), head.Name, head.ModTime.UTC().Format(time.RFC3339), size))
	}
}

func readZip(t *testing.T, data []byte) []string {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range archive.File {
		content, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		size, err := io.Copy(io.Discard, content) // reads the checksum as well
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, fmt.Sprintf("%s %s %s %d bytes", f.Mode(), f.Name, f.Modified.UTC().Format(time.RFC3339), size))
	}
	return found
}

// TestSums holds SHA256SUMS against sums that sha256sum made.
func TestSums(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"b": "", "a": "abc"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := writeSums(dir, []string{"b", "a"}); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(filepath.Join(dir, sumsFile))
	if err != nil {
		t.Fatal(err)
	}
	want := "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a\n" +
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b\n"
	if d := cmp.Diff(want, string(got)); d != "" {
		t.Error(d)
	}
}

// TestClearEarlier takes away earlier archives and leaves what is somebody's.
func TestClearEarlier(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "dist")
	if err := clearEarlier(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"gijbulk_1.0.0_linux_amd64.tar.gz", "gijbulk_1.0.0_windows_amd64.zip", sumsFile, "notes.txt", "go.mod"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := clearEarlier(dir); err != nil {
		t.Fatal(err)
	}
	var left []string
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		left = append(left, entry.Name())
	}
	if d := cmp.Diff([]string{"go.mod", "notes.txt"}, left); d != "" {
		t.Error(d)
	}
}
