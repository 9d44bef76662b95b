package sandbox_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"gijbulk/importer/sandbox"
)

// A client reaches the sandbox without a socket. The second write is lost after the work was done.
func Example() {
	faults, err := sandbox.ParseFaults("drop-after=#2")
	if err != nil {
		fmt.Println(err)
		return
	}
	server, err := sandbox.New(sandbox.Options{Token: "token", Faults: faults})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()

	client := http.Client{Transport: server.RoundTripper()}
	for _, name := range []string{"Acme", "Globex"} {
		body := strings.NewReader(`{"type": "GITHUB", "displayName": "` + name + `", "global": true}`)
		r, err := http.NewRequest("POST", "http://jira.example.org/rest/gitplugin/1.0/integration", body)
		if err != nil {
			fmt.Println(err)
			return
		}
		r.Header.Set("Authorization", "Bearer token")
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("X-Atlassian-Token", "no-check")
		response, err := client.Do(r)
		if err != nil {
			fmt.Println(err)
			continue
		}
		answer, _ := io.ReadAll(response.Body)
		response.Body.Close()
		fmt.Printf("%d %.40s…\n", response.StatusCode, answer)
	}
	for _, in := range server.Integrations() {
		fmt.Println(in.ID, in.DisplayName)
	}
	// Output:
	// 200 {"success":"true","integration":{"id":1,…
	// Post "http://jira.example.org/rest/gitplugin/1.0/integration": read tcp: read: connection reset by peer
	// 1 Acme
	// 2 Globex
}
