package sandbox

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// nestedOf shows the nested repositories of a server, one a line.
func nestedOf(s *Server) string {
	var lines []string
	for _, re := range s.Repositories() {
		if re.TrackedFolderID != 0 {
			lines = append(lines, fmt.Sprintf("%d in %d %s", re.ID, re.TrackedFolderID, strings.TrimPrefix(re.Origin, "https://github.com/")))
		}
	}
	return strings.Join(lines, "\n")
}

func TestNestedRepositoriesComeAndGoWithTheList(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "data")
		s := start(t, Options{Listing: ExampleListing(), DataFile: path})
		mustAdd(t, s, `{"type":"GITHUB","displayName":"A","apiPath":"/orgs/ops/repos?per_page=100","global":true,"tagsFilter":"v.*"}`)
		if got := nestedOf(s); got != "" {
			t.Errorf("before the scan has ended: %s", got)
		}
		time.Sleep(2 * time.Second)
		all := "2 in 1 ops/terraform.git\n3 in 1 ops/monitoring.git\n4 in 1 ops/runbooks.git\n5 in 1 ops/sandbox.git"
		if diff := cmp.Diff(all, nestedOf(s)); diff != "" {
			t.Error(diff)
		}
		if re := s.Repositories()[0]; !re.Global || re.TagsFilter != "v.*" || re.DisplayName != "terraform" {
			t.Errorf("it does not start with the settings of its integration: %+v", re)
		}
		send(t, s, "PUT", integrations+"/1", `{"apiFilter":"[?!archived]"}`)
		if diff := cmp.Diff(all, nestedOf(s)); diff != "" {
			t.Errorf("before the next scan: %s", diff)
		}
		time.Sleep(2 * time.Second)
		if diff := cmp.Diff("2 in 1 ops/terraform.git\n3 in 1 ops/monitoring.git\n4 in 1 ops/runbooks.git", nestedOf(s)); diff != "" {
			t.Error(diff)
		}
		send(t, s, "PUT", integrations+"/1", `{"apiPath":""}`)
		time.Sleep(2 * time.Second)
		got := nestedOf(s)
		if strings.Count(got, "\n") != 7 || !strings.HasPrefix(got, "2 in 1 ops/terraform.git") || strings.Contains(got, "5 in") {
			t.Errorf("with all that is not archived:\n%s", got)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		again := start(t, Options{Listing: ExampleListing(), DataFile: path})
		if diff := cmp.Diff(got, nestedOf(again)); diff != "" {
			t.Errorf("after a restart: %s", diff)
		}
	})
}

func TestAnUpdateOfANestedRepositoryTakesOnlyItsSettings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, Options{Listing: ExampleListing()})
		mustAdd(t, s, `{"type":"GITHUB","displayName":"A","apiPath":"/orgs/ops/repos","pat":"secret"}`)
		time.Sleep(2 * time.Second)
		state := func() string {
			var list struct {
				Repositories []struct {
					State                            string
					TrackedFolderID, LastIndexedDate int64
				}
			}
			if err := json.Unmarshal([]byte(send(t, s, "GET", repositories, "").body), &list); err != nil {
				t.Fatal(err)
			}
			re := list.Repositories[0]
			return fmt.Sprint(re.State, " ", re.TrackedFolderID, " ", re.LastIndexedDate > 0)
		}
		if got := state(); got != "SCANNING 1 false" {
			t.Errorf("while it is indexed: %s", got)
		}
		time.Sleep(2 * time.Second)
		if got := state(); got != "UPDATED 1 true" {
			t.Errorf("after it was indexed: %s", got)
		}
		before := s.Repositories()[0]
		got := send(t, s, "PUT", repositories, `{"id":2,"projectMappingIds":[10000],"viewFormat":"v","prHideFilter":"wip","disabled":true,"mainBranch":"x",
			"origin":"https://elsewhere.example","pat":"p","username":"u","password":"w","enableFetches":false,"disableSslVerification":true,
			"commitsValidationRequired":true,"limitGitData":true,"realRoot":"/x","state":"ERROR"}`)
		if got.status != 200 || strings.Contains(got.body, `"success":false`) {
			t.Fatalf("%d %s", got.status, got.body)
		}
		want := before
		want.ProjectMappingIDs, want.ViewFormat, want.PRHideFilter = []int64{10000}, "v", "wip"
		if diff := cmp.Diff(want, s.Repositories()[0]); diff != "" {
			t.Error(diff)
		}
		send(t, s, "PUT", repositories+"/2/disable?disable=true", "")
		if !s.Repositories()[0].Disabled {
			t.Error("its own call does not disable it")
		}
	})
}

func TestListings(t *testing.T) {
	for _, tt := range []struct{ name, listing, integration, want string }{
		{"for all", `[{"full_name":"acme/a"},{"name":"b","clone_url":"https://git.example/b.git"}]`, `{"type":"GITHUB"}`,
			"https://github.com/acme/a.git https://git.example/b.git"},
		{"by display name", `{"A":[{"name":"a"}],"":[{"name":"b"}]}`, `{"type":"GERRIT","origin":"https://g.example/","displayName":"A"}`, "https://g.example/a.git"},
		{"a group", `[{"path_with_namespace":"x/y/a"},{"path_with_namespace":"z/b"}]`, `{"type":"GITLAB","apiPath":"/api/v4/groups/x/projects"}`, "https://gitlab.com/x/y/a.git"},
		{"a folder", `[{"fullPath":"team/a"}]`, `{"type":"FILESPACE","origin":"/srv/git/*","folderDepth":2}`, "/srv/git/team/a.git"},
		{"an object", `[{"name":"a"},{"name":"b"}]`, `{"type":"AZURE","apiFilter":"{value:value[?contains(name, 'a')]}"}`, "https://dev.azure.com/a.git"},
		{"a filter of another shape", `[{"name":"a"}]`, `{"type":"GITHUB","apiFilter":"[].name"}`, ""},
		{"listed twice", `[{"name":"a"},{"name":"a"}]`, `{"type":"GITHUB"}`, "https://github.com/a.git"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				listing, err := ParseListing([]byte(tt.listing))
				if err != nil {
					t.Fatal(err)
				}
				s := start(t, Options{Listing: listing})
				mustAdd(t, s, tt.integration)
				time.Sleep(2 * time.Second)
				var origins []string
				for _, re := range s.Repositories() {
					origins = append(origins, re.Origin)
				}
				if got := strings.Join(origins, " "); got != tt.want {
					t.Errorf("got %s, want %s", got, tt.want)
				}
			})
		})
	}
	for listing, want := range map[string]string{
		`7`: "the listing is neither a JSON list of repositories nor an object of such lists by display name", `[{}]`: `the listing for "": repository 1 has no name`,
	} {
		if _, err := ParseListing([]byte(listing)); err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", listing, err, want)
		}
	}
}
