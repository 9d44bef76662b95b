package journal

import (
	"context"
	"database/sql"
	"maps"

	"gijbulk/importer/fieldjson"
	"gijbulk/schema"
)

// Identities are what all runs know of a target's live records.
type Identities struct {
	Known map[schema.Key]schema.Known // of several with one identity, the one that a run knew last

	key  []byte
	byID map[int64]identity // with what they were last sent

	replaced map[int64]lastSent // by the ids of live records: what was sent to those that had their identities
}

// Identities reads what is known of the live records of a target.
func (j *Journal) Identities(ctx context.Context, target TargetURLs) (_ *Identities, err error) {
	defer j.wrap(&err, "read the identities")
	i := &Identities{Known: make(map[schema.Key]schema.Known), key: j.key, byID: make(map[int64]identity)}
	target = target.normalized()
	err = eachRow(ctx, j.db, func(rows *sql.Rows) error {
		var r identity
		err := rows.Scan(&r.id, &r.initDate, &r.key.Kind, &r.key.Type, &r.key.Origin, &r.key.Region, &r.key.Name, &r.set,
			document{&r.sent.values}, document{&r.sent.secrets})
		i.Known[r.key], i.byID[r.id] = r.known(), r
		return err
	}, `SELECT live, init_date, kind, type, origin, region, name, set_name, sent, secrets
		FROM identities WHERE target = (`+selectTarget+`) ORDER BY run, live`, target.BaseURL, target.URL)
	return i, err
}

// Empty reports whether nothing is known.
func (i *Identities) Empty() bool { return len(i.Known) == 0 && len(i.byID) == 0 }

// Expected are the records that earlier runs know of by the identities of wanted ones, by id.
func (i *Identities) Expected(want []schema.Record) map[int64]schema.Kind {
	expected := make(map[int64]schema.Kind)
	for _, r := range want {
		if known, found := i.Known[r.Key()]; found {
			expected[known.ID] = r.Kind()
		}
	}
	return expected
}

// Discard forgets what was sent to records whose ids the server has assigned to others.
func (i *Identities) Discard(live []schema.Record) {
	before := maps.Clone(i.byID)
	for _, r := range live {
		if before[r.ID].isOf(r) {
			continue
		}
		delete(i.byID, r.ID)
		if old, found := before[i.Known[r.Key()].ID]; found && old.key == r.Key() {
			if i.replaced == nil {
				i.replaced = make(map[int64]lastSent)
			}
			i.replaced[r.ID] = old.sent
		}
	}
}

// Sets has the set of each live record that belongs to one, by id.
func (i *Identities) Sets() map[int64]string {
	sets := make(map[int64]string)
	for id, known := range i.byID {
		if known.set != "" {
			sets[id] = known.set
		}
	}
	return sets
}

// Compare reports whether the value is the one that the field of a live record was last
// sent; one that was never sent is not. judged is false for a secret whose value is not
// known.
func (i *Identities) Compare(id int64, f schema.Field, v schema.Value) (same, judged bool) {
	text := v.Text()
	secret, isSecret := v.Secret()
	if isSecret {
		if !secret.Known() {
			return false, false
		}
		text = secret.Reveal()
	}
	sent := i.byID[id].sent
	if hash, found := sent.secrets[f.String()]; found {
		return (isSecret || v.IsText()) && hashMatches(i.key, hash, f, text), true
	}
	value, err := fieldjson.DecodeValue(f, sent.values[f.String()])
	if err != nil {
		return false, true
	}
	if isSecret {
		return value.IsText() && value.Text() == text, true
	}
	return value.IsSet() && value.Equal(v), true
}

// Why is why a value is sent for the field of a live record that is not the one that it was last sent.
func (i *Identities) Why(id int64, f schema.Field) schema.Resend {
	switch {
	case i.byID[id].sent.has(f):
		return schema.ResendChanged
	case i.replaced[id].has(f):
		return schema.ResendReplaced
	}
	return schema.ResendUnrecorded
}
