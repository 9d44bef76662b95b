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
	"time"

	"gijbulk/importer/sandbox"
)

// audit holds `gijbulk audit` of as many records as are live against a program that does
// nothing but decode the two inputs. Nothing differs, as on most nights; the manifest
// leaves the secrets out, which only a state file could judge.
func (b bench) audit() error {
	a, err := b.auditing()
	if err != nil {
		return err
	}
	defer a.close()
	ours, bare, err := inTurn(b.rounds, a.run, func() (usage, error) { return b.self("decode", a.manifest, a.list) },
		func(a, b usage) int { return int(a.wall - b.wall) })
	if err != nil {
		return err
	}
	b.tell("audit of %d records against %d live ones: %.2f s, %.2f times decoding the two inputs alone (%.2f s); peak memory %.0f MB, %.2f KB a record",
		b.audited, b.audited, ours.wall.Seconds(), ours.wall.Seconds()/bare.wall.Seconds(), bare.wall.Seconds(),
		megabytes(ours.memory), float64(ours.memory)/1000/float64(b.audited))
	return nil
}

// auditing is an audit that is ready to be run, and its two inputs.
type auditing struct {
	manifest, list string
	run            func() (usage, error)
	close          func()
}

func (b bench) auditing() (auditing, error) {
	a := auditing{manifest: filepath.Join(b.dir, "audit.csv"), list: filepath.Join(b.dir, "list.json")}
	if err := writeCSV(a.manifest, b.audited, ""); err != nil {
		return a, err
	}
	server, err := sandbox.New(sandbox.Options{IndexTime: time.Hour})
	if err != nil {
		return a, err
	}
	live, err := populate(server, b.audited)
	if err != nil {
		return a, err
	}
	if err := os.WriteFile(a.list, live, 0o600); err != nil {
		return a, err
	}
	// The list is answered as it was encoded once: what a server takes to encode it is
	// not ours.
	listening := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.Path == addPath {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(live)
			return
		}
		server.ServeHTTP(w, r)
	}))
	a.close = listening.Close
	a.run = func() (usage, error) {
		return measure(b.gijbulk, "audit", a.manifest, "--jira", listening.URL, "--rate", "0", "--quiet", "--state", filepath.Join(b.dir, "audit.db"))
	}
	return a, nil
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
func bareDecode(manifest, list string) error {
	rows, err := bareRows(manifest)
	if err != nil {
		return err
	}
	file, err := os.Open(list)
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
