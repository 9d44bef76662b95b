package main

import (
	"os"
	"testing"

	"golang.org/x/sync/errgroup"

	"gijbulk/importer/journal/postgrestest"
)

// TestEveryStep interrupts a sync whose state is in PostgreSQL at each of its steps: the statements that it sends,
// the answers that it gets, and its requests to Jira. Then it is resumed, after which each record is on the server once,
// as wanted, the report says so, and another sync has nothing to do. `make chaos` interrupts it in each way at each step
// (GIJBULK_CHAOS_KILLS), `make test` at some of them.
func TestEveryStep(t *testing.T) {
	shared := postgrestest.Start(t)
	whole, err := newSteppedSync(t, shared)
	if err != nil {
		t.Fatal(err)
	}
	steps, err := whole.interruptAt(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, way := range []struct {
		name         string
		strike       func(*steppedSync)
		first, every int // of the steps, in `make test`
		ownDatabase  bool
	}{
		{"the process is killed", (*steppedSync).killProcess, 1, 13, false},
		{"the connection is cut", (*steppedSync).cutConnections, 8, 13, false},
		{"the database is killed", (*steppedSync).killDatabase, 60, 61, true},
	} {
		t.Run(way.name, func(t *testing.T) {
			database, atOnce := shared, 8 // most of the time they wait
			if way.ownDatabase {
				database, atOnce = postgrestest.Start(t), 1
			}
			if os.Getenv("GIJBULK_CHAOS_KILLS") != "" {
				way.first, way.every = 1, 1
			}
			var pool errgroup.Group
			pool.SetLimit(atOnce)
			for step := way.first; step <= steps; step += way.every {
				pool.Go(func() error {
					s, err := newSteppedSync(t, database)
					if err == nil {
						_, err = s.interruptAt(step, way.strike)
					}
					if err != nil {
						t.Errorf("step %d of %d: %v", step, steps, err)
					}
					return nil
				})
			}
			_ = pool.Wait() // always nil
		})
	}
}
