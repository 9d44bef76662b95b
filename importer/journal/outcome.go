package journal

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gijbulk/schema"
)

// End records the outcomes of actions, all of them or none, and updates the identities of
// the target's live records.
func (l *Log) End(ctx context.Context, outcomes ...schema.Outcome) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.transactLocked(ctx, "record outcomes", func(ctx context.Context) error {
		for i := range outcomes {
			if err := l.checkNumber(outcomes[i].N); err != nil {
				return err
			}
			if err := l.storeOutcome(ctx, &outcomes[i]); err != nil {
				return err
			}
			if err := l.updateIdentities(ctx, &outcomes[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func (l *Log) storeOutcome(ctx context.Context, o *schema.Outcome) error {
	row := outcomeRow{Outcome: *o, class: classNames[o.Class], seen: encodeSeen(o.Seen, l.mask), intent: l.attempts[o.N]}
	row.Error, row.Advice = l.mask.HideSaid(o.Error), l.mask.HideSaid(o.Advice)
	_, fields := row.columns()
	return l.session.exec(ctx, upsertOutcome, append([]any{l.run}, fields...)...)
}

// outcomeRow is a row of the table outcomes.
type outcomeRow struct {
	schema.Outcome
	class  string
	seen   *seenJSON
	intent int // the latest attempt that the outcome covers
}

// columns is the one list of the columns, to write and to read: their names, and pointers
// to what they hold.
func (r *outcomeRow) columns() (names []string, fields []any) {
	for _, c := range []struct {
		name  string
		field any
	}{
		{"n", &r.N}, {"status", &r.Status}, {"class", &r.class}, {"stop", &r.Stop}, {"live", &r.ID}, {"answered", &r.Answered},
		{"shown", &r.Shown}, {"init_date", &r.InitDate}, {"attempts", &r.Attempts}, {"http", &r.HTTP}, {"inferred", &r.Inferred},
		{"temporary", &r.Temporary}, {"scanned", &r.Scanned}, {"unanswered", &r.Unanswered}, {"error", &r.Error}, {"advice", &r.Advice},
		{"started", (*timestamp)(&r.Started)}, {"took", &r.Took}, {"seen", document{&r.seen}}, {"intent", &r.intent},
	} {
		names, fields = append(names, c.name), append(fields, c.field)
	}
	return names, fields
}

var upsertOutcome, selectOutcomes = outcomeQueries()

func outcomeQueries() (upsert, selectAll string) {
	names, _ := new(outcomeRow).columns()
	var parameters, updates []string
	for i, name := range names {
		parameters = append(parameters, fmt.Sprintf("$%d", i+2))
		updates = append(updates, name+" = excluded."+name)
	}
	columns := strings.Join(names, ", ")
	return `INSERT INTO outcomes (run, ` + columns + `) VALUES ($1, ` + strings.Join(parameters, ", ") + `)
		ON CONFLICT (run, n) DO UPDATE SET ` + strings.Join(updates, ", "),
		`SELECT ` + columns + ` FROM outcomes WHERE run = $1`
}

// classNames are the classes as the table holds them.
var classNames = []string{
	schema.ClassNone: "", schema.ClassDone: "done", schema.ClassRefused: "refused",
	schema.ClassNotDone: "not-done", schema.ClassUnknown: "unknown", schema.ClassStop: "stop",
}

func classNamed(name string) schema.Class {
	return schema.Class(max(0, slices.Index(classNames, name)))
}

// seenJSON is the document of what an outcome saw instead of what was wanted.
type seenJSON struct {
	Have    *recordJSON  `json:"have"`
	Changes []changeJSON `json:"changes"`
}

func encodeSeen(seen *schema.Seen, mask schema.Mask) *seenJSON {
	if seen == nil {
		return nil
	}
	return &seenJSON{encodeRecord(&seen.Have, mask), encodeChanges(seen.Changes)}
}

func (in *seenJSON) decode() (*schema.Seen, error) {
	if in == nil {
		return nil, nil
	}
	have, err := in.Have.decode(nil)
	if err != nil {
		return nil, err
	}
	changes, err := decodeChanges(in.Changes)
	return &schema.Seen{Have: have, Changes: changes}, err
}

func unknownAfter(o schema.Outcome, i schema.Intent) schema.Outcome {
	o.Status, o.Class, o.Stop, o.HTTP, o.Temporary = schema.StatusUnknown, schema.ClassUnknown, schema.StopNone, 0, false
	o.Unanswered = true
	o.Attempts++
	if o.Started.IsZero() {
		o.Started = i.At
	}
	o.Took = i.At.Sub(o.Started)
	o.Error, o.Advice = "the run stopped before the answer was recorded", "resume the run to check the record on the server"
	return o
}
