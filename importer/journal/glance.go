package journal

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"time"
)

// glancePatience is how long a glance waits for other processes.
const glancePatience = 200 * time.Millisecond

// Glance lists the runs of a state file as [Journal.Runs] does, for somebody who only wants to
// know their names: it makes no file, brings none to the present layout, changes nothing and
// hardly waits for other processes. Of a run without an end in a file of an older layout it
// tells no counts. The error is an *Error.
func Glance(ctx context.Context, path string) ([]Entry, error) {
	j := &Journal{path: path}
	entries, err := j.glance(ctx)
	if err != nil {
		return nil, j.trouble("list the runs", err)
	}
	return entries, nil
}

func (j *Journal) glance(ctx context.Context) (entries []Entry, err error) {
	source, err := dataSource(j.path, url.Values{"mode": {"rw"}, "_pragma": {busyTimeout(glancePatience), "query_only(1)"}})
	if err != nil {
		return nil, err
	}
	if j.db, err = sql.Open("sqlite", source); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, j.db.Close()) }()
	conn, err := j.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(identify(ctx, conn, j.path), conn.Close()); err != nil {
		return nil, err
	}
	return j.runs(ctx)
}
