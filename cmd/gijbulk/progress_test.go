package main

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/schema"
)

// TestProgressWithoutATerminal: one log line each ten seconds says how far the run is,
// and none comes after its end.
func TestProgressWithoutATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		a := &app{process: process{stderr: &out}, screen: newScreen(&out)}
		var err error
		a.log, err = newLogbook(a.screen, logOptions{level: "info", format: "json"}, false, func() schema.Mask { return schema.NewMask(nil, "a-secret") })
		if err != nil {
			t.Fatal(err)
		}
		p := a.startProgress(3)
		for n, s := range []schema.Status{schema.StatusUnknown, schema.StatusCreated, schema.StatusCreated} {
			p.tell(schema.Outcome{Action: schema.Action{N: n}, Status: s})
		}
		p.tell(schema.Outcome{Action: schema.Action{N: 0}, Status: schema.StatusFailed})
		time.Sleep(2*logInterval + time.Second)
		p.stop()
		time.Sleep(logInterval)
		a.log.info("said a-secret", "word", "a-secret")
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		if len(lines) != 3 || !strings.Contains(lines[1], `"done":3,"of":3,"so far":"2 created, 1 failed"`) {
			t.Errorf("lines %q", lines)
		}
		if strings.Contains(lines[2], "a-secret") {
			t.Errorf("a secret shows in %q", lines[2])
		}
	})
}
