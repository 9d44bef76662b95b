package journal

import (
	"context"
	"time"

	"gijbulk/schema"
)

// Begin records the intents to send actions, all of them or none, with keyed hashes of
// the secrets that they will send. An action is given as it will be sent, with its
// secrets' values.
//
// From here until the outcome it is not known what the server holds in the fields of an
// update: what they were last sent is deleted, so that a lost answer never makes a later
// run skip them.
func (l *Log) Begin(ctx context.Context, actions ...schema.Action) error {
	hashes := make([]map[string][]byte, len(actions))
	for i := range actions {
		hashes[i] = l.journal.hashSecrets(&actions[i])
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.transactLocked(ctx, "record intents", func(ctx context.Context) error {
		at := l.journal.clock.Now()
		boot, since, err := l.session.fence(ctx)
		if err != nil {
			return err
		}
		for i := range actions {
			if err := l.checkNumber(actions[i].N); err != nil {
				return err
			}
			if err := l.insertIntent(ctx, &actions[i], hashes[i], at, boot, since); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, a := range actions {
		l.actions[a.N], l.hashes[a.N] = a, hashes[i]
		l.attempts[a.N]++
	}
	return nil
}

func (l *Log) insertIntent(ctx context.Context, a *schema.Action, hashes map[string][]byte, at time.Time, boot string, since time.Duration) error {
	err := l.session.exec(ctx, `INSERT INTO intents (run, n, attempt, at, boot, since, secrets) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		l.run, a.N, l.attempts[a.N]+1, timestamp(at), boot, since, document{hashes})
	if err != nil || a.Op != schema.OpUpdate {
		return err
	}
	known, found, err := l.loadIdentity(ctx, a.Have.ID)
	if err != nil || !found || !known.sent.removeChanged(a.Changes) {
		return err
	}
	return l.storeIdentity(ctx, known)
}
