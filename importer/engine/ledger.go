package engine

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"gijbulk/schema"
)

// ledger has the latest outcome of each action of a run. Every new one goes through
// recordOutcomes: into the journal, then into the ledger, then to the observer.
type ledger struct {
	run      *Run
	outcomes []schema.Outcome    // by the action's number
	lost     map[int]*lostCreate // likewise: creates with attempts that were not answered
	delay    time.Duration       // how late a create appeared, where that was later than the time limit
	clock    serverClock         // by the creates that were answered
	gone     map[int64]bool      // records that are no longer on the server
	losses   map[int]int         // by the action's number, of creates: attempts without an answer
	first    map[int]time.Time   // likewise: when the first attempt left, at the earliest, where this process has sent all of them
	waited   map[int]bool        // likewise: this process has waited for their first indexings
	wrote    bool                // this process has sent something, or was about to

	mu sync.Mutex // over outcomes while the pool works, and over the observer
}

func newLedger(r *Run, outcomes []schema.Outcome) *ledger {
	return &ledger{run: r, outcomes: append([]schema.Outcome(nil), outcomes...),
		lost: make(map[int]*lostCreate), gone: make(map[int64]bool), losses: make(map[int]int), first: make(map[int]time.Time), waited: make(map[int]bool)}
}

func (l *ledger) recordIntents(ctx context.Context, actions ...schema.Action) error {
	l.mu.Lock()
	l.wrote = true
	l.mu.Unlock()
	if l.run.Journal == nil {
		return nil
	}
	if err := l.run.Journal.Begin(ctx, actions...); err != nil {
		return causeOr(ctx, fmt.Sprintf("record the intent to %s %s%s", actions[0].Op, actions[0].Subject().Key(), others(len(actions))), err)
	}
	return nil
}

// recordOutcomes works even after the run has been canceled. Outcomes that cannot be recorded
// still count: what happened has happened.
func (l *ledger) recordOutcomes(ctx context.Context, outcomes ...schema.Outcome) (err error) {
	if l.run.Journal != nil && len(outcomes) > 0 {
		if err = l.run.Journal.End(context.WithoutCancel(ctx), outcomes...); err != nil {
			err = fmt.Errorf("record the outcome of %s%s: %w", l.action(outcomes[0].N).Subject().Key(), others(len(outcomes)), err)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, o := range outcomes {
		l.outcomes[o.N] = o
		if l.run.Observer != nil {
			l.run.Observer.Outcome(o)
		}
	}
	return err
}

func (l *ledger) step(s Step) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.run.Observer != nil {
		l.run.Observer.Step(s)
	}
}

func (l *ledger) extend(ctx context.Context, actions []schema.Action) error {
	if l.run.Journal != nil {
		if err := l.run.Journal.Extend(ctx, actions); err != nil {
			return causeOr(ctx, fmt.Sprintf("record %d more actions", len(actions)), err)
		}
	}
	l.run.Plan.Actions = append(l.run.Plan.Actions, actions...)
	for i := range actions {
		l.outcomes = append(l.outcomes, actions[i].Outcome())
	}
	return nil
}

func (l *ledger) action(n int) *schema.Action { return &l.run.Plan.Actions[n] }

func (l *ledger) latestOutcome(n int) schema.Outcome {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.outcomes[n]
}

func (l *ledger) countFailedWrites() (failed, writes int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for n, o := range l.outcomes {
		if !l.action(n).Op.Writes() {
			continue
		}
		writes++
		if o.Status == schema.StatusFailed {
			failed++
		}
	}
	return failed, writes
}

// pending are those of the actions that are still to be sent: writes that never left, and
// updates and deletions whose outcome is unknown, since those can be repeated.
func (l *ledger) pending(actions []int) []int {
	var pending []int
	for _, n := range actions {
		switch s := l.outcomes[n].Status; {
		case s == schema.StatusUnprocessed, s == schema.StatusUnknown && l.action(n).Op != schema.OpCreate:
			pending = append(pending, n)
		}
	}
	return pending
}

func (l *ledger) trackAttempts(o schema.Outcome, d writeAttempt) {
	if l.action(o.N).Op != schema.OpCreate {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	left := cmp.Or(d.left, time.Now())
	if _, sent := l.first[o.N]; !sent && l.losses[o.N] == 0 {
		l.first[o.N] = cmp.Or(d.left, d.begun)
	}
	switch {
	case o.Status != schema.StatusUnknown:
		delete(l.lost, o.N)
		delete(l.gone, o.ID) // a restored server assigns ids again
		if o.InitDate != 0 {
			l.clock.observe(o.InitDate, left, time.Now())
		}
	case o.Class == schema.ClassUnknown:
		l.addLost(o.N, left)
	}
}

func (l *ledger) addLost(n int, left time.Time) {
	if l.lost[n] == nil {
		l.lost[n] = new(lostCreate)
	}
	one := l.lost[n]
	one.sent, one.missing, one.unknown = append(one.sent, left), 0, false
	l.losses[n]++
}

func (l *ledger) unsettled() []int {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(l.lost)), func(n int) bool { return l.lost[n].unknown })
}

func (l *ledger) anySent(actions []int) bool {
	return slices.ContainsFunc(actions, func(n int) bool { return l.outcomes[n].Attempts > 0 })
}

func (l *ledger) anyOpen(actions []int) bool {
	return slices.ContainsFunc(l.unsettled(), func(n int) bool { return slices.Contains(actions, n) })
}

// delayed reports whether a create may have appeared late only because of an earlier attempt.
func (l *ledger) delayed(now time.Time) bool {
	for _, n := range l.unsettled() {
		if one := l.lost[n]; one.delay > 0 && now.Before(one.sent[len(one.sent)-1].Add(one.delay)) {
			return true
		}
	}
	return false
}

func (l *ledger) markWaited(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waited[n] = true
}

// notWaitedFor are the creates, by number, whose first indexing was not seen to end and that this process has not waited for.
func (l *ledger) notWaitedFor() []int {
	var numbers []int
	for n, o := range l.outcomes {
		if l.action(n).Op == schema.OpCreate && o.Status == schema.StatusCreated && o.ID != 0 && !o.Scanned && !l.waited[n] {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// claimed are the ids that outcomes have. What is to be deleted belongs to none: a duplicate
// whose deletion fails is still one.
func (l *ledger) claimed() map[int64]bool {
	claimed := make(map[int64]bool)
	for n, o := range l.outcomes {
		if l.action(n).Op != schema.OpDelete {
			claimed[o.ID] = true
		}
	}
	return claimed
}

func others(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n-1)
}
