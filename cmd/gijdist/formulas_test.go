package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestFormulas: each archive stands in one of them with its address and its sum.
func TestFormulas(t *testing.T) {
	dir, made := t.TempDir(), origin{version: "1.2.0", date: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	for _, p := range platforms() {
		if _, err := pack(dir, made, p, small()); err != nil {
			t.Fatal(err)
		}
	}
	names, err := writeFormulas(dir, made, "https://example.org/gijbulk/1.2.0/")
	if err != nil || cmp.Diff([]string{"gijbulk.rb", "gijbulk.json"}, names) != "" {
		t.Fatalf("%q, error %v", names, err)
	}
	brew, err := os.ReadFile(filepath.Join(dir, "gijbulk.rb"))
	if err != nil {
		t.Fatal(err)
	}
	if err := writeSums(dir, []string{archiveName(made, platform{"linux", "arm64"}), archiveName(made, platform{"windows", "amd64"})}); err != nil {
		t.Fatal(err)
	}
	sums, err := os.ReadFile(filepath.Join(dir, sumsFile))
	if err != nil {
		t.Fatal(err)
	}
	linux, windows := strings.Fields(string(sums))[0], strings.Fields(string(sums))[2]
	want := "    on_arm do\n      url \"https://example.org/gijbulk/1.2.0/gijbulk_1.2.0_linux_arm64.tar.gz\"\n      sha256 \"" + linux + "\"\n"
	if !strings.Contains(string(brew), want) || strings.Contains(string(brew), "windows") {
		t.Errorf("the formula lacks\n%s in\n%s", want, brew)
	}
	scoop, err := os.ReadFile(filepath.Join(dir, "gijbulk.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Version, Bin string
		Architecture map[string]struct {
			URL, Hash string
			Folder    string `json:"extract_dir"`
		}
	}
	if err := json.Unmarshal(scoop, &manifest); err != nil {
		t.Fatal(err)
	}
	amd64 := manifest.Architecture["64bit"]
	if manifest.Version != "1.2.0" || amd64.URL != "https://example.org/gijbulk/1.2.0/gijbulk_1.2.0_windows_amd64.zip" || amd64.Hash != windows || amd64.Folder != "gijbulk_1.2.0_windows_amd64" {
		t.Errorf("%s", scoop)
	}
}

// TestSBOM: each module once, whatever the platforms need.
func TestSBOM(t *testing.T) {
	dir, made := t.TempDir(), origin{version: "1.2.0", date: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}
	a, b, c := module{"Go", "go1.26.0", ""}, module{"github.com/Acme/b", "v1.0.0", ""}, module{"a.org/c", "v2.0.0+incompatible", ""}
	name, err := writeSBOM(dir, made, []program{{modules: []module{a, b, c}}, {modules: []module{a, b}}})
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	var bom struct {
		SPDXVersion, SPDXID, DocumentNamespace string
		Packages                               []struct {
			Name, VersionInfo string
			ExternalRefs      []struct{ ReferenceLocator string }
		}
		Relationships []struct{ SPDXElementID, RelationshipType, RelatedSPDXElement string }
	}
	if err := json.Unmarshal(data, &bom); err != nil {
		t.Fatal(err)
	}
	var urls []string
	for _, p := range bom.Packages[1:] {
		urls = append(urls, p.ExternalRefs[0].ReferenceLocator)
	}
	if d := cmp.Diff([]string{"pkg:golang/std@1.26.0", "pkg:golang/a.org/c@v2.0.0+incompatible", "pkg:golang/github.com/acme/b@v1.0.0"}, urls); d != "" {
		t.Error(d)
	}
	if bom.SPDXVersion != "SPDX-2.3" || bom.Packages[0].Name != "gijbulk" || bom.Packages[0].VersionInfo != "1.2.0" || len(bom.Relationships) != 4 ||
		bom.Relationships[0].RelationshipType != "DESCRIBES" || bom.Relationships[3].RelationshipType != "DEPENDS_ON" {
		t.Errorf("%s", data)
	}
}
