package schema

import "testing"

// TestNameFilters: a filter is decided by the address of a live nested repository only where that is certain.
func TestNameFilters(t *testing.T) {
	const undecided, listed, lost = "undecided", "listed", "lost"
	acme := "https://github.com/acme/pay-api.git"
	for _, tt := range []struct {
		t            Type
		at, now, new string // the integration's origin, its filter and the new one
		origin       string // of the nested repository
		want         string
	}{
		{TypeGitHub, "", "", "[?starts_with(name, 'pay-')]", acme, listed},
		{TypeGitHub, "", "", "[?starts_with(name, 'web-')]", acme, lost},
		{TypeGitHub, "", "[?!archived]", "[?starts_with(name, 'web-')]", acme, lost},
		{TypeGitHub, "", "[?starts_with(name, 'pay-')]", " \n", acme, listed},
		{TypeGitHub, "", "", "[?full_name=='acme/pay-api' && name!='x']", acme, listed},
		{TypeGitHub, "", "", "[?(!contains(name, 'pay')) || ends_with(full_name, '-web')]", acme, lost},
		{TypeGitHub, "", "", "[?contains(`[\"pay-api\"]`, name)]", acme, listed},
		{TypeGitHub, "", "", "[?name=='Pay-api']", acme, lost},
		{TypeGitHubServer, "https://ghe.example.org", "", "[?name=='x']", "https://ghe.example.org/acme/pay-api.git", lost},
		{TypeGitHub, "", "", "[?(!archived) && name=='x']", acme, undecided},
		{TypeGitHub, "", "", "[?owner.login=='acme']", acme, undecided},
		{TypeGitHub, "", "", "[?name<'q']", acme, undecided},
		{TypeGitHub, "", "", "[?length(name)==`3`]", acme, undecided},
		{TypeGitHub, "", "", "[?contains(topics, 'pay')]", acme, undecided},
		{TypeGitHub, "", "", "[?description=='x']", acme, undecided},
		{TypeGitHub, "", "", "[?contains(@.name, 'x')]", acme, undecided},
		{TypeGitHub, "", "", "[?name=='x'] | [0:1]", acme, undecided},
		{TypeGitHub, "", "", "[?name=='x'].{name:name}", acme, undecided},
		{TypeGitHub, "", "", "[?name=='x'][]", acme, undecided},
		{TypeGitHub, "", "", "items[?name=='x']", acme, undecided},
		{TypeGitHub, "", "items[?name=='y']", "[?name=='x']", acme, undecided},
		{TypeGitHub, "", "", "{value:value[?name=='x']}", acme, undecided},
		{TypeGitHub, "", "", "[?name==", acme, undecided},
		{TypeGitHub, "", "", "[?starts_with(name, `1`)]", acme, undecided}, // it fails
		{TypeGitHub, "", "", "[?name=='x']", "https://github.com/acme/pay-api", undecided},
		{TypeGitHub, "", "", "[?name=='x']", "https://github.com/acme/group/pay-api.git", undecided},
		{TypeGitHub, "", "", "[?name=='x']", "git@github.com:acme/pay-api.git", undecided},
		{TypeGitLab, "", "", "[?path=='x']", "https://gitlab.com/acme/web/site.git", lost},
		{TypeGitLab, "", "", "[?starts_with(path_with_namespace, 'acme/web/')]", "https://gitlab.com/acme/web/site.git", listed},
		{TypeGitLab, "", "", "[?name=='x']", "https://gitlab.com/acme/web/site.git", undecided},
		{TypeGitLabServer, "https://git.example.org/gitlab", "", "[?path_with_namespace=='acme/site']", "https://git.example.org/gitlab/acme/site.git", listed},
		{TypeGitLabServer, "https://git.example.org/gitlab", "", "[?path=='x']", "https://git.example.org/acme/site.git", undecided},
		{TypeGitLabServer, "https://git.example.org", "", "[?path=='x']", "https://clone.example.org/acme/site.git", undecided},
		{TypeAzure, "", "", "{value:value[?contains(name, 'my repo')]}", "https://acme@dev.azure.com/acme/web/_git/my%20repo", listed},
		{TypeAzure, "", "{value:value[?project.name=='web']}", "{value:value[?name=='x']}", "https://dev.azure.com/acme/web/_git/site", lost},
		{TypeAzure, "", "", "{value:value[?project.name=='web']}", "https://dev.azure.com/acme/web/_git/site", undecided},
		{TypeAzure, "", "", "[?name=='x']", "https://dev.azure.com/acme/web/_git/site", undecided},
		{TypeAzure, "", "", "{value:value[?name=='x'],count:count}", "https://dev.azure.com/acme/web/_git/site", undecided},
		{TypeAzure, "", "", "{value:values[?name=='x']}", "https://dev.azure.com/acme/web/_git/site", undecided},
		{TypeGerrit, "https://gerrit.example.org", "", "[?name=='x']", "https://gerrit.example.org/a/site", undecided},
		{TypeFilespace, "/srv/git/*", "", "[?name=='x']", "/srv/git/site", undecided},
		{TypeAWS, "", "", "[?name=='x']", "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/site", undecided},
	} {
		live := NewRecord(map[Field]Value{FieldType: Text(string(tt.t)), FieldOrigin: Text(tt.at), FieldAPIFilter: Text(tt.now)})
		f, ok := NameFilterOf(live, tt.new)
		got := undecided
		if lists, known := f.Lists(tt.origin); ok && known {
			got = map[bool]string{true: listed, false: lost}[lists]
		}
		if got != tt.want {
			t.Errorf("%s %q to %q: %s is %s, want %s", tt.t, tt.now, tt.new, tt.origin, got, tt.want)
		}
	}
}
