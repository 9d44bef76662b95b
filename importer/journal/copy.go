package journal

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
)

// Copied counts what was copied of a state.
type Copied struct {
	Runs    int
	Targets int
	Records int // live records of which something is known
}

// Copy copies all that the state holds into another one, which must be empty, of whichever backend: all of it
// or nothing. The key of the secrets' hashes goes along, so that they stay valid. Locks and claims, by which
// processes share a database, stay where they are. No run may be running.
func (j *Journal) Copy(ctx context.Context, to *Journal) (c Copied, err error) {
	defer to.wrap(&err, "copy "+named(j.path))
	from, err := j.db.BeginTx(ctx, j.backend.snapshot())
	if err != nil {
		return c, err
	}
	defer from.Rollback()
	session, err := to.backend.newSession(ctx)
	if err != nil {
		return c, err
	}
	defer session.close()
	counts := make(map[string]int)
	err = session.transact(ctx, func() error {
		if err := refuseUsed(ctx, session); err != nil {
			return err
		}
		if err := copyKey(ctx, from, session); err != nil {
			return err
		}
		for _, table := range copiedTables() {
			if counts[table], err = copyTable(ctx, from, session, table); err != nil {
				return err
			}
		}
		return session.continueNumbers(ctx)
	})
	return Copied{Runs: counts["runs"], Targets: counts["targets"], Records: counts["identities"]}, err
}

func refuseUsed(ctx context.Context, s session) error {
	var used bool
	err := s.get(ctx, `SELECT EXISTS (SELECT 1 FROM runs) OR EXISTS (SELECT 1 FROM targets)`, nil, &used)
	if err == nil && used {
		err = &Error{Kind: KindUsed}
	}
	return err
}

// copyKey copies the key of the hashes, or the fingerprint of the users' key, in the place of that of a new state.
func copyKey(ctx context.Context, from queryer, to session) error {
	if err := to.exec(ctx, `DELETE FROM meta WHERE name IN ($1, $2)`, ownKey, keyFingerprint); err != nil {
		return err
	}
	return eachRow(ctx, from, func(rows *sql.Rows) error {
		var name string
		var value []byte
		if err := rows.Scan(&name, &value); err != nil {
			return err
		}
		return to.exec(ctx, `INSERT INTO meta (name, value) VALUES ($1, $2)`, name, value)
	}, `SELECT name, value FROM meta WHERE name IN ($1, $2)`, ownKey, keyFingerprint)
}

// copiedTables are all but those that say something about the state itself, in an order in which no row refers to
// a later one.
func copiedTables() []string {
	return slices.DeleteFunc(namesOfTables(tables), func(name string) bool { return name == "meta" })
}

func namesOfTables(statements string) (names []string) {
	for _, statement := range strings.Split(statements, "CREATE TABLE ")[1:] {
		name, _, _ := strings.Cut(statement, " ")
		names = append(names, name)
	}
	return names
}

func copyTable(ctx context.Context, from queryer, to session, table string) (n int, err error) {
	var insert string
	err = eachRow(ctx, from, func(rows *sql.Rows) error {
		columns, err := rows.Columns()
		if err != nil {
			return err
		}
		if insert == "" {
			insert = insertInto(table, columns)
		}
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		n++
		return to.exec(ctx, insert, values...)
	}, `SELECT * FROM `+table)
	return n, err
}

func insertInto(table string, columns []string) string {
	parameters := make([]string, len(columns))
	for i := range columns {
		parameters[i] = fmt.Sprintf("$%d", i+1)
	}
	return `INSERT INTO ` + table + ` (` + strings.Join(columns, ", ") + `) VALUES (` + strings.Join(parameters, ", ") + `)`
}
