package journal

import (
	"context"
	"slices"

	"gijbulk/schema"
)

// End records the outcomes of actions, all of them or none, and what they tell about the
// target's live records.
func (l *Log) End(ctx context.Context, outcomes ...schema.Outcome) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.write(ctx, "record outcomes", func(ctx context.Context) error {
		for i := range outcomes {
			if err := l.check(outcomes[i].N); err != nil {
				return err
			}
			if err := l.storeOutcome(ctx, &outcomes[i]); err != nil {
				return err
			}
			if err := l.learn(ctx, &outcomes[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (l *Log) storeOutcome(ctx context.Context, o *schema.Outcome) error {
	return l.session.exec(ctx, `INSERT INTO outcomes (run, n, status, class, stop, live, answered, shown, init_date, attempts, http, inferred, temporary,
			timed_out, error, advice, started, took, seen, intent)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
		ON CONFLICT (run, n) DO UPDATE SET status = excluded.status, class = excluded.class, stop = excluded.stop, live = excluded.live,
			answered = excluded.answered, shown = excluded.shown, init_date = excluded.init_date, attempts = excluded.attempts, http = excluded.http, inferred = excluded.inferred,
			temporary = excluded.temporary, timed_out = excluded.timed_out, error = excluded.error, advice = excluded.advice,
			started = excluded.started, took = excluded.took, seen = excluded.seen, intent = excluded.intent`,
		l.run, o.N, o.Status, classNames[o.Class], o.Stop, o.ID, o.Answered, o.Shown, o.InitDate, o.Attempts, o.HTTP, o.Inferred, o.Temporary, o.TimedOut, l.mask.HideSaid(o.Error),
		l.mask.HideSaid(o.Advice), timestamp(o.Started), o.Took, document{seenOut(o.Seen, l.mask)}, l.attempts[o.N])
}

// classNames are the classes as the table holds them.
var classNames = []string{
	schema.ClassNone: "", schema.ClassDone: "done", schema.ClassRefused: "refused",
	schema.ClassNotDone: "not-done", schema.ClassUnknown: "unknown", schema.ClassStop: "stop",
}

func classNamed(name string) schema.Class {
	return schema.Class(max(0, slices.Index(classNames, name)))
}

// seenJSON is what an outcome saw instead of what was wanted.
type seenJSON struct {
	Have    *recordJSON  `json:"have"`
	Changes []changeJSON `json:"changes"`
}

func seenOut(seen *schema.Seen, mask schema.Mask) *seenJSON {
	if seen == nil {
		return nil
	}
	return &seenJSON{recordOut(&seen.Have, mask), changesOut(seen.Changes)}
}

func (in *seenJSON) seen() (*schema.Seen, error) {
	if in == nil {
		return nil, nil
	}
	have, err := in.Have.record(nil)
	if err != nil {
		return nil, err
	}
	changes, err := changesIn(in.Changes)
	return &schema.Seen{Have: have, Changes: changes}, err
}

// lost is an outcome after a newer intent without an answer. Its time is that from the
// first request to the last intent.
func lost(o schema.Outcome, i schema.Intent) schema.Outcome {
	o.Status, o.Class, o.Stop, o.HTTP, o.Temporary = schema.StatusUnknown, schema.ClassUnknown, schema.StopNone, 0, false
	o.TimedOut = true // the server may still work on it
	o.Attempts++
	if o.Started.IsZero() {
		o.Started = i.At
	}
	o.Took = i.At.Sub(o.Started)
	o.Error, o.Advice = "the run stopped before the answer was recorded", "resume the run: it looks the record up on the server"
	return o
}
