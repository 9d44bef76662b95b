package main

import (
	"os"
)

// starts is how often a start is measured: it is short, and what disturbs it is not.
const starts = 20

// start holds `gijbulk version` against a Go program that does nothing, and tells how
// large the program is.
func (b bench) start() error {
	ours, bare, err := inTurn(starts,
		func() (usage, error) { return measure(b.gijbulk, "version") },
		func() (usage, error) { return b.self("nothing") },
		func(a, b usage) int { return int(a.wall - b.wall) })
	if err != nil {
		return err
	}
	program, err := os.Stat(b.gijbulk)
	if err != nil {
		return err
	}
	b.tell("start-up (version): %.1f ms, median of %d (goal: under 30), %.2f times a program that does nothing (%.1f ms); the program has %.1f MB (goal: under 30)",
		ours.wall.Seconds()*1000, starts, ours.wall.Seconds()/bare.wall.Seconds(), bare.wall.Seconds()*1000, megabytes(program.Size()))
	return nil
}
