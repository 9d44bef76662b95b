package credential

import (
	"testing"

	"gijbulk/schema"
)

// TestReferences: those of different owners never are one.
func TestReferences(t *testing.T) {
	var r References
	for _, tt := range []struct {
		words []string
		want  string
	}{
		{[]string{"GITHUB", "acme"}, "env:GITHUB_ACME_PAT"}, {[]string{"GITHUB", "acme"}, "env:GITHUB_ACME_PAT"},
		{[]string{"GITLAB", "a.b"}, "env:GITLAB_A_B_PAT"}, {[]string{"GITLAB", "a-b"}, "env:GITLAB_A_B_PAT_2"}, {[]string{"GITLAB", "a b"}, "env:GITLAB_A_B_PAT_3"},
		{[]string{"GITLAB", "a-b"}, "env:GITLAB_A_B_PAT_2"}, {[]string{"東京"}, "env:PAT"}, {[]string{"10.0.0.1"}, "env:GIT_10_0_0_1_PAT"},
	} {
		if got := r.To(schema.FieldPat, tt.words...); got != tt.want {
			t.Errorf("%q: %s, want %s", tt.words, got, tt.want)
		}
	}
}
