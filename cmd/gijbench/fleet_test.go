package main

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gijbulk/importer/sandbox"
)

// BenchmarkFleet compares an import into 20 Jiras at once, at 10 requests a second each, with that into one of them
// alone. That is measured once: it does little but wait for its pace.
func BenchmarkFleet(b *testing.B) {
	const records, targets = 98, 20
	b.Run(fmt.Sprintf("import of %d records into %d targets at once, 10 requests a second each", records, targets), func(b *testing.B) {
		file := writeInput(b, "fleet.csv", func(name string) error { return writeCSV(name, records) })
		secret := writeInput(b, "secret", func(name string) error { return os.WriteFile(name, []byte("bench-token"), 0o600) })
		alone, err := importFleet(b, file, secret, records, 1)
		if err != nil {
			b.Fatal(err)
		}
		measured := inTurn(b, func() (usage, error) { return importFleet(b, file, secret, records, targets) })[0]
		b.ReportMetric(median(measured, usage.seconds), "s")
		b.ReportMetric(median(measured, usage.seconds)/alone.seconds(), "times-one-alone")
		b.ReportMetric(median(measured, usage.MB), "MB-at-most")
	})
}

// importFleet imports into so many new Jiras.
func importFleet(b *testing.B, file, secret string, records, targets int) (usage, error) {
	dir := b.TempDir()
	var config strings.Builder
	config.WriteString("state: runs.db\ntargets:\n")
	servers := make([]*sandbox.Server, targets)
	for i := range servers {
		var err error
		if servers[i], err = sandbox.New(sandbox.Options{IndexTime: time.Hour}); err != nil {
			return usage{}, err
		}
		listening := httptest.NewServer(servers[i])
		defer listening.Close()
		fmt.Fprintf(&config, "  jira-%d: {url: %q, token: %q, rate: 10}\n", i+1, listening.URL, "file:"+secret)
	}
	configuration := filepath.Join(dir, "gijbulk.yaml")
	if err := os.WriteFile(configuration, []byte(config.String()), 0o600); err != nil {
		return usage{}, err
	}
	used, err := program(b, "import", file, "--config", configuration, "--target", "all", "--targets-at-once", fmt.Sprint(targets),
		"--yes", "--quiet", "--set", "pat=file:"+secret, "--report-dir", filepath.Join(dir, "reports"))()
	for _, server := range servers {
		if n := len(server.Integrations()); n != records {
			err = errors.Join(err, fmt.Errorf("a server holds %d integrations, want %d", n, records))
		}
	}
	return used, err
}
