package schema

import (
	"slices"
	"testing"
)

func TestCreateErrors(t *testing.T) {
	for name, tt := range map[string]struct {
		entry Entry
		want  []string
	}{
		"nothing":     {entry("type", "GITHUB", "pat", "env:A"), nil},
		"credentials": {entry("type", "GITHUB"), []string{"m.yaml:3:5: pat: a new GITHUB integration needs credentials: give a pat alone, or username and password"}},
		"half of them": {entry("type", "GITHUB", "username", "me"),
			[]string{"m.yaml:3:5: password: a new GITHUB integration needs credentials: give a pat alone, or username and password"}},
		"a blank one": {entry("type", "GITHUB", "pat", ""),
			[]string{"m.yaml:5:7: pat: a new GITHUB integration needs credentials: give a pat alone, or username and password"}},
		"a repository's": {entry("kind", "repository", "origin", "https://git.example.org/a.git", "username", "me"),
			[]string{"m.yaml:3:5: password: a new repository needs credentials: give a pat alone, or username and password"}},
		"origin and depth": {entry("type", "FILESPACE"), []string{
			"m.yaml:3:5: origin: a new FILESPACE integration needs an origin: add the folder's absolute path, such as /srv/git/*",
			"m.yaml:3:5: folderDepth: a new FILESPACE integration needs a folderDepth: " + CodeDepthRequired.Explanation().Advice}},
		"region": {entry("type", "AWS", "username", "env:A", "password", "env:B"), []string{
			"m.yaml:3:5: awsRegion: a new AWS integration needs an awsRegion: " + CodeRegionRequired.Explanation().Advice}},
	} {
		t.Run(name, func(t *testing.T) {
			r := Checker{}.Check(tt.entry)
			var got []string
			for _, f := range r.CreateErrors() {
				got = append(got, f.String()+": "+f.Advice)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
