// Command gijbench measures gijbulk against the plainest program that could do a part
// of the same work, in the same run and on the same data, and prints the ratios.
// Machines differ and are shared, so absolute figures mean little; nothing here is
// asserted.
//
// Each measured program is a process of its own, so that peak memory is its own too.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("gijbench: ")
	var b bench
	flag.StringVar(&b.gijbulk, "gijbulk", "bin/gijbulk", "the gijbulk to measure")
	flag.IntVar(&b.rows, "rows", 1_000_000, "rows of the CSV file to validate, lines of JSON Lines, and ten times the records of YAML")
	flag.IntVar(&b.records, "records", 20_000, "records to import")
	flag.IntVar(&b.audited, "audited", 100_000, "records to audit, and live ones")
	flag.IntVar(&b.outcomes, "outcomes", 100_000, "outcomes to report")
	flag.IntVar(&b.workers, "workers", 16, "writes at once")
	flag.IntVar(&b.rounds, "rounds", 5, "how often each is measured; the median counts")
	flag.StringVar(&b.only, "only", "", "the one part to measure: "+partNames()+" (default: all)")
	flag.StringVar(&b.readme, "readme", "", "put the figures into this `FILE`")
	child := flag.String("child", "", "run as a measured baseline (used by gijbench itself)")
	flag.Parse()
	if err := run(b, *child, flag.Args()); err != nil {
		log.Fatal(err)
	}
}

func run(b bench, child string, args []string) error {
	switch child {
	case "nothing":
		return nil
	case "run":
		return runMeasured(args[0], args[1:])
	case "csv":
		return bareCSV(args[0])
	case "jsonl":
		return bareJSONL(args[0])
	case "yaml":
		return bareYAML(args[0])
	case "http":
		return bareHTTP(args[0], args[1], b.workers)
	case "listing":
		return bareListing(args[0])
	case "decode":
		return bareDecode(args[0], args[1])
	case "report":
		return writeReports(args[0], args[1], args[2])
	case "encode":
		return encodeOutcomes(args[0], args[1], args[2])
	}
	dir, err := os.MkdirTemp("", "gijbench")
	if err != nil {
		return err
	}
	b.dir, b.told = dir, new([]string)
	if err := errors.Join(os.Setenv("XDG_STATE_HOME", dir), b.measureParts(), os.RemoveAll(dir)); err != nil {
		return err
	}
	return b.document()
}

// part is something to measure.
type part struct {
	name    string
	measure func(bench) error
}

func parts() []part {
	return []part{
		{"start", bench.start},
		{"validate", bench.validate},
		{"growth", bench.growth},
		{"import", bench.importing},
		{"audit", bench.audit},
		{"pacing", bench.pacing},
		{"convert", bench.convert},
		{"reports", bench.reports},
	}
}

func partNames() string {
	var names []string
	for _, p := range parts() {
		names = append(names, p.name)
	}
	return strings.Join(names, ", ")
}

// measureParts measures one part, or all.
func (b bench) measureParts() error {
	var failed error
	for _, p := range parts() {
		if b.only == "" || b.only == p.name {
			failed = errors.Join(failed, p.measure(b))
		}
	}
	return failed
}

type bench struct {
	gijbulk, dir, only string
	readme             string
	told               *[]string
	rows, records      int
	audited, outcomes  int
	workers, rounds    int
}

// usage is what a process used.
type usage struct {
	wall   time.Duration
	memory int64 // peak, in bytes
}

// measure runs a program and tells what it used. It is started by a small process of its
// own: Linux counts what the parent held when it started a program as the program's.
func measure(name string, args ...string) (usage, error) {
	me, err := os.Executable()
	if err != nil {
		return usage{}, err
	}
	cmd := exec.Command(me, append([]string{"-child", "run", name}, args...)...)
	var said, used bytes.Buffer
	cmd.Stdout, cmd.Stderr = &used, &said
	cmd.Env = append(os.Environ(), "JIRA_TOKEN=bench")
	if err := cmd.Run(); err != nil {
		return usage{}, fmt.Errorf("%s %v: %w\n%s", filepath.Base(name), args, err, said.Bytes())
	}
	var u usage
	_, err = fmt.Sscan(used.String(), &u.wall, &u.memory)
	return u, err
}

// runMeasured is that small process.
func runMeasured(name string, args []string) error {
	cmd := exec.Command(name, args...)
	cmd.Stderr = os.Stderr
	started := time.Now()
	if err := cmd.Run(); err != nil {
		return err
	}
	_, err := fmt.Println(int64(time.Since(started)), peakMemory(cmd.ProcessState))
	return err
}

// self runs this program as a baseline.
func (b bench) self(child string, args ...string) (usage, error) {
	me, err := os.Executable()
	if err != nil {
		return usage{}, err
	}
	return measure(me, append([]string{"-workers", fmt.Sprint(b.workers), "-child", child}, args...)...)
}

func megabytes(bytes int64) float64 { return float64(bytes) / 1e6 }
