package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// children are what this program does in a process of its own: baselines, and starting another.
var children = map[string]func(args []string) error{
	"run":     runMeasured,
	"nothing": func([]string) error { return nil },
	"csv":     bareCSV,
	"jsonl":   bareJSONL,
	"yaml":    bareYAML,
	"http":    bareHTTP,
	"listing": bareListing,
	"decode":  bareDecode,

	"repositories": bareRepositories,
}

func TestMain(m *testing.M) {
	if len(os.Args) > 1 {
		if child := children[os.Args[1]]; child != nil {
			if err := child(os.Args[2:]); err != nil {
				log.Fatal(err)
			}
			return
		}
	}
	code := m.Run()
	if err := os.RemoveAll(buildDir()); err != nil {
		log.Fatal(err)
	}
	os.Exit(code)
}

// usage is what a process used.
type usage struct {
	wall   time.Duration
	memory int64 // peak, in bytes
}

func (u usage) seconds() float64 { return u.wall.Seconds() }
func (u usage) MB() float64      { return float64(u.memory) / 1e6 }

// measure runs a program and tells what it used. It is started by a small process of its
// own: Linux counts what the parent held when it started a program as the program's.
func measure(dir, name string, args ...string) (usage, error) {
	cmd := exec.Command(os.Args[0], append([]string{"run", name}, args...)...)
	var said, used bytes.Buffer
	cmd.Stdout, cmd.Stderr = &used, &said
	cmd.Env = append(os.Environ(), "JIRA_TOKEN=bench", "XDG_STATE_HOME="+dir)
	if err := cmd.Run(); err != nil {
		return usage{}, fmt.Errorf("%s %v: %w\n%s", filepath.Base(name), args, err, said.Bytes())
	}
	var u usage
	_, err := fmt.Sscan(used.String(), &u.wall, &u.memory)
	return u, err
}

// runMeasured is that small process.
func runMeasured(args []string) error {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stderr = os.Stderr
	started := time.Now()
	if err := cmd.Run(); err != nil {
		return err
	}
	_, err := fmt.Println(int64(time.Since(started)), peakMemory(cmd.ProcessState))
	return err
}

// gijbulk builds the program as `make build` does, once.
var gijbulk = sync.OnceValues(func() (string, error) {
	name := filepath.Join(buildDir(), "gijbulk")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", name, "gijbulk/cmd/gijbulk")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return name, nil
})

// buildDir is this process's own, and removed at its end.
func buildDir() string { return filepath.Join(os.TempDir(), fmt.Sprint("gijbench-", os.Getpid())) }

// program is gijbulk with these arguments, ready to be measured.
func program(b *testing.B, args ...string) func() (usage, error) {
	b.Helper()
	name, err := gijbulk()
	if err != nil {
		b.Fatal(err)
	}
	dir := b.TempDir()
	return func() (usage, error) { return measure(dir, name, args...) }
}

// baseline is one of the children, ready to be measured.
func baseline(child string, args ...string) func() (usage, error) {
	return func() (usage, error) { return measure("", os.Args[0], append([]string{child}, args...)...) }
}

// inTurn measures programs in turn, so that what else the machine does disturbs all alike, and
// gives for each what it came to in each round.
func inTurn[T any](b *testing.B, programs ...func() (T, error)) [][]T {
	measured := make([][]T, len(programs))
	for b.Loop() {
		for i, program := range programs {
			v, err := program()
			if err != nil {
				b.Fatal(err)
			}
			measured[i] = append(measured[i], v)
		}
	}
	b.ReportMetric(0, "ns/op") // it is that of all together
	return measured
}

func median[T any](values []T, of func(T) float64) float64 {
	var found []float64
	for _, v := range values {
		found = append(found, of(v))
	}
	slices.Sort(found)
	return found[len(found)/2]
}

// ratio is the median of the ratios of each round: from one to the next the machine may have
// become faster or slower.
func ratio[T any](values, base []T, of, ofBase func(T) float64) float64 {
	var found []float64
	for i, v := range values {
		found = append(found, of(v)/ofBase(base[i]))
	}
	slices.Sort(found)
	return found[len(found)/2]
}

// compare reports the time and the memory of a program, and its time as times that of a
// baseline.
func compare(b *testing.B, records int, name string, ours, bare func() (usage, error)) {
	b.Helper()
	measured := inTurn(b, ours, bare)
	b.ReportMetric(median(measured[0], usage.seconds), "s")
	b.ReportMetric(median(measured[0], usage.MB), "MB-at-most")
	b.ReportMetric(median(measured[1], usage.MB), "MB-at-most-for-"+name)
	b.ReportMetric(median(measured[0], usage.seconds)*1e6/float64(records), "µs-a-record")
	b.ReportMetric(ratio(measured[0], measured[1], usage.seconds, usage.seconds), "times-"+name)
}

// writeInput makes an input file of a benchmark.
func writeInput(b *testing.B, name string, write func(name string) error) string {
	b.Helper()
	name = filepath.Join(b.TempDir(), name)
	if err := write(name); err != nil {
		b.Fatal(err)
	}
	return name
}
