package schema

import (
	"fmt"
	"testing"
)

func TestNormalOrigin(t *testing.T) {
	for _, tt := range []struct {
		t        Type
		in, want string
	}{
		{TypeGitHub, "", "https://api.github.com"},
		{TypeGitHub, "https://github.com/", "https://api.github.com"},
		{TypeGitHub, "https://API.github.com:443", "https://api.github.com"},
		{TypeGitHubServer, "https://github.com", "https://github.com"},
		{TypeGitLab, "", "https://gitlab.com"},
		{TypeAzure, "", "https://dev.azure.com"},
		{TypeVSTS, "", ""},
		{TypeAWS, "", ""},
		{TypeGitLabServer, "HTTP://user:pw@Git.Example.org:80/Path/A//", "http://git.example.org/Path/A"},
		{TypeGitLabServer, "https://git.example.org:8443/a%2Fb?x=1", "https://git.example.org:8443/a%2Fb?x=1"},
		{TypeGitLabServer, "https://[::1]:443/a", "https://[::1]/a"},
		{TypeGitLabServer, "https://git.example.org:443", "https://git.example.org"},
		{TypeGitLabServer, "https://user@git.example.org", "https://git.example.org"},
		{TypeGitLabServer, "https://git.Example.org/A", "https://git.example.org/A"},
		{TypeGitLabServer, "https://git.example.org/A//", "https://git.example.org/A"},
		{TypeGitLabServer, "https://git.example.org?a=b/", "https://git.example.org?a=b"},
		{TypeFilespace, "/srv/Git/", "/srv/Git"},
		{TypeFilespace, "/", "/"},
		{TypeFilespace, `D:\Repos\*`, `D:\Repos\*`},
	} {
		key := Key{Kind: KindIntegration, Type: tt.t}
		if got := key.At(tt.in).Origin; got != tt.want {
			t.Errorf("%s: %q becomes %q, want %q", tt.t, tt.in, got, tt.want)
		}
		if got := key.At(tt.want).Origin; tt.want != "" && got != tt.want {
			t.Errorf("the form is not stable: %q becomes %q", tt.want, got)
		}
	}
}

func TestNormalOriginOfRepositories(t *testing.T) {
	for in, want := range map[string]string{
		"HTTPS://bob@Git.Example.org:443/scm/Ops/tools.git/": "https://git.example.org/scm/Ops/tools.git",
		"ssh://git@Git.example.org:22/Ops/tools.git":         "ssh://git.example.org/Ops/tools.git",
		"ssh://git@git.example.org:7999/ops/tools.git":       "ssh://git.example.org:7999/ops/tools.git",
		"git://git.example.org:9418/tools.git":               "git://git.example.org/tools.git",
		"git@Git.Example.org:Ops/tools.git/":                 "git.example.org:Ops/tools.git",
		"Git.Example.org:Ops/a@b:c":                          "git.example.org:Ops/a@b:c",
		"git@[::1]:Tools.git":                                "[::1]:Tools.git",
		" /srv/Git/tools.git/ ":                              "/srv/Git/tools.git",
		`D:\Git\tools.git`:                                   `D:\Git\tools.git`,
		"D:/Git/tools.git/":                                  "D:/Git/tools.git",
		"file:///srv/Git/tools.git":                          "file:///srv/Git/tools.git",
	} {
		r := NewRecord(map[Field]Value{FieldKind: Text("repository"), FieldOrigin: Text(in), FieldDisplayName: Text("x"), FieldType: Text("GITHUB")})
		key := r.Key()
		if key.Origin != want || key.Named() || key != key.At(want) || key.String() != "repository "+want {
			t.Errorf("%q becomes %q (%+v), want %q", in, key, key, want)
		}
	}
}

