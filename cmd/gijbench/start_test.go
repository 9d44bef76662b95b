package main

import (
	"os"
	"testing"
)

// BenchmarkStart compares `gijbulk version` with a Go program that does nothing, and reports how
// large the program is.
func BenchmarkStart(b *testing.B) {
	ours, bare := program(b, "version"), baseline("nothing")
	measured := inTurn(b, ours, bare, ours, bare, ours, bare, ours, bare) // a start is short
	name, _ := gijbulk()
	info, err := os.Stat(name)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(median(measured[0], usage.seconds)*1000, "ms")
	b.ReportMetric(ratio(measured[0], measured[1], usage.seconds, usage.seconds), "times-a-program-that-does-nothing")
	b.ReportMetric(float64(info.Size())/1e6, "MB-program")
}
