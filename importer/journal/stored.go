package journal

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"gijbulk/schema"
)

// StoredTarget is what a state holds of a target.
type StoredTarget struct {
	URL     string // base URL, normalized
	Runs    int
	LastRun string         // its id; "" where there is none
	Records int            // live ones of which something is known
	Secrets int            // hashes of those that were last sent
	Sets    map[string]int // records by the set that they belong to
}

// Targets lists what the state holds of each target, by URL.
func (j *Journal) Targets(ctx context.Context) (stored []StoredTarget, err error) {
	defer j.wrap(&err, "list the targets")
	tx, err := j.db.BeginTx(ctx, j.backend.snapshot())
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	at := make(map[int64]int)
	err = eachRow(ctx, tx, func(rows *sql.Rows) error {
		t, id := StoredTarget{Sets: make(map[string]int)}, int64(0)
		err := rows.Scan(&id, &t.URL, &t.Runs, &t.LastRun)
		at[id], stored = len(stored), append(stored, t)
		return err
	}, `SELECT id, base_url, (SELECT count(*) FROM runs WHERE target = targets.id),
			coalesce((SELECT r.id FROM runs r WHERE r.target = targets.id ORDER BY r.seq DESC LIMIT 1), '')
		FROM targets ORDER BY base_url, url`)
	if err != nil {
		return nil, err
	}
	err = eachRow(ctx, tx, func(rows *sql.Rows) error {
		var target int64
		var set string
		var secrets map[string][]byte
		if err := rows.Scan(&target, &set, document{&secrets}); err != nil {
			return err
		}
		t := &stored[at[target]]
		t.Records, t.Secrets = t.Records+1, t.Secrets+len(secrets)
		if set != "" {
			t.Sets[set]++
		}
		return nil
	}, `SELECT target, set_name, secrets FROM identities`)
	// A run that could not reach its Jira leaves nothing but its own name of it once it has been removed.
	return slices.DeleteFunc(stored, func(t StoredTarget) bool { return t.Runs+t.Records == 0 }), err
}

// StoredRecord is what a state knows of a live record.
type StoredRecord struct {
	ID      int64
	Key     schema.Key
	Set     string   // "": it belongs to none
	Secrets []string // the names of the fields of which the state has a hash of what was last sent
	Run     string   // that knew it last; "" where that was removed
}

// Records lists what the state knows of the live records of a target, by id.
func (j *Journal) Records(ctx context.Context, target TargetURLs) (stored []StoredRecord, err error) {
	defer j.wrap(&err, "list the records")
	target = target.normalized()
	err = eachRow(ctx, j.db, func(rows *sql.Rows) error {
		var r StoredRecord
		var secrets map[string][]byte
		err := rows.Scan(&r.ID, &r.Key.Kind, &r.Key.Type, &r.Key.Origin, &r.Key.Region, &r.Key.Name, &r.Set, document{&secrets}, &r.Run)
		r.Secrets = slices.Sorted(maps.Keys(secrets))
		stored = append(stored, r)
		return err
	}, `SELECT live, kind, type, origin, region, name, set_name, secrets, coalesce((SELECT r.id FROM runs r WHERE r.seq = identities.run), '')
		FROM identities WHERE target = (`+selectTarget+`) ORDER BY live`, target.BaseURL, target.URL)
	return stored, err
}

// Forget removes all that the state holds of a target: its runs, and what is known of its live records. The log
// must have locked it.
func (l *Log) Forget(ctx context.Context, target TargetURLs) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	target = target.normalized()
	err := l.transactLocked(ctx, "forget "+target.BaseURL, func(ctx context.Context) error {
		if _, _, err := l.session.fence(ctx); err != nil {
			return err
		}
		for _, statement := range []string{
			`DELETE FROM identities WHERE target = (` + selectTarget + `)`,
			`DELETE FROM runs WHERE target = (` + selectTarget + `)`,
			`DELETE FROM targets WHERE base_url = $1 AND url = $2`,
		} {
			if err := l.session.exec(ctx, statement, target.BaseURL, target.URL); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = l.journal.backend.shrink(ctx)
	l.journal.wrap(&err, "free the space")
	return err
}
