// Command gijbench runs the benchmarks of gijbulk and writes their figures as the table of
// its README. Machines differ and are shared, so absolute figures mean little: most are
// ratios to a baseline, the plainest program that could do a part of the same work, measured
// in turn with it. Nothing here is asserted.
//
// The benchmarks of whole commands are in the tests of this package, because none of gijbulk's
// own packages is all that they measure; each command and baseline is a process, so that its
// peak memory is its own. The others are in the tests of the package that they measure.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/exec"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("gijbench: ")
	rounds := flag.Int("rounds", 5, "how often each is measured; the median counts")
	only := flag.String("bench", ".", "the benchmarks to run, as for go test")
	readme := flag.String("readme", "", "put the figures into this `FILE`, if all were measured")
	flag.Parse()
	if err := run(*rounds, *only, *readme); err != nil {
		log.Fatal(err)
	}
}

func run(rounds int, only, readme string) error {
	found, err := goTest("-run", "^$", "-bench", only, "-benchtime", fmt.Sprint(rounds, "x"), "-timeout", "1h", "gijbulk/cmd/gijbench", "gijbulk/reports")
	if err != nil || only != "." {
		return err
	}
	paced, err := goTest("-count", "1", "-v", "-run", "^TestPacing$", "gijbulk/importer/gij") // its time is virtual
	if err != nil || readme == "" {
		return err
	}
	return document(readme, append(found, paced...))
}

func goTest(args ...string) ([]figure, error) {
	var out bytes.Buffer
	cmd := exec.Command("go", append([]string{"test"}, args...)...)
	cmd.Stdout, cmd.Stderr = io.MultiWriter(os.Stdout, &out), os.Stderr
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("go test: %w", err)
	}
	return figures(out.String()), nil
}
