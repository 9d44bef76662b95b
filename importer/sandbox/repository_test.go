package sandbox

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

const plain = `{"displayName":"Tools","origin":"https://git.example.org/ops/tools.git","absoluteRoot":false,"global":true,"password":"canary"}`

// mustAddRepository adds a repository.
func mustAddRepository(t *testing.T, s *Server, body string) Repository {
	t.Helper()
	if got := send(t, s, "POST", repositories, body); got.status != 200 || !strings.HasPrefix(got.body, `{"id":`) {
		t.Fatalf("add: %d %s", got.status, got.body)
	}
	all := s.Repositories()
	return all[len(all)-1]
}

func TestRepositoryAnswersAsTheyReallyCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, Options{})
		head := `{"id":1,"displayName":"Tools","origin":"https://git.example.org/ops/tools.git","mainBranch":"master",` +
			`"root":"/var/atlassian/application-data/jira/data/git-plugin/1_tools","realRoot":"1_tools","absoluteRoot":false,"disabled":false,` +
			`"enableFetches":true,"sendCommitEmails":false,"maxMinsToCommitEmail":0,"global":true,"hosted":false,"initDate":` + midnight2000
		tail := func(viewer string) string {
			return `,"revisionIndexing":false,"gitViewerEnabled":` + viewer + `,"disableSslVerification":false,"smartCommitsEnabled":true,` +
				`"commitsValidationRequired":false,"requireUserPat":false,"projectMappingIds":[],"showAllTags":true,"sourcesDiffViewEnabled":false,` +
				`"refSpecNotes":true,"refSpecChanges":false,"trustFolderStat":false}`
		}
		indexed := head + `,"lastIndexedDate":946684802000`
		wantBody(t, send(t, s, "POST", repositories, plain), head+tail("true"))
		time.Sleep(2 * time.Second)
		wantBody(t, send(t, s, "PUT", repositories, `{"id":1,"gitViewerEnabled":false}`), indexed+tail("false"))
		wantBody(t, send(t, s, "GET", repositories, ""), `{"success":true,"repositories":[`+indexed+tail("false")+`]}`)
		wantBody(t, send(t, s, "GET", repositories+"/all?offset=0&limit=100", ""),
			`{"success":true,"total":1,"offset":0,"count":1,"repositories":[`+indexed+tail("false")+`]}`)
		wantBody(t, send(t, s, "PUT", repositories+"/1/disable?disable=true", ""), `{"success":true}`)
		wantBody(t, send(t, s, "DELETE", repositories+"?id=1&deleteFiles=false", ""), `{"success":true}`)
		wantBody(t, send(t, s, "GET", repositories, ""), `{"success":true,"repositories":[]}`)
	})
}

