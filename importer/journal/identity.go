package journal

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"maps"

	"gijbulk/importer/fieldjson"
	"gijbulk/schema"
)

// identity is what is known of a live record of a target.
type identity struct {
	id       int64
	key      schema.Key
	initDate int64
	set      string // that made the record, or adopted it; "": none
	sent     lastSent
}

func (i identity) known() schema.Known { return schema.Known{ID: i.id, InitDate: i.initDate} }

// isOf reports whether what is known is of this live record. A repository shows no initDate: its origin
// decides.
func (i identity) isOf(live schema.Record) bool {
	k := live.Key()
	if i.key.Kind != k.Kind || i.key.Type != k.Type || i.known().Contradicts(live) {
		return false
	}
	return k.Kind != schema.KindRepository || i.key == k || i.known().Proves(live)
}

// lastSent is what a live record was last sent, by the names of the fields.
type lastSent struct {
	values  map[string]json.RawMessage // as in a record's document
	secrets map[string][]byte          // keyed hashes
}

func (s lastSent) has(f schema.Field) bool {
	return s.values[f.String()] != nil || s.secrets[f.String()] != nil
}

func (s *lastSent) removeChanged(changes []schema.Change) bool {
	before := len(s.values) + len(s.secrets)
	for _, c := range changes {
		delete(s.values, c.Field.String())
		delete(s.secrets, c.Field.String())
	}
	return len(s.values)+len(s.secrets) < before
}

func (s *lastSent) addPlain(f schema.Field, v schema.Value) {
	if _, secret := v.Secret(); secret || !v.IsSet() || f.Hidden() || f.Tool() {
		return
	}
	if s.values == nil {
		s.values = make(map[string]json.RawMessage)
	}
	s.values[f.String()] = fieldjson.EncodeValue(f, v)
}

func (s *lastSent) addSecrets(hashes map[string][]byte) {
	if s.secrets == nil {
		s.secrets = make(map[string][]byte)
	}
	maps.Copy(s.secrets, hashes)
}

func (l *Log) updateIdentities(ctx context.Context, o *schema.Outcome) error {
	a := &l.actions[o.N]
	id := cmp.Or(o.ID, a.Have.ID)
	if id == 0 || a.Inferred || o.Inferred && (o.Status == schema.StatusExists || !a.Want.Key().Exact()) {
		return nil // it may be somebody else's, and no name says otherwise
	}
	switch o.Status {
	case schema.StatusCreated:
		known := identity{id: id, key: a.Want.Key(), initDate: o.InitDate, set: a.Want.SetName()}
		for f, v := range a.Want.All() {
			known.sent.addPlain(f, v)
		}
		return l.storeWithSecrets(ctx, o.N, known)
	case schema.StatusUpdated, schema.StatusUnchanged, schema.StatusExists:
		return l.updateLiveIdentity(ctx, a, id, o.Status == schema.StatusUpdated)
	case schema.StatusConflict:
		if a.Op == schema.OpCreate && o.Class == schema.ClassUnknown { // the create has not made what it was taken for
			return l.session.exec(ctx, `DELETE FROM identities WHERE target = $1 AND live = $2 AND run = $3`, l.target, id, l.run)
		}
	case schema.StatusDeleted:
		return l.session.exec(ctx, `DELETE FROM identities WHERE target = $1 AND live = $2`, l.target, id)
	}
	return nil
}

func (l *Log) updateLiveIdentity(ctx context.Context, a *schema.Action, id int64, updated bool) error {
	known, _, err := l.loadIdentity(ctx, id)
	if err != nil {
		return err
	}
	moved := known.key == a.Want.Key() && !known.known().Contradicts(a.Have)
	if !moved && !known.isOf(a.Have) {
		known = identity{}
	}
	known.id, known.key, known.initDate = id, a.Want.Key(), cmp.Or(a.Have.InitDate, known.initDate)
	if a.Adopts {
		known.set = cmp.Or(known.set, a.Want.SetName())
	}
	if !updated {
		return l.storeIdentity(ctx, known)
	}
	known.sent.removeChanged(a.Changes)
	for _, c := range a.Changes {
		known.sent.addPlain(c.Field, c.To)
	}
	return l.storeWithSecrets(ctx, a.N, known)
}

// storeWithSecrets adds the secrets that the latest intent of an action sent, whatever their
// values are now, and stores the identity.
func (l *Log) storeWithSecrets(ctx context.Context, n int, known identity) error {
	hashes, begun := l.hashes[n]
	if !begun { // by a process before this one
		err := l.session.get(ctx, `SELECT secrets FROM intents WHERE run = $1 AND n = $2 AND attempt = $3`,
			[]any{l.run, n, l.attempts[n]}, document{&hashes})
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	delete(l.hashes, n)
	known.sent.addSecrets(hashes)
	return l.storeIdentity(ctx, known)
}

func (l *Log) loadIdentity(ctx context.Context, id int64) (known identity, found bool, err error) {
	known.id = id
	err = l.session.get(ctx, `SELECT kind, type, origin, region, name, init_date, set_name, sent, secrets
		FROM identities WHERE target = $1 AND live = $2`, []any{l.target, id},
		&known.key.Kind, &known.key.Type, &known.key.Origin, &known.key.Region, &known.key.Name, &known.initDate, &known.set,
		document{&known.sent.values}, document{&known.sent.secrets})
	if errors.Is(err, sql.ErrNoRows) {
		return identity{}, false, nil
	}
	return known, err == nil, err
}

// storeIdentity writes what is known of a live record. Another record that had the identity
// before keeps its row: of several, the one that a run knew last counts.
func (l *Log) storeIdentity(ctx context.Context, known identity) error {
	k := known.key
	return l.session.exec(ctx, `INSERT INTO identities (target, live, kind, type, origin, region, name, run, init_date, set_name, sent, secrets)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		ON CONFLICT (target, live) DO UPDATE SET kind = excluded.kind, type = excluded.type, origin = excluded.origin,
			region = excluded.region, name = excluded.name, run = excluded.run, init_date = excluded.init_date,
			set_name = excluded.set_name, sent = excluded.sent, secrets = excluded.secrets`,
		l.target, known.id, k.Kind, k.Type, k.Origin, k.Region, k.Name, l.run, known.initDate, known.set,
		document{known.sent.values}, document{known.sent.secrets})
}
