package reports

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"gijbulk/schema"
)

// fact is a line at the head of a report.
type fact struct{ Name, Text string }

func runFacts(run RunInfo) []fact {
	what := "gijbulk " + run.Command
	if len(run.Files) > 0 {
		what += " " + strings.Join(run.Files, " ")
	}
	if run.flaggedDry() {
		what += " (dry run)"
	}
	facts := []fact{{"What", what}}
	if run.Shard != nil {
		facts = append(facts, fact{"Part", "shard " + run.Shard.String() + " of the manifest"})
	}
	if run.Target != "" {
		facts = append(facts, fact{"Where", whereOf(run)})
	}
	facts = append(facts, fact{"When", whenOf(run)})
	by := "gijbulk " + cmp.Or(run.Gijbulk, "(unknown version)")
	ran := "run " + run.ID
	if len(run.Shards) > 0 {
		ran = "merged from " + plural(len(run.Shards), "shard") + ": " + strings.Join(mapTo(run.Shards, shardName), ", ")
	}
	facts = append(facts, fact{"By", by + ", " + ran})
	if run.Requests > 0 {
		facts = append(facts, fact{"Sent", fmt.Sprintf("%s, %s of them writes", plural(run.Requests, "request"), withSeparators(run.Writes))})
	}
	if words := run.Losses.words(); words != "" {
		facts = append(facts, fact{"Lost repositories", words})
	}
	if run.Plan != "" {
		facts = append(facts, fact{"Plan", run.Plan})
	}
	return facts
}

// next is the command that comes after a run, and what for; "" where there is none.
func (r *RunInfo) next() (words, command string) {
	if r.Apply != "" {
		return "Once it is approved", r.Apply
	}
	if r.Resume != "" {
		return "Continue the run", r.Resume
	}
	return "", ""
}

func shardName(s ShardRun) string {
	if !s.Complete {
		return s.ID + " (incomplete)"
	}
	return s.ID
}

func whereOf(run RunInfo) string {
	where := run.Target
	if isEmbeddedSandbox(run) {
		where = "an embedded sandbox"
	}
	if run.User != "" {
		where += ", as " + run.User
	}
	return where
}

func whenOf(run RunInfo) string {
	const day, clock = "2 January 2006", "15:04:05"
	from := run.Started.UTC()
	if run.Ended.IsZero() {
		return from.Format(day+", "+clock) + " UTC, not ended"
	}
	to := run.Ended.UTC()
	end := to.Format(clock)
	if from.Format(day) != to.Format(day) {
		end = to.Format(day + ", " + clock)
	}
	return fmt.Sprintf("%s to %s UTC, %s", from.Format(day+", "+clock), end, shortDuration(to.Sub(from)))
}

func shortDuration(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 10*time.Second:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", d.Seconds()), ".0") + " s"
	case d < time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < time.Hour:
		d = d.Round(time.Second)
		return strings.TrimSuffix(fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second), " 0 s")
	}
	d = d.Round(time.Minute)
	return strings.TrimSuffix(fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute), " 0 min")
}

func changeText(c ChangeInfo) string {
	if c.Unseen {
		return plainText(c.To) + " is sent; " + unseenText(c.Resend)
	}
	return plainText(c.From) + " → " + plainText(c.To)
}

// unseenText says why a field is sent that no list shows.
func unseenText(why schema.Resend) string {
	const unseen = "the server does not show it"
	switch why {
	case schema.ResendChanged:
		return unseen + ", and it is not what was last sent"
	case schema.ResendUnrecorded:
		return unseen + ", and there is no record of what was last sent"
	case schema.ResendReplaced:
		return unseen + ", and it was last sent to an earlier record of this name or origin"
	case schema.ResendRequested:
		return unseen + ", and all secrets are to be sent again"
	}
	return unseen
}

// plainText shows a value of a report. Texts are quoted, so that empty ones and trailing
// spaces can be seen.
func plainText(v any) string {
	switch x := v.(type) {
	case nil:
		return "absent"
	case string:
		return fmt.Sprintf("%q", x)
	case []string:
		return fmt.Sprintf("%q", x)
	}
	return fmt.Sprint(v)
}

func isEmbeddedSandbox(run RunInfo) bool { return run.Target == schema.SandboxURL }
