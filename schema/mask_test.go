package schema

import "testing"

// User names are hidden in what is said, as words of their own.
func TestHideSaid(t *testing.T) {
	name := func(s string) Secret { return Refer(SchemeEnv, "NAME").Resolved(s) }
	m := NewMask([]Secret{name("s3cret-token")}).AndNames([]Secret{name("gitlab"), name("svc-jira"), name("svc-jira-2"), name("bot")})
	for said, want := range map[string]string{
		"user gitlab was refused":                        "user [secret] was refused",
		"gitlab":                                         "[secret]",
		`no such user: "svc-jira".`:                      `no such user: "[secret]".`,
		"svc-jira: svc-jira, (svc-jira)":                 "[secret]: [secret], ([secret])",
		"svc-jira-2 is not svc-jira":                     "[secret] is not [secret]",
		"cannot read https://svc-jira@git.example.org/a": "cannot read https://[secret]@git.example.org/a",
		"svc-jira@git.example.org: denied":               "[secret]@git.example.org: denied",
		"https://gitlab.example.org is down":             "https://gitlab.example.org is down",
		"https://gitlab:8443/a and git@gitlab:a":         "https://gitlab:8443/a and git@gitlab:a",
		"https://example.org/gitlab and gitlab/tools":    "https://example.org/gitlab and gitlab/tools",
		"my.gitlab, mygitlab, gitlabs, gitlab-ci":        "my.gitlab, mygitlab, gitlabs, gitlab-ci",
		"the bot sent s3cret-token":                      "the bot sent [secret]", // too short to be hidden
		"":                                               "",
	} {
		if got := m.HideSaid(said); got != want {
			t.Errorf("%q: got %q, want %q", said, got, want)
		}
	}
	if got := m.Hide("user gitlab, s3cret-token"); got != "user gitlab, [secret]" {
		t.Errorf("what a manifest holds: %q", got)
	}
}
