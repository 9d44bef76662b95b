package engine

import (
	"context"
	"fmt"
	"time"

	"gijbulk/schema"
)

// Target is the server that a plan is applied to.
type Target interface {
	// Do performs one action. A failed action is an outcome, never an error.
	Do(context.Context, schema.Action) schema.Outcome
	// List reads all live records of these kinds, or fails; it never gives a part of them.
	// Repositories inside integrations are not among them.
	List(context.Context, ...schema.Kind) ([]schema.Record, error)
}

// Journal keeps what was meant and what became of it, of one action or of many at once.
// Begin is durable before the requests leave, End before the outcomes are told. An error of
// either means that nothing of it was kept, and ends the run.
type Journal interface {
	Begin(context.Context, ...schema.Action) error
	End(context.Context, ...schema.Outcome) error
}

// Importer applies plans to a target.
type Importer struct {
	Target      Target
	Journal     Journal       // nil: intents are kept in memory only
	Concurrency int           // writes at once; at least 1
	Quiet       time.Duration // how long the server is left alone before unknown writes are looked up
	Timeout     time.Duration // of the target's requests: after one ran into it the server may be at work this long
	Resumed     time.Time     // since when the process that sent the earlier writes is certainly dead; zero: they are our own
	Held        time.Duration // how long that process may have held a request back before it left
	Resends     int           // how often a create that is certainly not there is sent again
	Gentle      Gentle        // how first indexings are waited for
}

// Stopped is the error of a run that had to end as a whole. The outcome is the one that
// made it end.
type Stopped struct {
	Outcome schema.Outcome
}

// Error says why, in the words of the answer.
func (s *Stopped) Error() string { return "the run was stopped: " + s.Outcome.Error }

// Reason is the kind of stop.
func (s *Stopped) Reason() schema.Stop { return s.Outcome.Stop }

func (im *Importer) begin(ctx context.Context, actions ...schema.Action) error {
	if im.Journal == nil {
		return nil
	}
	if err := im.Journal.Begin(ctx, actions...); err != nil {
		return fmt.Errorf("journal the intent to %s %s%s: %w", actions[0].Op, actions[0].Want.Place, more(len(actions)), err)
	}
	return nil
}

// end keeps outcomes even when the run has been cancelled in between.
func (im *Importer) end(ctx context.Context, outcomes ...schema.Outcome) error {
	if im.Journal == nil {
		return nil
	}
	if err := im.Journal.End(context.WithoutCancel(ctx), outcomes...); err != nil {
		return fmt.Errorf("journal the outcome of %s%s: %w", outcomes[0].Action.Want.Place, more(len(outcomes)), err)
	}
	return nil
}

func more(n int) string {
	if n == 1 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n-1)
}