func TestAddStoresEachFieldOfARepository(t *testing.T) {
	s := start(t, Options{})
	got := mustAddRepository(t, s, `{"origin":"git@git.example.org:ops/tools.git","displayName":"<d>","mainBranch":"trunk","realRoot":"/srv/tools",
		"absoluteRoot":true,"disabled":true,"enableFetches":false,"sendCommitEmails":true,"maxMinsToCommitEmail":1440,"global":false,
		"revisionIndexing":true,"gitViewerEnabled":false,"username":"u","password":"p","pat":"t","disableSslVerification":true,
		"smartCommitsEnabled":false,"webLinkType":"gitlab","viewFormat":"a","changesetFormat":"b","fileAddedFormat":"c","fileModifiedFormat":"d",
		"fileDeletedFormat":"e","mergeRequestFormat":"f","branchLinkFormat":"g","commitsValidationRequired":true,"tagsFilter":"v.*",
		"projectMappingIds":[10000],"sourcesDiffViewEnabled":true,"trustFolderStat":true,"refSpecNotes":false,"refSpecChanges":true,
		"refSpecCustom":"+a:b","prHideFilter":"wip","limitGitData":true,"type":"GITHUB","trackedFolderId":7,"brandNew":1}`)
	want := Repository{
		Connection: Connection{
			ID: 1, Origin: "git@git.example.org:ops/tools.git", DisplayName: "<d>", Disabled: true, SendCommitEmails: true,
			MaxMinsToCommitEmail: 1440, Username: "u", Password: "p", PAT: "t", DisableSSLVerification: true,
			ProjectMappingIDs: []int64{10000}, SourcesDiffViewEnabled: true, RevisionIndexing: true,
			TagsFilter: "v.*", PRHideFilter: "wip", TrustFolderStat: true, RefSpecChanges: true, RefSpecCustom: "+a:b",
			LimitGitData: true, InitDate: got.InitDate, IndexStart: got.InitDate,
		},
		MainBranch: "trunk", RealRoot: "/srv/tools", AbsoluteRoot: true, WebLinkType: "gitlab", ViewFormat: "a", ChangesetFormat: "b",
		FileAddedFormat: "c", FileModifiedFormat: "d", FileDeletedFormat: "e", MergeRequestFormat: "f", BranchLinkFormat: "g",
		CommitsValidationRequired: true,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	shown := send(t, s, "GET", repositories, "").body
	for _, part := range []string{`"root":"/srv/tools","realRoot":"/srv/tools","absoluteRoot":true`, `"webLinkType":"gitlab"`, `"viewFormat":"a"`,
		`"changesetFormat":"b"`, `"fileAddedFormat":"c"`, `"fileModifiedFormat":"d"`, `"fileDeletedFormat":"e"`, `"mergeRequestFormat":"f"`,
		`"branchLinkFormat":"g"`, `"tagsFilter":"v.*"`, `"showAllTags":false`, `"prHideFilter":"wip"`, `"refSpecCustom":"+a:b"`} {
		if !strings.Contains(shown, part) {
			t.Errorf("%s is not in %s", part, shown)
		}
	}
}

func TestRepositorySecretsAreNeverAnswered(t *testing.T) {
	s := start(t, Options{})
	body := `{"origin":"https://git.example.org/a.git","absoluteRoot":false,"username":"canary","password":"canary","pat":"canary","limitGitData":true}`
	for i, text := range []string{
		send(t, s, "POST", repositories, body).body,
		send(t, s, "PUT", repositories, `{"id":1,`+body[1:]).body,
		send(t, s, "GET", repositories, "").body,
		send(t, s, "GET", repositories+"/all", "").body,
		send(t, s, "GET", "/", "").body,
		send(t, s, "POST", repositories, `{"pat":["canary"],"absoluteRoot":false}`).body,
		send(t, s, "PUT", repositories, `{"pat":"canary"}`).body,
	} {
		for _, hidden := range []string{"canary", "limitGitData", `"password"`, `"username"`} {
			if strings.Contains(text, hidden) {
				t.Errorf("answer %d shows %s: %s", i, hidden, text)
			}
		}
	}
	if got := s.Repositories()[0]; got.PAT != "canary" || got.Password != "canary" || got.Username != "canary" {
		t.Error("the secrets were not kept")
	}
}

func TestRepositoryCallsAreRefused(t *testing.T) {
	s := start(t, Options{})
	mustAdd(t, s, github)
	noID := `{"success":false,"error":"Field 'id' is required","advice":"Please use the id of an existing repository."}`
	gone := func(id int) string {
		return fmt.Sprintf(`{"success":false,"error":"Repository with id=%d does not exist","advice":"Please try again with an existing repository id."}`, id)
	}
	for _, call := range [][4]string{
		{"POST", repositories, `{"absoluteRoot":false}`,
			`{"success":false,"error":"Field 'origin' is required","advice":"Please enter the URL or the path of the repository."}`},
		{"POST", repositories, `{"origin":"https://git.example.org/a.git"}`,
			`{"success":false,"error":"Field 'absoluteRoot' is required","advice":"Please use false for a clone that the app manages."}`},
		{"POST", repositories, `{"origin":"https://git.example.org/a.git","absoluteRoot":true}`,
			`{"success":false,"error":"Field 'realRoot' is required where absoluteRoot is true","advice":"Please enter the path of the repository."}`},
		{"POST", repositories, `{"origin":"https://git.example.org/a.git","absoluteRoot":false,"projectMappingIds":[1]}`,
			`{"success":false,"error":"Project with id=1 does not exist","advice":"Please use ids of existing Jira projects."}`},
		{"PUT", repositories, `{"displayName":"x"}`, noID},
		{"PUT", repositories, `{"id":"1"}`, noID},
		{"PUT", repositories, `{"id":5}`, gone(5)},
		{"PUT", repositories, `{"id":1}`, gone(1)}, // an integration
		{"DELETE", repositories + "?id=1", ``, gone(1)},
		{"DELETE", repositories + "?id=5", ``, gone(5)},
	} {
		wantBody(t, send(t, s, call[0], call[1], call[2]), call[3])
	}
	re := mustAddRepository(t, s, plain)
	for _, call := range [][3]string{{"GET", "", ""}, {"PUT", "", `{}`}, {"DELETE", "", ""}} {
		wantBody(t, send(t, s, call[0], fmt.Sprint(integrations, "/", re.ID), call[2]), gone(int(re.ID)))
	}
	for _, call := range [][3]string{
		{"DELETE", repositories, ""}, {"DELETE", repositories + "?id=x", ""},
		{"GET", repositories + "/all?limit=101", ""}, {"GET", repositories + "/all?limit=0", ""}, {"GET", repositories + "/all?offset=-1", ""},
	} {
		if got := send(t, s, call[0], call[1], call[2]); got.status/100 != 4 {
			t.Errorf("%s %s: %d %s", call[0], call[1], got.status, got.body)
		}
	}
	if len(s.Integrations()) != 1 || len(s.Repositories()) != 1 {
		t.Error("a refused call changed something")
	}
}

func TestUpdateOfARepositoryChangesOnlyWhatIsThere(t *testing.T) {
	s := start(t, Options{})
	want := mustAddRepository(t, s, plain)
	send(t, s, "PUT", repositories, `{"id":1,"pat":"new","mainBranch":"trunk","projectMappingIds":null,"disabled":true,"other":1}`)
	want.PAT, want.MainBranch = "new", "trunk" // and not disabled, which only its own call does
	if diff := cmp.Diff([]Repository{want}, s.Repositories()); diff != "" {
		t.Errorf("after the update (-want +got):\n%s", diff)
	}
	send(t, s, "PUT", repositories+"/1/disable?disable=true", "")
	send(t, s, "PUT", repositories, `{"id":1,"disabled":false,"origin":"git@git.example.org:x/y.git","displayName":"","mainBranch":""}`)
	if got := s.Repositories()[0]; !got.Disabled || got.DisplayName != "y" || got.MainBranch != "master" {
		t.Errorf("got %+v, want the server's names, and still disabled", got)
	}
}

// Repositories inside integrations stand in the list of the plain ones, and share their ids.
func TestTrackedRepositories(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	s, err := New(Options{DataFile: path, Tracked: 2})
	if err != nil {
		t.Fatal(err)
	}
	mustAdd(t, s, github)
	mustAddRepository(t, s, plain)
	mustAdd(t, s, `{"type":"FILESPACE","origin":"/srv/git/*","folderDepth":1}`)
	shown := func(s *Server) (lines []string) {
		var list struct {
			Repositories []struct {
				ID, TrackedFolderID     int64
				IntegrationType, Origin string
			}
		}
		if err := json.Unmarshal([]byte(send(t, s, "GET", repositories, "").body), &list); err != nil {
			t.Fatal(err)
		}
		for _, re := range list.Repositories {
			lines = append(lines, fmt.Sprint(re.ID, " ", re.TrackedFolderID, " ", re.IntegrationType, " ", re.Origin))
		}
		return lines
	}
	want := []string{
		"2 1 GITHUB https://api.github.com/repo-1.git", "3 1 GITHUB https://api.github.com/repo-2.git",
		"4 0  https://git.example.org/ops/tools.git",
		"6 5 FILESPACE /srv/git/repo-1.git", "7 5 FILESPACE /srv/git/repo-2.git",
	}
	if diff := cmp.Diff(want, shown(s)); diff != "" {
		t.Errorf("the list (-want +got):\n%s", diff)
	}
	page := pageText(t, send(t, s, "GET", "/", ""))
	for _, text := range []string{"\n2 integrations, 5 repositories, ", "\n3\nrepo-2\nrepository in 1\n", "\n4\nTools\nrepository\nhttps://git.example.org/ops/tools.git\nall projects\n"} {
		if !strings.Contains(page, text) {
			t.Errorf("the page has no %q in\n%s", text, page)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	again := start(t, Options{DataFile: path, Tracked: 2})
	if diff := cmp.Diff(want, shown(again)); diff != "" {
		t.Errorf("after a restart (-want +got):\n%s", diff)
	}
	send(t, again, "DELETE", integrations+"/1", "")
	send(t, again, "DELETE", repositories+"?id=7", "")
	want = want[2:4]
	if diff := cmp.Diff(want, shown(again)); diff != "" {
		t.Errorf("what is inside an integration goes with it (-want +got):\n%s", diff)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	last := start(t, Options{DataFile: path})
	if diff := cmp.Diff(want, shown(last)); diff != "" {
		t.Errorf("deleted in the file too (-want +got):\n%s", diff)
	}
	if re := mustAddRepository(t, last, plain); re.ID != 8 {
		t.Errorf("the next id is %d, want 8: no id is used twice", re.ID)
	}
}

// A file that was made before there were repositories takes them.
func TestDataFileOfLayout1(t *testing.T) {
	path := filepath.Join(t.TempDir(), "old.db")
	s, err := New(Options{DataFile: path})
	if err != nil {
		t.Fatal(err)
	}
	mustAdd(t, s, github)
	if _, err := s.store.file.db.Exec(`DROP TABLE repository; PRAGMA user_version = 1`); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	again := start(t, Options{DataFile: path})
	if re := mustAddRepository(t, again, plain); re.ID != 2 || len(again.Integrations()) != 1 {
		t.Errorf("got id %d beside %d integrations", re.ID, len(again.Integrations()))
	}
}

func TestPagesOfRepositories(t *testing.T) {
	s := start(t, Options{PagedRepositories: true})
	for i := range 5 {
		mustAddRepository(t, s, fmt.Sprintf(`{"origin":"https://git.example.org/%d.git","absoluteRoot":false}`, i))
	}
	if got := send(t, s, "GET", repositories, ""); got.status != 404 {
		t.Errorf("the plain list: %d, want 404", got.status)
	}
	for query, want := range map[string]string{"": "0+5 of 5", "?offset=0&limit=2": "0+2 of 5", "?offset=4&limit=2": "4+1 of 5", "?offset=9&limit=2": "9+0 of 5"} {
		var page struct {
			Total, Offset, Count int
			Repositories         []struct{ ID int64 }
		}
		if err := json.Unmarshal([]byte(send(t, s, "GET", repositories+"/all"+query, "").body), &page); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%d+%d of %d", page.Offset, page.Count, page.Total); got != want || len(page.Repositories) != page.Count {
			t.Errorf("%q: got %s and %d repositories, want %s", query, got, len(page.Repositories), want)
		}
	}
}

// The list is open to any user, who sees a part of it; all else is for administrators.
func TestRepositoriesForOrdinaryUsers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s.db")
	s, err := New(Options{DataFile: path})
	if err != nil {
		t.Fatal(err)
	}
	mustAddRepository(t, s, plain)
	mustAddRepository(t, s, `{"origin":"https://git.example.org/b.git","absoluteRoot":false}`)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	user := start(t, Options{DataFile: path, NotAdmin: true})
	for _, list := range []string{repositories, repositories + "/all"} {
		if got := send(t, user, "GET", list, ""); got.status != 200 || strings.Count(got.body, `"id":`) != 1 {
			t.Errorf("%s: %d %s, want a part", list, got.status, got.body)
		}
	}
	for _, call := range [][3]string{
		{"POST", repositories, plain}, {"PUT", repositories, `{"id":1}`}, {"DELETE", repositories + "?id=1", ""}, {"PUT", repositories + "/1/disable?disable=true", ""},
	} {
		if got := send(t, user, call[0], call[1], call[2]); got.status != 403 {
			t.Errorf("%s %s: %d, want 403", call[0], call[1], got.status)
		}
	}
	noXSRF := func(r *http.Request) { r.Header.Del("X-Atlassian-Token") }
	admin := start(t, Options{})
	for _, method := range []string{"POST", "PUT", "DELETE"} {
		if got := send(t, admin, method, repositories, plain, noXSRF); got.status != 403 {
			t.Errorf("%s without the XSRF header: %d, want 403", method, got.status)
		}
	}
}
