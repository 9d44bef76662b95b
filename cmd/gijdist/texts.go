package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// texts are the files of the project that go with every program: root is the module's.
func texts(root string) ([]file, error) {
	pages, err := filepath.Glob(filepath.Join(root, "cmd", "gijbulk", "docs", "man", "*.1"))
	if err != nil {
		return nil, err
	}
	if len(pages) == 0 {
		return nil, fmt.Errorf("there are no manual pages under %s: make docs writes them", root)
	}
	sources := map[string]string{
		"LICENSE": "LICENSE", "README.md": "README.md", "CHANGELOG.md": "CHANGELOG.md",
		"reference.md": "cmd/gijbulk/docs/reference.md", "guide/speed.md": "cmd/gijbench/README.md",
	}
	for _, page := range pages {
		sources["man/man1/"+filepath.Base(page)] = "cmd/gijbulk/docs/man/" + filepath.Base(page)
	}
	guides, err := filepath.Glob(filepath.Join(root, "cmd", "gijbulk", "docs", "guide", "*"))
	if err != nil {
		return nil, err
	}
	for _, guide := range guides {
		sources["guide/"+filepath.Base(guide)] = "cmd/gijbulk/docs/guide/" + filepath.Base(guide)
	}
	var found []file
	for name, source := range sources {
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(source)))
		if err != nil {
			return nil, err
		}
		if filepath.Ext(name) == ".md" {
			data = []byte(archiveLinks.Replace(string(data)))
		}
		found = append(found, file{name: name, data: data})
	}
	return found, nil
}

// archiveLinks makes the links between documents lead to their places in an archive.
var archiveLinks = strings.NewReplacer(
	"](cmd/gijbulk/docs/", "](",
	"](cmd/gijbench/README.md)", "](guide/speed.md)",
	"](../../../gijbench/README.md)", "](speed.md)",
)

// licencesOf makes one text of what the authors of modules want passed on with a program
// that has their work in it.
func licencesOf(modules []module) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("gijbulk is made with the work of others, which comes under these terms.\n")
	for _, m := range modules {
		entries, err := os.ReadDir(m.dir)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.path, err)
		}
		found := false
		for _, entry := range entries { // by name
			if entry.IsDir() || !isLicence(entry.Name()) {
				continue
			}
			text, err := os.ReadFile(filepath.Join(m.dir, entry.Name()))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", m.path, err)
			}
			found = true
			title := strings.Join(strings.Fields(m.path+" "+m.version+" "+entry.Name()), " ")
			fmt.Fprintf(&b, "\n%s\n%s\n\n%s\n", title, strings.Repeat("=", len(title)), bytes.Trim(text, "\r\n"))
		}
		if !found {
			return nil, fmt.Errorf("%s has no licence in %s: without one it may not be passed on", m.path, m.dir)
		}
	}
	return b.Bytes(), nil
}

// isLicence goes by the names that files with terms have.
func isLicence(name string) bool {
	name = strings.ToUpper(name)
	for _, start := range []string{"LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "PATENTS"} {
		if strings.HasPrefix(name, start) {
			return !strings.HasSuffix(name, ".GO")
		}
	}
	return false
}
