package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gijbulk/importer/sandbox"
)

// BenchmarkAudit compares `gijbulk audit` of as many records as are live with a program that
// does nothing but decode the two inputs. Nothing differs, as on most nights; the manifest
// leaves the secrets out, which only a state file could judge.
func BenchmarkAudit(b *testing.B) {
	for _, records := range []int{1_000, 100_000} {
		b.Run(fmt.Sprint(records, " records against as many live ones"), func(b *testing.B) {
			manifest := writeInput(b, "audit.csv", func(name string) error { return writeCSVWith(name, records, "") })
			server, err := sandbox.New(sandbox.Options{IndexTime: time.Hour})
			if err != nil {
				b.Fatal(err)
			}
			live, err := populate(server, records)
			if err != nil {
				b.Fatal(err)
			}
			list := writeInput(b, "list.json", func(name string) error { return os.WriteFile(name, live, 0o600) })
			url := listen(b, encodedAt(addPath, live, server))
			audit := program(b, "audit", manifest, "--jira", url, "--rate", "0", "--quiet", "--state", filepath.Join(b.TempDir(), "audit.db"))
			compare(b, records, "decoding-the-two-inputs", audit, baseline("decode", manifest, list))
		})
	}
}

// encodedAt answers the list at a path as it was encoded once: what a server takes to encode it is not ours.
func encodedAt(path string, list []byte, server http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == path {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(list)
			return
		}
		server.ServeHTTP(w, r)
	}
}

// listen gives the URL of a server that ends with the benchmark.
func listen(b *testing.B, server http.Handler) string {
	listening := httptest.NewServer(server)
	b.Cleanup(listening.Close)
	return listening.URL
}

// populate makes the records of writeCSV on a server, and gives its list of them.
func populate(server *sandbox.Server, records int) ([]byte, error) {
	client := &http.Client{Transport: server.RoundTripper()}
	for i := range records {
		body := fmt.Sprintf(`{"type":"GITLAB_SERVER","displayName":"Repositories of team %d","origin":"https://gitlab%d.example.org","pat":"x",`+
			`"apiPath":"/api/v4/groups/team-%d/projects","sendCommitEmails":false,"global":false,"projectMappingIds":[10000,1000%d],"tagsFilter":"^v\\d+\\..*$"}`,
			i, i%50, i, i%2)
		if err := post(client, "http://sandbox.invalid", []byte(body)); err != nil {
			return nil, err
		}
	}
	request, err := http.NewRequest(http.MethodGet, "http://sandbox.invalid"+addPath, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer bench")
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return io.ReadAll(response.Body)
}

// liveRow is what the bare reader binds an integration of the list to.
type liveRow struct {
	ID                int64   `json:"id"`
	IntegrationType   string  `json:"integrationType"`
	Origin            string  `json:"origin"`
	DisplayName       string  `json:"displayName"`
	APIPath           string  `json:"apiPath"`
	TagsFilter        string  `json:"tagsFilter"`
	SendCommitEmails  bool    `json:"sendCommitEmails"`
	Global            bool    `json:"global"`
	ProjectMappingIDs []int64 `json:"projectMappingIds"`
}

// bareDecode decodes a manifest and a live list, and keeps what it decoded.
func bareDecode(args []string) error {
	rows, err := bareRows(args[0])
	if err != nil {
		return err
	}
	file, err := os.Open(args[1])
	if err != nil {
		return err
	}
	defer file.Close()
	var answer struct {
		Integrations []liveRow `json:"integrations"`
	}
	if err := json.NewDecoder(bufio.NewReader(file)).Decode(&answer); err != nil {
		return err
	}
	if len(rows) != len(answer.Integrations) || !strings.HasPrefix(answer.Integrations[0].DisplayName, "Repositories") {
		return fmt.Errorf("%d rows, %d live", len(rows), len(answer.Integrations))
	}
	return nil
}
