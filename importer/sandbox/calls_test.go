package sandbox

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// midnight2000 is when synctest's clock starts, as answers tell it.
const midnight2000 = "946684800000"

const github = `{"type":"GITHUB","displayName":"Acme","pat":"canary","origin":"https://api.github.com","global":true}`

func TestAnswersAsTheyReallyCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, Options{})
		common := `"id":1,"displayName":"Acme","origin":"https://api.github.com","disabled":false,"sendCommitEmails":false,` +
			`"maxMinsToCommitEmail":0,"global":true,"initDate":` + midnight2000
		flags := `"revisionIndexing":false,"gitViewerEnabled":true,"disableSslVerification":false,"smartCommitsEnabled":true`
		rest := `"projectMappingIds":[],"integrationType":"GITHUB","sourcesDiffViewEnabled":false,"refSpecNotes":true,` +
			`"refSpecChanges":false,"trustFolderStat":false`

		wantBody(t, send(t, s, "POST", integrations, github),
			`{"success":"true","integration":{`+common+`,`+flags+`,"requireUserPat":false,`+rest+`}}`)
		time.Sleep(2 * time.Second)
		indexed := common + `,"lastIndexedDate":946684802000,` + flags
		wantBody(t, send(t, s, "GET", integrations+"/1", ""),
			`{"success":"true","integration":[{`+indexed+`,"requireUserPat":false,`+rest+`}]}`)
		wantBody(t, send(t, s, "GET", integrations, ""),
			`{"success":true,"integrations":[{`+indexed+`,"requireUserPat":false,`+rest+`,"showAllTags":true}`+"\n]}")
		wantBody(t, send(t, s, "PUT", integrations+"/1", `{}`),
			`{"success":"true","integration":{`+indexed+`,`+rest+`}}`)
		wantBody(t, send(t, s, "PUT", repositories+"/1/disable?disable=true", ""), `{"success":true}`)
		wantBody(t, send(t, s, "DELETE", integrations+"/1?deleteFiles=false", ""), `{"success":true}`)
		wantBody(t, send(t, s, "GET", integrations, ""), `{"success":true,"integrations":[]}`)
	})
}

func TestUnknownIDsAreRefusedWithStatus200(t *testing.T) {
	s := start(t, Options{})
	for _, call := range [][3]string{
		{"GET", integrations + "/5", ""},
		{"PUT", integrations + "/5", `{"disabled":true}`},
		{"DELETE", integrations + "/5?deleteFiles=false", ""},
		{"PUT", repositories + "/5/disable?disable=true", ""},
		{"GET", "/rest/gitplugin/1.0/index.json?repoId=5", ""},
		{"POST", "/rest/gitplugin/2.0/reindex", `{"repoId":5}`},
	} {
		wantBody(t, send(t, s, call[0], call[1], call[2]),
			`{"success":false,"error":"Repository with id=5 does not exist","advice":"Please try again with an existing repository id."}`)
	}
}

// stored sends an add and returns what the server made of it.
func stored(t *testing.T, s *Server, body string) Integration {
	t.Helper()
	mustAdd(t, s, body)
	all := s.Integrations()
	return all[len(all)-1]
}

