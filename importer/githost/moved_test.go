package githost_test

import (
	"testing"
	"testing/synctest"

	"gijbulk/importer/githost"
)

func TestMoved(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server := world(t, `
hosts:
	- name: git.example.org
		kind: git
		credentials: [{user: svc, password: good}]
		organizations: {ops: [tooling, infra]}
		renamed: {ops/tools.git: ops/tooling.git, ops/lost.git: ops/gone.git}
	- {name: elsewhere.example.org, kind: git, redirect: 'https://git.example.org'}
`)
		client := githost.New(githost.Config{Base: server.RoundTripper()})
		for origin, want := range map[string]string{
			"https://git.example.org/ops/tools.git":       "https://git.example.org/ops/tooling.git",
			"https://git.example.org/ops/infra.git":       "",
			"https://git.example.org/ops/lost.git":        "",
			"https://git.example.org/ops/none.git":        "",
			"https://elsewhere.example.org/ops/tools.git": "",
			"git@git.example.org:ops/tools.git":           "",
		} {
			if now, err := client.Moved(t.Context(), record(1, "repository username=svc password=good origin="+origin)); now != want || err != nil {
				t.Errorf("%s: %q, want %q: %v", origin, now, want, err)
			}
		}
	})
}

func TestKeysOfRepositories(t *testing.T) {
	for _, same := range [][]string{
		{"https://github.com/acme/web.git", "https://GitHub.com/Acme/web", "git@github.com:acme/web.git", "ssh://git@github.com/acme/web.git"},
		{"https://bb.example.org/scm/ops/tools.git", "ssh://git@bb.example.org:7999/ops/tools.git"},
		{"https://gerrit.example.org/a/platform/b", "https://gerrit.example.org/platform/b"},
	} {
		for _, origin := range same {
			if got, want := githost.RepositoryAt(origin).Key(), githost.RepositoryAt(same[0]).Key(); got != want || got == "" {
				t.Errorf("%s: %q, want %q", origin, got, want)
			}
		}
	}
	if githost.RepositoryAt("https://github.com/acme/web").Key() == githost.RepositoryAt("https://gitlab.com/acme/web").Key() {
		t.Error("two hosts are told apart")
	}
}
