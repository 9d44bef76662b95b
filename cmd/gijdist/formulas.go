package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

// formula is for Homebrew (https://docs.brew.sh/Formula-Cookbook).
const formula = `class Gijbulk < Formula
  desc "Bring a Jira with Git Integration for Jira to the state of a manifest"
  homepage "{{.URL}}"
  version "{{.Version}}"
  license "Apache-2.0"
{{range $os, $archs := .Archives}}
  on_{{if eq $os "darwin"}}macos{{else}}linux{{end}} do
{{- range $arch, $a := $archs}}
    on_{{if eq $arch "amd64"}}intel{{else}}arm{{end}} do
      url "{{$.URL}}/{{$a.Name}}"
      sha256 "{{$a.Sum}}"
    end
{{- end}}
  end
{{end}}
  def install
    bin.install "gijbulk"
    man1.install Dir["man/man1/*.1"]
    bash_completion.install "completions/gijbulk.bash" => "gijbulk"
    zsh_completion.install "completions/_gijbulk"
    fish_completion.install "completions/gijbulk.fish"
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/gijbulk version")
  end
end
`

type summed struct{ Name, Sum string }

// writeFormulas writes what Homebrew and Scoop install from, and gives the names. url is where the
// archives can be downloaded.
func writeFormulas(dir string, made origin, url string) ([]string, error) {
	archives := make(map[string]map[string]summed) // by system and architecture
	for _, p := range platforms() {
		name := archiveName(made, p)
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return nil, err
		}
		if archives[p.os] == nil {
			archives[p.os] = make(map[string]summed)
		}
		sum := sha256.Sum256(data)
		archives[p.os][p.arch] = summed{name, hex.EncodeToString(sum[:])}
	}
	windows := archives["windows"]
	delete(archives, "windows")
	var brew bytes.Buffer
	url = strings.TrimRight(url, "/")
	if err := template.Must(template.New("").Parse(formula)).Execute(&brew, map[string]any{"URL": url, "Version": made.version, "Archives": archives}); err != nil {
		return nil, err
	}
	scoop, err := scoopManifest(made, url, windows)
	if err != nil {
		return nil, err
	}
	names := []string{"gijbulk.rb", "gijbulk.json"}
	for i, data := range [][]byte{brew.Bytes(), scoop} {
		if err := os.WriteFile(filepath.Join(dir, names[i]), data, 0o644); err != nil {
			return nil, err
		}
	}
	return names, nil
}

// scoopManifest is as https://github.com/ScoopInstaller/Scoop/wiki/App-Manifests says.
func scoopManifest(made origin, url string, archives map[string]summed) ([]byte, error) {
	type download struct {
		URL    string `json:"url"`
		Hash   string `json:"hash"`
		Folder string `json:"extract_dir"`
	}
	of := func(arch string) download {
		a := archives[arch]
		return download{url + "/" + a.Name, a.Sum, strings.TrimSuffix(a.Name, ".zip")}
	}
	return json.MarshalIndent(struct {
		Version      string              `json:"version"`
		Description  string              `json:"description"`
		Homepage     string              `json:"homepage"`
		License      string              `json:"license"`
		Architecture map[string]download `json:"architecture"`
		Bin          string              `json:"bin"`
	}{made.version, "Bring a Jira with Git Integration for Jira to the state of a manifest", url, "Apache-2.0",
		map[string]download{"64bit": of("amd64"), "arm64": of("arm64")}, "gijbulk.exe"}, "", "    ")
}

func archiveName(made origin, p platform) string {
	name := fmt.Sprintf("gijbulk_%s_%s_%s", made.version, p.os, p.arch)
	if p.os == "windows" {
		return name + ".zip"
	}
	return name + ".tar.gz"
}