func TestAddStoresEachField(t *testing.T) {
	s := start(t, Options{})
	got := stored(t, s, `{"type":"FILESPACE","origin":"/srv/git/*","displayName":"<d>","disabled":true,"sendCommitEmails":true,
		"maxMinsToCommitEmail":1440,"username":"u","password":"p\"\\$é{{}}","pat":"t","disableSslVerification":true,"apiPath":"/x",
		"apiFilter":"[?a=='b']","tfsCollection":"c","requireUserPat":true,"gitViewerEnabled":false,"smartCommitsEnabled":false,
		"global":false,"projectMappingIds":[10000,10100],"sourcesDiffViewEnabled":true,"revisionIndexing":true,"tagsFilter":"v.*",
		"prHideFilter":"wip","trustFolderStat":true,"refSpecNotes":false,"refSpecChanges":true,"refSpecCustom":"+a:b",
		"folderDepth":3,"limitGitData":true,"brandNew":{"x":[1]},"DISPLAYNAME":"case matters"}`)
	want := Integration{
		Connection: Connection{
			ID: 1, Origin: "/srv/git/*", DisplayName: "<d>", Disabled: true, SendCommitEmails: true,
			MaxMinsToCommitEmail: 1440, Username: "u", Password: "p\"\\$é{{}}", PAT: "t", DisableSSLVerification: true,
			ProjectMappingIDs: []int64{10000, 10100}, SourcesDiffViewEnabled: true, RevisionIndexing: true,
			TagsFilter: "v.*", PRHideFilter: "wip", TrustFolderStat: true, RefSpecChanges: true, RefSpecCustom: "+a:b",
			LimitGitData: true, InitDate: got.InitDate, IndexStart: got.InitDate,
		},
		Type: "FILESPACE", APIPath: "/x", APIFilter: "[?a=='b']", TFSCollection: "c", RequireUserPAT: true, FolderDepth: 3,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	shown := send(t, s, "GET", integrations+"/1", "").body
	for _, part := range []string{`"displayName":"<d>"`, `"root":"/srv/git/*","realRoot":"/srv/git/*","absoluteRoot":true`,
		`"folderDepth":3`, `"tagsFilter":"v.*"`, `"apiPath":"/x"`, `"apiFilter":"[?a=='b']"`, `"tfsCollection":"c"`,
		`"prHideFilter":"wip"`, `"refSpecCustom":"+a:b"`} {
		if !strings.Contains(shown, part) {
			t.Errorf("%s is not in %s", part, shown)
		}
	}
	if list := send(t, s, "GET", integrations, "").body; !strings.Contains(list, `"showAllTags":false`) {
		t.Errorf("with a tags filter not all tags are shown: %s", list)
	}
}

func TestSecretsAreNeverAnswered(t *testing.T) {
	s := start(t, Options{})
	body := `{"type":"GITHUB","username":"canary","password":"canary","pat":"canary","limitGitData":true}`
	texts := []string{
		send(t, s, "POST", integrations, body).body,
		send(t, s, "PUT", integrations+"/1", body).body,
		send(t, s, "GET", integrations+"/1", "").body,
		send(t, s, "GET", integrations, "").body,
		send(t, s, "GET", "/", "").body,
		send(t, s, "POST", integrations, `{"pat":"canary"`).body,
		send(t, s, "POST", integrations, `{"pat":["canary"]}`).body,
		send(t, s, "POST", integrations, `{"type":"GERRIT","pat":"canary"}`).body,
	}
	for i, text := range texts {
		for _, hidden := range []string{"canary", "limitGitData", `"password"`, `"username"`} {
			if strings.Contains(text, hidden) {
				t.Errorf("answer %d shows %s: %s", i, hidden, text)
			}
		}
	}
	if got := s.Integrations()[0]; got.PAT != "canary" || got.Password != "canary" || got.Username != "canary" {
		t.Error("the secrets were not kept")
	}
}

func TestBlankNamesAndOriginsAreMadeByTheServer(t *testing.T) {
	s := start(t, Options{})
	for body, want := range map[string][2]string{
		`{"type":"GITHUB"}`:                                                     {"https://api.github.com", "https://github.com/*"},
		`{"type":"GITLAB","displayName":"  "}`:                                  {"https://gitlab.com", "https://gitlab.com/*"},
		`{"type":"AZURE","displayName":null,"origin":""}`:                       {"https://dev.azure.com", "https://dev.azure.com/*"},
		`{"type":"AWS","awsRegion":"eu-west-1"}`:                                {"https://git-codecommit.eu-west-1.amazonaws.com", "https://git-codecommit.eu-west-1.amazonaws.com/*"},
		`{"type":"VSTS"}`:                                                       {"https://app.vssps.visualstudio.com", "https://app.vssps.visualstudio.com/*"},
		`{"type":"GERRIT","origin":"https://g.example.org/"}`:                   {"https://g.example.org/", "https://g.example.org/*"},
		`{"type":"FILESPACE","origin":"/srv/git/*","folderDepth":1}`:            {"/srv/git/*", "/srv/git/*"},
		`{"type":"GITHUB","origin":"https://api.github.com","displayName":"N"}`: {"https://api.github.com", "N"},
	} {
		if got := stored(t, s, body); got.Origin != want[0] || got.DisplayName != want[1] {
			t.Errorf("%s: got %q %q, want %q", body, got.Origin, got.DisplayName, want)
		}
	}
}

func TestUpdateChangesOnlyWhatIsThere(t *testing.T) {
	s := start(t, Options{})
	before := stored(t, s, `{"type":"GITLAB","displayName":"N","pat":"old","projectMappingIds":[10000,10001],"tagsFilter":"v"}`)
	send(t, s, "PUT", integrations+"/1", `{"pat":"new","projectMappingIds":[10100],"tagsFilter":"","refSpecNotes":null,"type":"GERRIT","other":1}`)
	want := before
	want.PAT, want.ProjectMappingIDs, want.TagsFilter = "new", []int64{10100}, ""
	if diff := cmp.Diff([]Integration{want}, s.Integrations()); diff != "" {
		t.Errorf("after the update (-want +got):\n%s", diff)
	}
	if !cmp.Equal(before.ProjectMappingIDs, []int64{10000, 10001}) {
		t.Errorf("the update wrote into an earlier snapshot: %v", before.ProjectMappingIDs)
	}

	refused := send(t, s, "PUT", integrations+"/1", `{"displayName":"X","projectMappingIds":[1]}`)
	wantBody(t, refused, `{"success":false,"error":"Project with id=1 does not exist","advice":"Please use ids of existing Jira projects."}`)
	if diff := cmp.Diff([]Integration{want}, s.Integrations()); diff != "" {
		t.Errorf("a refused update changed something (-want +got):\n%s", diff)
	}

	send(t, s, "PUT", integrations+"/1", `{"displayName":"","global":true}`)
	if got := s.Integrations()[0]; got.DisplayName != "https://gitlab.com/*" || len(got.ProjectMappingIDs) != 0 {
		t.Errorf("got %q for %v, want the server's name for all projects", got.DisplayName, got.ProjectMappingIDs)
	}
}

func TestTheListHoldsAllByID(t *testing.T) {
	s := start(t, Options{})
	for range 3 {
		mustAdd(t, s, github)
	}
	var answer struct {
		Success      bool
		Integrations []struct{ ID int64 }
	}
	if err := json.Unmarshal([]byte(send(t, s, "GET", integrations, "").body), &answer); err != nil {
		t.Fatal(err)
	}
	if got := answer.Integrations; !answer.Success || len(got) != 3 || got[0].ID != 1 || got[1].ID != 2 || got[2].ID != 3 {
		t.Errorf("got %+v, want 1, 2, 3", answer)
	}
}

func TestDisableCallEnablesToo(t *testing.T) {
	s := start(t, Options{})
	mustAdd(t, s, github)
	for _, want := range []bool{true, false} {
		send(t, s, "PUT", repositories+"/1/disable?disable="+map[bool]string{true: "true", false: "false"}[want], "")
		if got := s.Integrations()[0].Disabled; got != want {
			t.Errorf("disabled is %v, want %v", got, want)
		}
	}
	wantBody(t, send(t, s, "PUT", repositories+"/1/disable", ""),
		`{"success":false,"error":"Parameter 'disable' is required","advice":"Please use disable=true or disable=false."}`)
}

func TestTheSamePostTwiceMakesTwo(t *testing.T) {
	s := start(t, Options{})
	mustAdd(t, s, github)
	mustAdd(t, s, github)
	send(t, s, "DELETE", integrations+"/2", "")
	mustAdd(t, s, github)
	var ids []int64
	for _, in := range s.Integrations() {
		ids = append(ids, in.ID)
	}
	if !cmp.Equal(ids, []int64{1, 3}) {
		t.Errorf("ids %v, want 1 and 3: no duplicate check, and no id twice", ids)
	}
}

func TestJirasOwnCalls(t *testing.T) {
	s := start(t, Options{BasePath: "/jira", Projects: []Project{{7, "K", "Name"}}})
	wantBody(t, send(t, s, "GET", "/jira/rest/api/2/myself", ""),
		`{"key":"admin","name":"admin","displayName":"Sandbox user admin","active":true}`)
	wantBody(t, send(t, s, "GET", "/jira/rest/api/2/project", ""), `[{"id":"7","key":"K","name":"Name"}]`)
	for want, s := range map[string]*Server{
		"http://jira.example.org/jira": s,
		"https://fixed.example.org/j":  start(t, Options{BasePath: "/jira", BaseURL: "https://fixed.example.org/j/"}),
	} {
		var info struct{ BaseURL, Version, DeploymentType string }
		if err := json.Unmarshal([]byte(send(t, s, "GET", "/jira/rest/api/2/serverInfo", "").body), &info); err != nil {
			t.Fatal(err)
		}
		if info.BaseURL != want || info.Version != "9.12.4" || info.DeploymentType != "Server" {
			t.Errorf("got %+v, want the base URL %s", info, want)
		}
	}
	encrypted := send(t, s, "GET", "/jira/rest/api/2/serverInfo", "", func(r *http.Request) { r.URL.Scheme = "https" })
	if !strings.Contains(encrypted.body, `"baseUrl":"https://jira.example.org/jira"`) {
		t.Errorf("over https: %s", encrypted.body)
	}
	basic := send(t, s, "GET", "/jira/rest/api/2/myself", "", func(r *http.Request) { r.SetBasicAuth("jo", "x") })
	if !strings.Contains(basic.body, `"name":"jo"`) {
		t.Errorf("who am I: %s, want jo", basic.body)
	}
}
