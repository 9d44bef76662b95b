package journal

import (
	"context"
	"database/sql"

	"gijbulk/schema"
)

// Sent is what the live records of a target were last sent.
type Sent struct {
	key  []byte
	byID map[int64]lastSent
}

// Sent reads what a target was last sent.
func (j *Journal) Sent(ctx context.Context, target Target) (_ *Sent, err error) {
	defer j.wrap(&err, "read what was sent")
	s := &Sent{key: j.key, byID: make(map[int64]lastSent)}
	target = target.normal()
	err = eachRow(ctx, j.db, func(rows *sql.Rows) error {
		var id int64
		var sent lastSent
		err := rows.Scan(&id, document{&sent.values}, document{&sent.secrets})
		s.byID[id] = sent
		return err
	}, `SELECT live, sent, secrets FROM identities WHERE target = (`+selectTarget+`)`, target.BaseURL, target.URL)
	return s, err
}

// Compare reports whether the value is the one that the field of a live record was last
// sent; one that was never sent is not. judged is false for a secret whose value is not
// known.
func (s *Sent) Compare(id int64, f schema.Field, v schema.Value) (same, judged bool) {
	text := v.Text()
	secret, isSecret := v.Secret()
	if isSecret {
		if !secret.Known() {
			return false, false
		}
		text = secret.Reveal()
	}
	sent := s.byID[id]
	if hash, found := sent.secrets[f.String()]; found {
		return (isSecret || v.IsText()) && hashIs(s.key, hash, f, text), true
	}
	value, err := valueIn(f, sent.values[f.String()])
	if err != nil {
		return false, true
	}
	if isSecret {
		return value.IsText() && value.Text() == text, true
	}
	return value.IsSet() && value.Equal(v), true
}
