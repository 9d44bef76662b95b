package journal

import (
	"context"
	"database/sql"
	"time"

	"gijbulk/schema"
)

// Unsettled is a write with a request whose answer was lost or never waited for, so that the server may still be
// at work on it, also where another request was answered, or a list has shown what it was for: that may be
// somebody else's.
type Unsettled struct {
	Run     string
	Options []byte        // of the run, as given to Start; nil where none were
	Key     schema.Key    // of the record: for a create as it was wanted
	ID      int64         // of the record to be changed or deleted; 0: a create
	Age     time.Duration // since its latest intent; 0 where that was in another boot

	run, n, attempt int64
}

// Unsettled lists the unsettled writes of all runs on a target.
func (j *Journal) Unsettled(ctx context.Context, target TargetURLs) (unsettled []Unsettled, err error) {
	defer j.wrap(&err, "list writes whose answers were lost")
	boot, now := j.Boot()
	target = target.normalized()
	err = eachRow(ctx, j.db, func(rows *sql.Rows) error {
		var u Unsettled
		var tables map[string]tableJSON
		var record *recordJSON
		var options *string
		var then string
		var since time.Duration
		if err := rows.Scan(&u.Run, &options, document{&tables}, document{&record}, &u.ID, &then, &since, &u.run, &u.n, &u.attempt); err != nil {
			return err
		}
		if options != nil {
			u.Options = []byte(*options)
		}
		if boot != "" && then == boot {
			u.Age = max(0, now-since)
		}
		r, err := record.decode(tables)
		u.Key = r.Key()
		unsettled = append(unsettled, u)
		return err
	}, `SELECT r.id, r.options, r.columns, CASE WHEN a.live = 0 THEN a.want ELSE a.have END, a.live, i.boot, i.since, i.run, i.n, i.attempt
		FROM runs r JOIN intents i ON i.run = r.seq JOIN actions a ON a.run = i.run AND a.n = i.n
		LEFT JOIN outcomes o ON o.run = a.run AND o.n = a.n
		WHERE r.target = (`+selectTarget+`) AND i.over = 0
			AND (o.unanswered IS NULL OR o.unanswered = 1 OR i.attempt > o.intent)
			AND NOT EXISTS (SELECT 1 FROM intents x WHERE x.run = i.run AND x.n = i.n AND x.attempt > i.attempt)
		ORDER BY r.seq, a.n`, target.BaseURL, target.URL)
	return unsettled, err
}

// MarkOver records that the server has ended its work on these writes. After the next boot their age
// no longer shows it.
func (j *Journal) MarkOver(ctx context.Context, over []Unsettled) (err error) {
	if len(over) == 0 {
		return nil
	}
	defer j.wrap(&err, "record that writes are over")
	tx, err := j.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	for _, u := range over {
		if _, err := tx.ExecContext(ctx, `UPDATE intents SET over = 1 WHERE run = $1 AND n = $2 AND attempt <= $3`, u.run, u.n, u.attempt); err != nil {
			return err
		}
	}
	return tx.Commit()
}
