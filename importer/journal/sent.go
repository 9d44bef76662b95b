package journal

import (
	"context"
	"database/sql"

	"gijbulk/schema"
)

// Sent is what the live records of a target were last sent.
type Sent struct {
	key  []byte
	byID map[int64]identity
}

// Sent reads what a target was last sent.
func (j *Journal) Sent(ctx context.Context, target Target) (_ *Sent, err error) {
	defer j.wrap(&err, "read what was sent")
	s := &Sent{key: j.key, byID: make(map[int64]identity)}
	target = target.normal()
	err = eachRow(ctx, j.db, func(rows *sql.Rows) error {
		var known identity
		err := rows.Scan(&known.id, &known.initDate, document{&known.sent.values}, document{&known.sent.secrets})
		s.byID[known.id] = known
		return err
	}, `SELECT live, init_date, sent, secrets FROM identities WHERE target = (`+selectTarget+`)`, target.BaseURL, target.URL)
	return s, err
}

// Discard forgets what was sent to records whose ids the server has assigned to others.
func (s *Sent) Discard(live []schema.Record) {
	for i := range live {
		known := s.byID[live[i].ID]
		if (schema.Known{ID: known.id, InitDate: known.initDate}).Contradicts(live[i]) {
			delete(s.byID, known.id)
		}
	}
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
	sent := s.byID[id].sent
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
