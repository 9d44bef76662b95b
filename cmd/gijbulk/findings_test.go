package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"gijbulk/reports"
)

// TestBrokenSampleShowsWhatIsChecked: the broken manifest has more than two dozen kinds
// of mistakes, and each is told with its place, its field, its code and what to do.
func TestBrokenSampleShowsWhatIsChecked(t *testing.T) {
	var out bytes.Buffer
	ctx := t.Context()
	code := run(ctx, context.WithoutCancel(ctx), []string{"validate", "--output", "json", "../../samples/broken.csv"}, process{
		stdin: strings.NewReader(""), stdout: &out, stderr: &out, now: time.Now, lookupEnv: os.LookupEnv})
	if code != exitManifest {
		t.Errorf("exit code %d", code)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	codes := make(map[string]bool)
	for _, line := range lines[:len(lines)-1] {
		var f reports.FindingInfo
		if err := json.Unmarshal([]byte(line), &f); err != nil {
			t.Fatal(err)
		}
		codes[string(f.Code)] = true
		if f.File == "" || f.Line < 1 || f.Column < 1 || f.Field == "" || f.Message == "" || f.Advice == "" {
			t.Errorf("half a finding: %s", line)
		}
	}
	if len(codes) < 24 {
		t.Errorf("%d kinds of findings", len(codes))
	}
	if summary := lines[len(lines)-1]; !strings.HasPrefix(summary, `{"summary":{"records":37,`) {
		t.Errorf("the last line is %s", summary)
	}
}
