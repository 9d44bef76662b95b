package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestRelease: a release is refused where its commit, its tag or its changelog is not what it says.
func TestRelease(t *testing.T) {
	script, err := filepath.Abs(filepath.Join("..", "..", ".ci", "release"))
	if err != nil {
		t.Fatal(err)
	}
	const changelog = "# Changelog\n\n## Unreleased\n\n## 1.2.0 (2026-03-01)\n\n- New.\n\n## 1.1.0 (2026-02-01)\n\n- Old.\n"
	for _, c := range []struct{ name, version, changelog, after, refusal string }{
		{"all is well", "1.2.0", changelog, "", ""},
		{"no version", "", changelog, "", "is no version"},
		{"a tag in place of a version", "v1.2.0", changelog, "", "is no version"},
		{"a change that is not committed", "1.2.0", changelog, "echo more >> CHANGELOG.md", "differs from the commit"},
		{"a file that git does not know", "1.2.0", changelog, "touch new", "differs from the commit"},
		{"the version was released", "1.2.0", changelog, "git tag v1.2.0", "the tag v1.2.0 exists"},
		{"no section", "1.3.0", changelog, "", `no section "## 1.3.0 (DATE)"`},
		{"a section of another version that begins alike", "1.2", changelog, "", "is no version"},
		{"an empty section", "1.2.0", strings.Replace(changelog, "- New.\n", "", 1), "", `no section "## 1.2.0 (DATE)"`},
		{"a change outside", "1.2.0", strings.Replace(changelog, "Unreleased\n", "Unreleased\n\n- Newer.\n", 1), "", "move them to 1.2.0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "CHANGELOG.md"), []byte(c.changelog), 0o644); err != nil {
				t.Fatal(err)
			}
			shell := func(script string) (string, error) {
				cmd := exec.Command("bash", "-ec", script)
				cmd.Dir = dir
				cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_NOSYSTEM=1",
					"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.org")
				out, err := cmd.CombinedOutput()
				return string(out), err
			}
			if out, err := shell("git init -q; git add .; git commit -qm first; " + c.after); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			out, err := shell("'" + script + "' '" + c.version + "'")
			if (err == nil) != (c.refusal == "") || !strings.Contains(out, c.refusal) {
				t.Errorf("error %v, want %q:\n%s", err, c.refusal, out)
			}
		})
	}
}

// TestChangelog: what is not released comes first, and each release has a version and a date.
func TestChangelog(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "CHANGELOG.md"))
	if err != nil {
		t.Fatal(err)
	}
	heads := regexp.MustCompile(`(?m)^## (.*)$`).FindAllStringSubmatch(string(data), -1)
	if len(heads) == 0 || heads[0][1] != "Unreleased" {
		t.Fatalf("the first section is none of what is not released: %q", heads)
	}
	for _, head := range heads[1:] {
		if !regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9A-Za-z.]+)? \(\d{4}-\d{2}-\d{2}\)$`).MatchString(head[1]) {
			t.Errorf("%q is no version with its date", head[1])
		}
	}
}
