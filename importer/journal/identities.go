package journal

import (
	"cmp"
	"context"

	"gijbulk/schema"
)

// IDs gives the id that each identity got on a target, in whatever run that was.
func (j *Journal) IDs(ctx context.Context, target string) (map[schema.Key]int64, error) {
	ids := make(map[schema.Key]int64)
	rows, err := j.db.QueryContext(ctx, `SELECT live, type, origin, region, name FROM identities
		WHERE target = (SELECT id FROM targets WHERE url = ?)`, schema.NormalURL(target))
	if err != nil {
		return nil, j.trouble("read the ids", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		k := schema.Key{Kind: schema.KindIntegration}
		if err := rows.Scan(&id, &k.Type, &k.Origin, &k.Region, &k.Name); err != nil {
			return nil, j.trouble("read the ids", err)
		}
		if k.Type == "" { // an integration has one
			k.Kind = schema.KindRepository
		}
		ids[k] = id
	}
	if err := rows.Err(); err != nil {
		return nil, j.trouble("read the ids", err)
	}
	return ids, nil
}

// learned is what an outcome tells about the target beyond its run.
type learned struct {
	id   int64 // 0: nothing
	gone bool  // it is no longer there
	key  schema.Key
	sent sentFields
	all  bool // sent is all that it was ever sent
}

// learn reads an outcome: a create sends all fields that the record has, an update the
// changes and nothing else.
func (l *Log) learn(o schema.Outcome) learned {
	a := o.Action
	know := learned{id: cmp.Or(o.ID, a.Have.ID), key: a.Want.Key()}
	switch o.Status {
	case schema.StatusCreated:
		know.all = true
		h := l.hasher.get()
		defer l.hasher.put(h)
		for _, f := range a.Want.Fields() {
			know.sent = know.sent.note(h, know.id, f, a.Want.Get(f))
		}
	case schema.StatusUpdated:
		h := l.hasher.get()
		defer l.hasher.put(h)
		for _, c := range a.Changes {
			know.sent = know.sent.note(h, know.id, c.Field, c.To)
		}
	case schema.StatusUnchanged, schema.StatusExists:
	case schema.StatusDeleted:
		know.gone = true
	default:
		know.id = 0
	}
	return know
}
