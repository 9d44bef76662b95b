package verify

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestAnsible checks the syntax of the playbook, and what it would do to this machine.
func TestAnsible(t *testing.T) {
	if _, err := exec.LookPath("ansible-playbook"); err != nil {
		t.Skip("ansible-playbook is not installed: Debian's package is ansible-core")
	}
	playbook(t, "--syntax-check", "--inventory", "localhost,", "playbook.yml")

	work := t.TempDir()
	vars := filepath.Join(work, "vars.yml")
	manifest, err := filepath.Abs(filepath.Join("..", "..", "integrations.csv"))
	if err != nil {
		t.Fatal(err)
	}
	text := "gijbulk_targets: {prod: {url: 'https://jira.example.org', token: 'file:/etc/gijbulk/secrets/jira', manifests: /etc/gijbulk/manifests}}\n" +
		"gijbulk_manifests: [" + manifest + "]\ngijbulk_secrets: {jira: a-secret-of-the-vault}\n"
	local := filepath.Join(work, "local.yml")
	if err := os.WriteFile(vars, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(local, []byte("- hosts: localhost\n  connection: local\n  roles: [gijbulk]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := playbook(t, "--check", "--diff", "--inventory", "localhost,", "--extra-vars", "@"+vars, local)
	if strings.Contains(out, "a-secret-of-the-vault") || !strings.Contains(out, "OnCalendar=*-*-* 02:17:00") || !strings.Contains(out, "failed=0") {
		t.Errorf("a check shows the secret, or not the schedule, or fails:\n%s", out)
	}
}

// playbook runs one, which must end well.
func playbook(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "ansible-playbook", args...)
	cmd.Dir = filepath.Join("..", "ansible")
	home := t.TempDir()
	cmd.Env = append(os.Environ(), "ANSIBLE_ROLES_PATH="+filepath.Join("roles"), "ANSIBLE_NOCOLOR=1", "ANSIBLE_LOCAL_TEMP="+home, "ANSIBLE_REMOTE_TEMP="+home, "LC_ALL=C.UTF-8")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("ansible-playbook %s: %v\n%s", args, err, out)
	}
	return string(out)
}
