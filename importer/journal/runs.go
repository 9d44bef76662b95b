package journal

import (
	"context"
	"database/sql"
	"time"

	"gijbulk/schema"
)

// State is what the journal knows about a run's end.
type State string

// The states. A run that is running and one that was killed look the same here: neither has
// an end. [Running] and [Journal.Running] tell one from the other.
const (
	StateRunning     State = "running"     // no end was recorded
	StateFinished    State = "finished"    // it was complete
	StateInterrupted State = "interrupted" // it stopped before it was complete, and can be continued
	StateRefused     State = "refused"     // it ended before anything was to be sent, and cannot be continued

	// StateWaiting is never recorded: Running says that a run waits for another one's lock.
	StateWaiting State = "waiting"
)

func stateOf(run schema.Run) State {
	switch {
	case run.Ended.IsZero():
		return StateRunning
	case run.Complete:
		return StateFinished
	}
	return StateInterrupted
}

// RunSummary is a run in the list of all.
type RunSummary struct {
	ID      string
	Command string
	Target  string    // base URL
	Host    string    // that it ran on last
	Started time.Time // UTC
	Ended   time.Time // UTC; zero while it runs
	State   State
	Wrote   bool                  // it has sent a request that writes, or was about to
	Counts  map[schema.Status]int // of its actions; statuses that none has are left out
}

// Runs lists all runs, the last started first.
func (j *Journal) Runs(ctx context.Context) (entries []RunSummary, err error) {
	defer j.wrap(&err, "list the runs")
	tx, err := j.db.BeginTx(ctx, j.backend.snapshot())
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	var seqs []int64
	err = eachRow(ctx, tx, func(rows *sql.Rows) error {
		var seq int64
		var e RunSummary
		err := rows.Scan(&seq, &e.ID, &e.Command, &e.Target, &e.Host, (*timestamp)(&e.Started), (*timestamp)(&e.Ended), &e.State,
			document{&e.Counts}, &e.Wrote)
		entries, seqs = append(entries, e), append(seqs, seq)
		return err
	}, `SELECT seq, id, command, base_url, host, started, ended, state, counts,
			EXISTS (SELECT 1 FROM intents WHERE run = seq) FROM runs ORDER BY seq DESC`)
	if err != nil {
		return nil, err
	}
	for i := range entries {
		if e := &entries[i]; e.State == StateRunning {
			if e.Counts, err = countStatuses(ctx, tx, seqs[i]); err != nil {
				return nil, err
			}
		}
	}
	return entries, nil
}

// Running are the runs that have locked a target through this state or wait for that, on any machine, by their ids:
// those of a database. For a state file, the lock files are all that there is.
func (j *Journal) Running(ctx context.Context) (_ map[string]Holder, err error) {
	defer j.wrap(&err, "list the locks")
	return j.backend.running(ctx)
}

// countStatuses counts the actions of a run by the status that Load would give them.
func countStatuses(ctx context.Context, from queryer, run int64) (map[schema.Status]int, error) {
	counts := make(map[schema.Status]int)
	err := eachRow(ctx, from, func(rows *sql.Rows) error {
		var op schema.Op
		var status schema.Status
		var n int
		err := rows.Scan(&op, &status, &n)
		if status == "" {
			status = op.Status()
		}
		counts[status] += n
		return err
	}, `SELECT op, status, count(*) FROM (
			SELECT a.op, CASE WHEN EXISTS (SELECT 1 FROM intents i WHERE i.run = a.run AND i.n = a.n AND i.attempt > coalesce(o.intent, 0))
				THEN '`+string(schema.StatusUnknown)+`' ELSE coalesce(o.status, '') END AS status
			FROM actions a LEFT JOIN outcomes o ON o.run = a.run AND o.n = a.n WHERE a.run = $1
		) AS judged GROUP BY op, status`, run)
	return counts, err
}
