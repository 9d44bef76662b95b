package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const (
	discoveredOrganisations = 400
	reposPerOrganisation    = 100 // as many as a page has
)

// BenchmarkDiscover compares `gijbulk discover` of organisations on a GitHub Enterprise Server, whose
// answers take a while, with the least time in which four requests at once can list them.
func BenchmarkDiscover(b *testing.B) {
	const latency, atOnce = 100 * time.Millisecond, 4
	repositories := discoveredOrganisations * reposPerOrganisation
	b.Run(fmt.Sprintf("%d repositories in %d organisations", repositories, discoveredOrganisations), func(b *testing.B) {
		host := newSlowGitHub(latency)
		args := []string{"discover", "GITHUB_SERVER", "--origin", listen(b, host), "--quiet", "--out", filepath.Join(b.TempDir(), "found.jsonl")}
		args = append(args, "--credential", "file:"+writeInput(b, "token", func(name string) error { return os.WriteFile(name, []byte("bench-token"), 0o600) }))
		for i := range discoveredOrganisations {
			args = append(args, organisation(i))
		}
		measured := inTurn(b, program(b, args...))[0]
		ideal := float64(discoveredOrganisations+1) * latency.Seconds() / atOnce
		b.ReportMetric(median(measured, usage.seconds), "s")
		b.ReportMetric(median(measured, usage.MB), "MB-at-most")
		b.ReportMetric(float64(repositories*len(host.repository("acme", 0)))/1e6, "MB-of-answers")
		b.ReportMetric(median(measured, usage.seconds)/ideal, "times-the-ideal")
	})
}

func organisation(i int) string { return fmt.Sprintf("acme-%d", i) }

// slowGitHub answers each request after a while, with all that GitHub says of a repository.
type slowGitHub struct {
	latency time.Duration
	links   string // of a repository, which discover does not need
}

func newSlowGitHub(latency time.Duration) *slowGitHub {
	var links strings.Builder
	for i := range 50 {
		fmt.Fprintf(&links, `"link_%d_url":"https://github.example.org/api/v3/repos/acme/service/%s{/sha}",`, i, strings.Repeat("path/", 8))
	}
	return &slowGitHub{latency, links.String()}
}

func (s *slowGitHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	time.Sleep(s.latency)
	owner, isList := strings.CutPrefix(r.URL.Path, "/api/v3/orgs/")
	if !isList {
		fmt.Fprint(w, `{"login":"bench"}`)
		return
	}
	owner = strings.TrimSuffix(owner, "/repos")
	all := make([]string, reposPerOrganisation)
	for i := range all {
		all[i] = s.repository(owner, i)
	}
	fmt.Fprintf(w, "[%s]", strings.Join(all, ","))
}

func (s *slowGitHub) repository(owner string, i int) string {
	return fmt.Sprintf(`{"id":%[2]d,%[3]s"name":"service-%[2]d","full_name":"%[1]s/service-%[2]d","private":true,"fork":false,"archived":false,"default_branch":"main",`+
		`"clone_url":"https://github.example.org/%[1]s/service-%[2]d.git","owner":{"login":"%[1]s","type":"Organization"}}`, owner, i, s.links)
}
