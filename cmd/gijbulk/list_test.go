package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"gijbulk/importer/gij"
	"gijbulk/schema"
)

// listServer answers the reads of a list, without a network.
type listServer map[string]string

func (s listServer) RoundTrip(r *http.Request) (*http.Response, error) {
	path := r.URL.Path
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(s[path]))}, nil
}

// newListServer has so many integrations, each for two projects and with one nested repository.
func newListServer(n int) listServer {
	var integrations, repositories strings.Builder
	for i := range n {
		if i > 0 {
			integrations.WriteByte(',')
			repositories.WriteByte(',')
		}
		fmt.Fprintf(&integrations, `{"id":%d,"integrationType":"GITLAB_SERVER","displayName":"Repositories of team %d","origin":"https://gitlab%d.example.org","apiPath":"/api/v4/groups/team-%d/projects",`+
			`"initDate":%d,"lastIndexedDate":%d,"global":false,"projectMappingIds":[10000,1000%d],"sendCommitEmails":false,"smartCommitsEnabled":true,"tagsFilter":"","disableSslVerification":false,"disabled":false}`,
			i+1, i, i%50, i, 1700000000000+i, 1760000000000+i, i%2)
		fmt.Fprintf(&repositories, `{"id":%d,"trackedFolderId":%d,"displayName":"team/r%d","origin":"https://gitlab%d.example.org/team/r%d.git","global":false,"projectMappingIds":[10000]}`, n+i+1, i+1, i, i%50, i)
	}
	return listServer{
		"/rest/gitplugin/1.0/integration": `{"success":true,"integrations":[` + integrations.String() + `]}`,
		"/rest/gitplugin/1.0/repository":  `{"success":true,"repositories":[` + repositories.String() + `]}`,
		"/rest/api/2/project":             `[{"id":"10000","key":"ACME"},{"id":"10001","key":"WEB"}]`,
	}
}

// list runs gijbulk list against the server.
func (s listServer) list(t testing.TB, out io.Writer, args ...string) {
	var complaints strings.Builder
	env := map[string]string{"JIRA_URL": "https://jira.example.org", "JIRA_TOKEN": "the-token-of-jira"}
	code := run(t.Context(), context.WithoutCancel(t.Context()), append([]string{"list", "--rate", "0", "--quiet"}, args...), process{
		stdin: strings.NewReader(""), stdout: out, stderr: &complaints, now: time.Now, transport: s,
		lookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok }})
	if code != exitDone {
		t.Fatalf("exit code %d: %s", code, complaints.String())
	}
}

// TestListNamesAllRecords: none of many is lost, and each has its projects and its nested repository.
func TestListNamesAllRecords(t *testing.T) {
	var out strings.Builder
	newListServer(300).list(t, &out, "--output", "json")
	if n := strings.Count(out.String(), "\n"); n != 300 {
		t.Errorf("%d lines", n)
	}
	for _, want := range []string{`"projects":["ACME","WEB"]`, `"nested":1,"lastIndexed":"2025-10-09T08:53:20Z"`} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%s is missing", want)
		}
	}
}

// BenchmarkList lists 10,000 integrations, and reports how many times as long that takes as reading and
// decoding the answers alone.
func BenchmarkList(b *testing.B) {
	server := newListServer(10_000)
	for _, output := range []string{outputText, outputJSON, outputCSV} {
		b.Run(output, func(b *testing.B) {
			var decoding time.Duration
			for b.Loop() {
				server.list(b, io.Discard, "--output", output)
				b.StopTimer()
				decoding += server.decode(b)
				b.StartTimer()
			}
			b.ReportMetric(float64(b.Elapsed())/float64(decoding), "x-decoding")
		})
	}
}

// decode measures the client alone.
func (s listServer) decode(b *testing.B) time.Duration {
	start := time.Now()
	client, err := gij.New(gij.Config{BaseURL: "https://jira.example.org", Token: "t", Base: s})
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	records, _, err := client.Read(b.Context(), nil, schema.KindIntegration, schema.KindRepository)
	if err != nil || len(records) != 10_000 {
		b.Fatalf("%d records, %v", len(records), err)
	}
	return time.Since(start)
}
