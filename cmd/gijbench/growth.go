package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// growth measures validate, audit and import from 1,000 records up to as many as the others
// have, and an import of five times as many.
func (b bench) growth() error {
	start, _, err := inTurn(b.rounds, func() (usage, error) { return measure(b.gijbulk, "version") },
		func() (usage, error) { return usage{}, nil }, func(a, b usage) int { return int(a.wall - b.wall) })
	if err != nil {
		return err
	}
	return errors.Join(
		b.grows("validate", "CSV rows", start, b.rows, func(n int) (func() (usage, error), func(), error) {
			file := filepath.Join(b.dir, "growth.csv")
			err := writeCSV(file, n, benchPat)
			return func() (usage, error) { return measure(b.gijbulk, "validate", file) }, func() {}, err
		}),
		b.grows("audit", "records and as many live ones", start, b.audited, func(n int) (func() (usage, error), func(), error) {
			b.audited = n
			a, err := b.auditing()
			return a.run, a.close, err
		}),
		b.grows("import", "records with the journal", start, 5*b.records, func(n int) (func() (usage, error), func(), error) {
			b.records = n
			run, err := b.imports("")
			return func() (usage, error) {
				p, err := run("")()
				return p.usage, err
			}, func() {}, err
		}))
}

// grows tells what a million would take at the pace of each size, the start left aside,
// and the memory. A line that stays straight says the same at each.
func (b bench) grows(command, what string, start usage, most int, prepare func(n int) (run func() (usage, error), done func(), err error)) error {
	var figures []string
	for n := 1000; n <= most; n *= 10 {
		run, done, err := prepare(n)
		if err != nil {
			return err
		}
		used, _, err := inTurn(b.rounds, run, func() (usage, error) { return usage{}, nil }, func(a, b usage) int { return int(a.wall - b.wall) })
		done()
		if err != nil {
			return err
		}
		figures = append(figures, fmt.Sprintf("%.2f s at %d (%.0f MB)", (used.wall-start.wall).Seconds()*1e6/float64(n), n, megabytes(used.memory)))
	}
	b.tell("%s, seconds for each million %s, the start of %d ms left aside: %s", command, what, start.wall/time.Millisecond, strings.Join(figures, ", "))
	return nil
}
