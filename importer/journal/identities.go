package journal

import (
	"context"
	"database/sql"
	"errors"

	"gijbulk/schema"
)

// IDs gives the id that each identity got on a target, in whatever run that was.
func (j *Journal) IDs(ctx context.Context, target string) (map[schema.Key]int64, error) {
	ids := make(map[schema.Key]int64)
	err := j.eachIdentity(ctx, target, func(id int64, i identity) { ids[i.key] = id })
	if err != nil {
		return nil, j.trouble("read the ids", err)
	}
	return ids, nil
}

// eachIdentity visits what is known of a target, with what runs that have not ended
// taught. It writes nothing: a dry run leaves no trace.
func (j *Journal) eachIdentity(ctx context.Context, target string, visit func(id int64, i identity)) error {
	tx, err := j.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var number int64
	err = tx.QueryRowContext(ctx, `SELECT id FROM targets WHERE url = ?`, schema.NormalURL(target)).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	n, err := readNews(ctx, tx, number, j.key, plans{})
	if err != nil {
		return err
	}
	err = eachRow(ctx, tx, func(rows *sql.Rows) error {
		id, i, err := scanIdentity(rows)
		if err == nil && !n.hides(id, i.key) {
			visit(id, i)
		}
		return err
	}, `SELECT live, type, origin, region, name, sent FROM identities WHERE target = ?`, number)
	if err != nil {
		return err
	}
	for id, i := range n.byID {
		if i != nil {
			visit(id, *i)
		}
	}
	return nil
}

// scanIdentity reads a row of the identities.
func scanIdentity(row interface{ Scan(...any) error }) (id int64, i identity, err error) {
	var k schema.Key
	err = row.Scan(&id, &k.Type, &k.Origin, &k.Region, &k.Name, (*[]byte)(&i.sent))
	i.key = identityKey(k.Type, k.Origin, k.Region, k.Name)
	return id, i, err
}

// identityKey is the identity with these parts; of the kinds only an integration has a type.
func identityKey(t schema.Type, origin, region, name string) schema.Key {
	k := schema.Key{Kind: schema.KindIntegration, Type: t, Origin: origin, Region: region, Name: name}
	if t == "" {
		k.Kind = schema.KindRepository
	}
	return k
}
