package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"gijbulk/schema"
)

// Planned reports whether the run got as far as its plan. One that did not has sent
// nothing that writes.
func (s Saved) Planned() bool { return s.Run.Digest != "" }

// Plan keeps what is to be done, and what was found out on the way to it: the target's
// own name for itself, the user, the plan's digest and the findings. All of it is durable
// when Plan returns: this comes before the first request that writes, and before any
// Begin.
func (l *Log) Plan(ctx context.Context, run schema.Run, plan schema.Plan) error {
	if run.Digest == "" {
		return l.journal.trouble("keep the plan", errors.New("it has no digest"))
	}
	return l.work("keep the plan of run "+run.ID, func(db database) (err error) {
		s := starter{ctx: ctx, db: db, mask: l.mask, seq: l.run}
		if l.target, err = s.keepPlan(run, plan); err != nil {
			return err
		}
		l.actions, l.hasher = plan.Actions, newHasherPool(l.journal.key, run.Target)
		return nil
	})
}

// Extend adds actions to the plan that the run has come to need. Their numbers go on
// where the plan ends. They are durable when Extend returns.
func (l *Log) Extend(ctx context.Context, actions []schema.Action) error {
	return l.work("extend the plan", func(db database) error {
		s := starter{ctx: ctx, db: db, mask: l.mask, seq: l.run}
		if err := s.extend(len(l.actions), actions); err != nil {
			return err
		}
		l.actions = append(l.actions[:len(l.actions):len(l.actions)], actions...)
		return nil
	})
}

// Discard takes the run out of the journal: it has ended before anything was to be sent.
// It does not close the log.
func (l *Log) Discard(ctx context.Context) error {
	return l.work("discard the run", func(db database) error { return removeRun(ctx, db, l.run) })
}

func (s *starter) keepPlan(run schema.Run, plan schema.Plan) (target int64, err error) {
	if target, err = targetNumber(s.ctx, s.db, run.Target); err != nil {
		return 0, err
	}
	if err := s.keepActions(0, plan.Actions); err != nil {
		return 0, err
	}
	texts, err := marshal(run.Files, findingsOut(run.Findings, s.mask), s.headers.list, plan.Live)
	if err != nil {
		return 0, err
	}
	_, err = s.db.ExecContext(s.ctx, `UPDATE runs SET target = ?, base_url = ?, user = ?, digest = ?, files = ?, findings = ?, headers = ?,
		live = ?, manifest = ? WHERE seq = ?`, target, run.Target, run.User, run.Digest, texts[0], texts[1], texts[2], texts[3], run.Manifest, s.seq)
	return target, err
}

// extend adds actions; the headers of their records are those of the plan's, or new.
func (s *starter) extend(from int, actions []schema.Action) error {
	var known string
	if err := s.db.QueryRowContext(s.ctx, `SELECT headers FROM runs WHERE seq = ?`, s.seq).Scan(&known); err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(known), &s.headers.list); err != nil {
		return err
	}
	if err := s.keepActions(from, actions); err != nil {
		return err
	}
	texts, err := marshal(s.headers.list)
	if err != nil {
		return err
	}
	_, err = s.db.ExecContext(s.ctx, `UPDATE runs SET headers = ? WHERE seq = ?`, texts[0], s.seq)
	return err
}

// keepActions keeps actions whose numbers begin at from, many in a row of the file.
func (s *starter) keepActions(from int, actions []schema.Action) error {
	const part = 64 << 10 // bytes, about
	lines := make([]byte, 0, part+part/8)
	for i, a := range actions {
		if a.N != from+i {
			return fmt.Errorf("action %d of the plan calls itself %d", from+i, a.N)
		}
		lines = appendAction(lines, a, &s.headers, s.mask)
		if len(lines) < part && i < len(actions)-1 {
			continue
		}
		if _, err := s.db.ExecContext(s.ctx, `INSERT INTO plans (run, actions) VALUES (?, ?)`, s.seq, string(lines)); err != nil {
			return err
		}
		lines = lines[:0]
	}
	return nil
}
