package journal

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"gijbulk/schema"
)

// State is what the journal knows about a run's end.
type State string

// The states. The journal cannot tell a run that is going on from one that died without
// a word: both have no end and count as running. [Busy] tells whether any run is alive
// on the target; where none is, it died.
const (
	StateRunning     State = "running"     // no end was kept
	StateFinished    State = "finished"    // it ended by itself
	StateInterrupted State = "interrupted" // it was stopped, and said so
)

// Entry is a run in the list of all.
type Entry struct {
	ID      string
	Command string
	Target  string    // base URL
	Started time.Time // UTC
	Ended   time.Time // UTC; zero while it runs
	State   State
	Counts  map[schema.Status]int // of its actions; statuses that none has are left out
}

// Runs lists all runs, the newest first.
func (j *Journal) Runs(ctx context.Context) ([]Entry, error) {
	entries, err := j.runs(ctx)
	if err != nil {
		return nil, j.trouble("list the runs", err)
	}
	return entries, nil
}

func (j *Journal) runs(ctx context.Context) ([]Entry, error) {
	tx, err := j.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	rows, err := tx.QueryContext(ctx, `SELECT seq, id, command, base_url, started, ended, complete, counts FROM runs
		ORDER BY started DESC, seq DESC`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var entries []Entry
	open := make(map[int]int64) // the numbers in the file of those without an end, by index
	for rows.Next() {
		var seq int64
		var e Entry
		var started, ended *int64
		var complete bool
		var counts []byte
		if err := rows.Scan(&seq, &e.ID, &e.Command, &e.Target, &started, &ended, &complete, &counts); err != nil {
			return nil, err
		}
		e.Started, e.Ended = momentOf(started), momentOf(ended)
		switch {
		case ended == nil:
			e.State = StateRunning
			open[len(entries)] = seq
		case complete:
			e.State = StateFinished
		default:
			e.State = StateInterrupted
		}
		if ended != nil {
			if err := json.Unmarshal(counts, &e.Counts); err != nil {
				return nil, err
			}
		}
		entries = append(entries, e)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	var layout int // a glance leaves an older file as it is
	if err := tx.QueryRowContext(ctx, `PRAGMA user_version`).Scan(&layout); err != nil || layout < countedLayout {
		return entries, err
	}
	for i, seq := range open {
		if entries[i].Counts, err = countRun(ctx, tx, seq); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// countRun counts the actions of a run by what became of them so far.
func countRun(ctx context.Context, db database, seq int64) (map[schema.Status]int, error) {
	var ops []schema.Op
	err := eachLine(ctx, db, func(a struct {
		Op schema.Op `json:"op"`
	}) error {
		ops = append(ops, a.Op)
		return nil
	}, plannedActions, seq)
	if err != nil {
		return nil, err
	}
	return countOutcomes(ctx, db, seq, ops)
}

// countOutcomes counts what became of a run's actions, which had these operations.
func countOutcomes(ctx context.Context, db database, seq int64, ops []schema.Op) (map[schema.Status]int, error) {
	all, err := replay(ctx, db, seq, len(ops))
	if err != nil {
		return nil, err
	}
	counts := make(map[schema.Status]int)
	for n, p := range all {
		counts[p.status(ops[n])]++
	}
	return counts, nil
}
