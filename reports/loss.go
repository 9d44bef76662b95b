package reports

import (
	"fmt"
	"slices"
	"strings"

	"gijbulk/schema"
)

// LossInfo is what an update or a deletion of an integration takes away of its nested repositories: the app removes
// those that the git host no longer lists, with their clones and indexes.
type LossInfo struct {
	Nested       int      `json:"nested"`                 // live nested repositories of the integration when the plan was made
	Known        bool     `json:"known"`                  // which of them are lost
	Lost         int      `json:"lost"`                   // 0 where it is not known
	Repositories []string `json:"repositories,omitempty"` // the paths of the lost ones; absent where the integration is deleted
}

// LossCounts are the losses of a run, or of a plan where nothing was sent.
type LossCounts struct {
	Lost    int `json:"lost"`    // nested repositories
	Unknown int `json:"unknown"` // nested repositories of which it is not known
}

func lossInfo(l *schema.Loss) *LossInfo {
	if l == nil {
		return nil
	}
	return &LossInfo{l.Nested, l.Known, l.Lost, l.Paths}
}

// mayLose reports whether something is lost, or may be.
func (l *LossInfo) mayLose() bool { return l != nil && l.Nested > 0 && (!l.Known || l.Lost > 0) }

// text is such as "4 now, 2 lost: acme/docs, acme/site", with at most so many of the paths; "" where there is nothing to
// lose.
func (l *LossInfo) text(most int) string {
	switch {
	case l == nil || l.Nested == 0:
		return ""
	case !l.Known:
		return fmt.Sprintf("%s now; not known how many of them are lost", withSeparators(l.Nested))
	case l.Lost == 0:
		return fmt.Sprintf("%s now, none lost", withSeparators(l.Nested))
	}
	lost := withSeparators(l.Lost)
	if l.Lost == l.Nested {
		lost = "all"
	}
	text := fmt.Sprintf("%s now, %s lost", withSeparators(l.Nested), lost)
	if shown := l.Repositories[:min(most, len(l.Repositories))]; len(shown) > 0 {
		text += ": " + strings.Join(shown, ", ")
		if more := len(l.Repositories) - len(shown); more > 0 {
			text += fmt.Sprintf(" and %s more", withSeparators(more))
		}
	}
	return text
}

// lossCounts adds up losses; nil where nothing is or may be lost.
func lossCounts(losses []*schema.Loss) *LossCounts {
	var c LossCounts
	for _, l := range losses {
		if l != nil {
			c.Lost, c.Unknown = c.Lost+l.Lost, c.Unknown+l.Open()
		}
	}
	if c == (LossCounts{}) {
		return nil
	}
	return &c
}

// runLosses are those of what was done, and of a dry run of what would be.
func runLosses(run schema.Run, all []schema.Result) *LossCounts {
	var losses []*schema.Loss
	for _, r := range all {
		if run.DryRun || slices.Contains([]schema.Status{schema.StatusUpdated, schema.StatusDeleted, schema.StatusUnknown}, r.Status) {
			losses = append(losses, r.Action.Loss)
		}
	}
	return lossCounts(losses)
}

func planLosses(plan schema.Plan) *LossCounts {
	losses := make([]*schema.Loss, len(plan.Actions))
	for i := range plan.Actions {
		losses[i] = plan.Actions[i].Loss
	}
	return lossCounts(losses)
}

func (c *LossCounts) plus(other *LossCounts) *LossCounts {
	if c == nil || other == nil {
		if c == nil {
			return other
		}
		return c
	}
	return &LossCounts{c.Lost + other.Lost, c.Unknown + other.Unknown}
}

// words are the losses for people, such as "2, not known of 37 more"; "" where there are none.
func (c *LossCounts) words() string {
	switch {
	case c == nil:
		return ""
	case c.Unknown == 0:
		return withSeparators(c.Lost)
	case c.Lost == 0:
		return fmt.Sprintf("not known of %s", withSeparators(c.Unknown))
	}
	return fmt.Sprintf("%s, not known of %s more", withSeparators(c.Lost), withSeparators(c.Unknown))
}
