package main

import (
	"testing"
	"time"

	"github.com/spf13/cobra"
)

// TestRecordedTimeout: the server may work on a request as long as the longest time limit that any
// process of a run had.
func TestRecordedTimeout(t *testing.T) {
	a := &app{command: new(cobra.Command)}
	a.command.Flags().Duration("timeout", 2*time.Minute, "")
	for _, tt := range []struct {
		options string
		want    time.Duration
	}{
		{`{}`, 2 * time.Minute},
		{`{"flags":{"timeout":"1s"}}`, time.Second},
		{`{"flags":{"timeout":"1s"},"timeout":600000000000}`, 10 * time.Minute},
		{`{"flags":{"timeout":"1h"},"timeout":600000000000}`, time.Hour},
	} {
		o, err := readOptions("r", []byte(tt.options))
		if got := a.recordedTimeout(o); err != nil || got != tt.want {
			t.Errorf("%s: %v (%v), want %v", tt.options, got, err, tt.want)
		}
	}
}
