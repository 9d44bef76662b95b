package main

import (
	"os"
	"strconv"
	"strings"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/rogpeppe/go-internal/testscript"
)

// metric reads a metrics file as Prometheus does, and holds one value of it to what is
// wanted. Labels are named by their values, without the command's and the target's.
func metric(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: metric FILE NAME[{LABEL,…}] VALUE")
	}
	file, err := os.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	defer file.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(file)
	ts.Check(err)
	name, labels, _ := strings.Cut(strings.TrimSuffix(args[1], "}"), "{")
	want, err := strconv.ParseFloat(args[2], 64)
	ts.Check(err)
	for _, m := range families["gijbulk_run_"+name].GetMetric() {
		var values []string
		for _, l := range m.GetLabel() {
			if l.GetName() != "command" && l.GetName() != "target" {
				values = append(values, l.GetValue())
			}
		}
		if strings.Join(values, ",") != labels {
			continue
		}
		if got := m.GetGauge().GetValue(); got != want {
			ts.Fatalf("%s is %v, want %v", args[1], got, want)
		}
		return
	}
	ts.Fatalf("%s has no %s", args[0], args[1])
}