// TestShardsStay: which shard a record belongs to must not change from one
// version to the next while machines run both.
func TestShardsStay(t *testing.T) {
	named := Key{Kind: KindIntegration, Type: TypeGitHub, Origin: "https://api.github.com", Name: "Acme"}
	repository := Key{Kind: KindRepository, Origin: "https://git.example.org/a.git"}
	if got := []int{named.Shard(1000), repository.Shard(1000)}; got[0] != 627 || got[1] != 392 {
		t.Errorf("shards %v", got)
	}
}

// TestShardsAreEven: names that differ in a number fall everywhere alike.
func TestShardsAreEven(t *testing.T) {
	const records = 3000
	for _, of := range []int{2, 3, 5, 16} {
		parts := make([]int, of)
		for i := range records {
			parts[Key{Kind: KindIntegration, Type: TypeGitLabServer, Origin: "https://gitlab.example.org", Name: fmt.Sprint("team ", i)}.Shard(of)]++
		}
		for part, n := range parts {
			if mean := records / of; n < mean*8/10 || n > mean*12/10 {
				t.Errorf("part %d of %d has %d of %d records", part, of, n, records)
			}
		}
	}
}

func TestChangesComparesWhatBothHave(t *testing.T) {
	have := NewRecord(map[Field]Value{
		FieldType: Text("GITHUB"), FieldOrigin: Text("https://github.com"), FieldDisplayName: Text("https://github.com/*"),
		FieldDisabled: Bool(false), FieldGlobal: Bool(true), FieldProjectMappingIDs: IDs(), FieldUsername: Text("svc"),
	})
	want := NewRecord(map[Field]Value{
		FieldType: Text("GITHUB"), FieldOrigin: Text("https://api.github.com/"), FieldDisplayName: Text(""),
		FieldDisabled: Bool(true), FieldPat: Hidden(Refer(SchemeEnv, "X")), FieldProjectMappingIDs: IDs(2, 1),
		FieldTagsFilter: Text("v.*"), FieldWave: Int(2), FieldUsername: Hidden(Refer(SchemeEnv, "U").Resolved("other-user")),
	})
	var got []string
	for _, c := range Changes(want, have) {
		got = append(got, c.Field.String()+": "+c.From.String()+" -> "+c.To.String())
	}
	wantChanges := []string{"disabled: false -> true", "username: svc -> env:U", "projectMappingIds:  -> 1,2"}
	if len(got) != len(wantChanges) {
		t.Fatalf("changes %q, want %q", got, wantChanges)
	}
	for i := range got {
		if got[i] != wantChanges[i] {
			t.Errorf("change %q, want %q", got[i], wantChanges[i])
		}
	}
}

func TestDigestIgnoresOrder(t *testing.T) {
	a := Action{Op: OpCreate, Want: NewRecord(map[Field]Value{FieldType: Text("GITHUB"), FieldPat: Hidden(Literal("one-secret", "env:X"))})}
	b := Action{Op: OpCreate, Want: NewRecord(map[Field]Value{FieldType: Text("GITLAB")})}
	one, two := Plan{Actions: []Action{a, b}}.Digest(), Plan{Actions: []Action{b, a}}.Digest()
	if one != two {
		t.Error("the digest depends on the order of the manifest")
	}
	c := b
	c.Want = c.Want.Set(FieldDisabled, Bool(false))
	if (Plan{Actions: []Action{a, c}}).Digest() == one {
		t.Error("the digest does not see a field")
	}
	if b.Want.Has(FieldDisabled) {
		t.Error("Set changed the original")
	}
}

func TestNearest(t *testing.T) {
	for word, want := range map[string]string{
		"dispalyName": "displayName", "display_name": "displayName", "orgin": "origin", "smartCommits": "smartCommitsEnabled",
		"sendEmails": "sendCommitEmails",
	} {
		if got := NearestField(word); got != want {
			t.Errorf("NearestField(%q) = %q, want %q", word, got, want)
		}
	}
	if got := NearestType("GITLAB_SEVER"); got != string(TypeGitLabServer) {
		t.Errorf("NearestType = %q", got)
	}
	if got := NearestField("completely-else-where"); got != "" {
		t.Errorf("NearestField suggests %q for nothing like it", got)
	}
}
