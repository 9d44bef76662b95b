package journal

import (
	"context"
	"errors"
	"fmt"

	"gijbulk/schema"
)

// Plan records what is to be done, and what was found out on the way to it: the target's
// own base URL, the user, the plan's digest and the findings. This comes before the first
// request that writes.
func (l *Log) Plan(ctx context.Context, run schema.Run, plan schema.Plan) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var target int64
	err := l.transactLocked(ctx, "record the plan of run "+run.ID, func(ctx context.Context) (err error) {
		if run.Digest == "" {
			return errors.New("the plan has no digest")
		}
		if target, err = findOrInsertTarget(ctx, l.session, TargetOf(run)); err != nil {
			return err
		}
		if err := l.insertActions(ctx, 0, plan.Actions); err != nil {
			return err
		}
		return l.session.exec(ctx, `UPDATE runs SET target = $1, base_url = $2, login = $3, digest = $4, manifest = $5, files = $6,
				findings = $7, live = $8, columns = $9, others = $10 WHERE seq = $11`,
			target, run.Target, run.User, run.Digest, run.Manifest, document{run.Files},
			document{maskFindings(run.Findings, l.mask)}, document{encodeKnown(plan.Live)}, document{tablesByFile(plan.Actions)}, document{encodeRecords(plan.Others, l.mask)}, l.run)
	})
	if err != nil {
		return err
	}
	l.target, l.actions, l.attempts = target, nil, nil
	l.addActions(plan.Actions)
	return nil
}

// Extend adds actions to the plan; their numbers follow those of the plan.
func (l *Log) Extend(ctx context.Context, actions []schema.Action) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	err := l.transactLocked(ctx, "extend the plan", func(ctx context.Context) error {
		return l.insertActions(ctx, len(l.actions), actions)
	})
	if err == nil {
		l.addActions(actions)
	}
	return err
}

func (l *Log) addActions(actions []schema.Action) {
	l.actions = append(l.actions, actions...)
	l.attempts = append(l.attempts, make([]int, len(actions))...)
}

func (l *Log) insertActions(ctx context.Context, first int, actions []schema.Action) error {
	for i := range actions {
		a := &actions[i]
		if a.N != first+i {
			return fmt.Errorf("action %d of the plan has number %d", first+i, a.N)
		}
		want := encodeRecord(&a.Want, l.mask)
		if want != nil {
			want.NestedUnchanged, want.Adopts = a.NestedUnchanged, a.Adopts
		}
		err := l.session.exec(ctx, `INSERT INTO actions (run, n, op, kind, live, want, have, changes, reason, advice, files, inferred)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
			l.run, a.N, a.Op, a.Subject().Kind(), a.Have.ID, document{want}, document{encodeHave(a, l.mask)},
			document{encodeChanges(a.Changes)}, l.mask.Hide(a.Reason), l.mask.Hide(a.Advice), a.Files, a.Inferred)
		if err != nil {
			return err
		}
	}
	return nil
}

// knownJSON is an id with its initDate.
type knownJSON [2]int64

func encodeKnown(live []schema.Known) []knownJSON {
	out := make([]knownJSON, len(live))
	for i, k := range live {
		out[i] = knownJSON{k.ID, k.InitDate}
	}
	return out
}

func decodeKnown(in []knownJSON) []schema.Known {
	live := make([]schema.Known, len(in))
	for i, k := range in {
		live[i] = schema.Known{ID: k[0], InitDate: k[1]}
	}
	return live
}

func encodeRecords(others []schema.Record, mask schema.Mask) []*recordJSON {
	var out []*recordJSON
	for i := range others {
		out = append(out, encodeRecord(&others[i], mask))
	}
	return out
}
