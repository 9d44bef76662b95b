package journal

import (
	"context"
	"database/sql"
	"time"

	"gijbulk/schema"
)

// Unsettled is a create whose answer was lost or never waited for, and of which only lists can tell what
// became of it: the record that one has shown may be somebody else's.
type Unsettled struct {
	Run     string
	Options []byte // of the run, as given to Start; nil where none were
	Key     schema.Key
	Age     time.Duration // since its latest intent; 0 where that was in another boot
}

// Unsettled lists the unsettled creates of all runs on a target.
func (j *Journal) Unsettled(ctx context.Context, target TargetURLs) (unsettled []Unsettled, err error) {
	defer j.wrap(&err, "list creates whose answers were lost")
	boot, now := j.Boot()
	target = target.normalized()
	err = eachRow(ctx, j.db, func(rows *sql.Rows) error {
		var u Unsettled
		var tables map[string]tableJSON
		var want *recordJSON
		var options *string
		var then string
		var since time.Duration
		if err := rows.Scan(&u.Run, &options, document{&tables}, document{&want}, &then, &since); err != nil {
			return err
		}
		if options != nil {
			u.Options = []byte(*options)
		}
		if boot != "" && then == boot {
			u.Age = max(0, now-since)
		}
		r, err := want.decode(tables)
		u.Key = r.Key()
		unsettled = append(unsettled, u)
		return err
	}, `SELECT r.id, r.options, r.columns, a.want, i.boot, i.since
		FROM runs r JOIN intents i ON i.run = r.seq JOIN actions a ON a.run = i.run AND a.n = i.n
		LEFT JOIN outcomes o ON o.run = a.run AND o.n = a.n
		WHERE r.target = (`+selectTarget+`) AND a.op = '`+string(schema.OpCreate)+`'
			AND (o.status IS NULL OR o.status = '`+string(schema.StatusUnknown)+`' OR i.attempt > o.intent
				OR o.answered = 0 AND o.status IN ('`+string(schema.StatusCreated)+`', '`+string(schema.StatusConflict)+`'))
			AND NOT EXISTS (SELECT 1 FROM intents x WHERE x.run = i.run AND x.n = i.n AND x.attempt > i.attempt)
		ORDER BY r.seq, a.n`, target.BaseURL, target.URL)
	return unsettled, err
}
