package reports

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"gijbulk/schema"
)

// PlanText writes a plan for people: each action that is not "unchanged", with what
// differs or why it cannot be decided, and a line of counts. The number of writes and
// the digest are the run's.
func PlanText(w io.Writer, run schema.Run, plan schema.Plan, page Page) error {
	out := bufio.NewWriter(w)
	rest := make(folds)
	for i := range plan.Actions {
		a := &plan.Actions[i]
		if !page.OneByOne && foldsNested(a) {
			continue
		}
		if page.Folded && rest.isFull(a.Op) {
			info := subjectInfo(a, &a.Have)
			rest[a.Op].add(info.typeOrKind())
			continue
		}
		rest.show(a.Op)
		writeAction(out, a, page)
	}
	rest.write(out, page)
	if !page.OneByOne {
		writeNested(out, plan, page)
	}
	page.line(out, 0, planCounts(run, plan))
	return out.Flush()
}

func planCounts(run schema.Run, plan schema.Plan) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%d to create, %s, %d unchanged, %d in conflict; %d write requests sent",
		plan.Count(schema.OpCreate), countDiffering(run, plan), plan.Count(schema.OpUnchanged),
		plan.Count(schema.OpConflict), run.Writes)
	out.WriteString(planNested(plan).text(run))
	if n := plan.Adoptions(); n > 0 {
		fmt.Fprintf(&out, "; %d to adopt", n)
	}
	if n := plan.IndexingErrors; n > 0 {
		fmt.Fprintf(&out, "; %d with indexing errors", n)
	}
	if words := planLosses(plan).words(); words != "" {
		out.WriteString("; lost repositories: " + words)
	}
	if n := plan.Count(schema.OpInvalid); n > 0 {
		fmt.Fprintf(&out, "; %d left out with errors", n)
	}
	if run.Digest != "" {
		fmt.Fprintf(&out, "; plan %s", run.Digest)
	}
	return out.String()
}

func countDiffering(run schema.Run, plan schema.Plan) string {
	if exist := plan.Count(schema.OpExists) - plan.CountKind(schema.OpExists, schema.KindNested); run.Command == "import" || exist > 0 {
		return fmt.Sprintf("%d exist with differences", exist)
	}
	return fmt.Sprintf("%d to update, %d to delete", plan.Count(schema.OpUpdate)-plan.CountKind(schema.OpUpdate, schema.KindNested), plan.Count(schema.OpDelete))
}

func actionSign(op schema.Op) string {
	return map[schema.Op]string{schema.OpCreate: "+", schema.OpUpdate: "~", schema.OpDelete: "-", schema.OpExists: "~", schema.OpConflict: "!", schema.OpIndexingError: "!", schema.OpInvalid: "x"}[op]
}

func signed(op schema.Op, page Page) string {
	return page.paint(toneOf(op), actionSign(op)+" "+string(op))
}

func toneOf(op schema.Op) tone {
	switch op {
	case schema.OpCreate:
		return good
	case schema.OpUpdate, schema.OpExists:
		return changed
	}
	return bad
}

func writeAction(out io.Writer, a *schema.Action, page Page) {
	if actionSign(a.Op) == "" {
		return
	}
	r := wantedOrLive(a)
	head := signed(a.Op, page) + "  " + oneLine(r.Key().String())
	if r.Place.File != "" {
		head += "  " + page.paint(aside, "("+oneLine(fileLine(r.Place))+")")
	}
	page.line(out, 0, head)
	for _, c := range a.Changes {
		to := page.paint(good, quoted(c.To))
		if c.Unseen {
			page.line(out, 4, fmt.Sprintf("%s: %s is sent; %s", c.Field, to, unseenText(c.Resend)))
			continue
		}
		page.line(out, 4, fmt.Sprintf("%s: %s -> %s", c.Field, page.paint(bad, quoted(c.From)), to))
	}
	if text := lossInfo(a.Loss).text(page.mostPaths()); text != "" {
		page.line(out, 4, "nested repositories: "+page.paint(bad, oneLine(text)))
	}
	if a.Reason != "" {
		page.line(out, 4, clipped(a.Reason))
	}
	if a.Advice != "" {
		page.line(out, 4, page.paint(advice, "hint:")+" "+clipped(a.Advice))
	}
}

func quoted(v schema.Value) string {
	switch x := v.Plain().(type) {
	case nil:
		return "absent"
	case string:
		return strconv.Quote(x)
	case []int64:
		return "[" + v.String() + "]"
	case []string:
		return fmt.Sprintf("%q", x)
	}
	return v.String()
}

// PlanAction is one action of a plan as programs get it.
type PlanAction struct {
	Subject
	Changes []ChangeInfo `json:"changes"`
	Reason  string       `json:"reason"`
	Advice  string       `json:"advice,omitempty"`
	Loss    *LossInfo    `json:"loss,omitempty"` // of an integration whose update changes what it lists, or that is deleted
}

// PlanSummary is the last line of a plan as programs get it.
type PlanSummary struct {
	Create    int    `json:"create"`
	Update    int    `json:"update"`
	Delete    int    `json:"delete"`
	Exists    int    `json:"exists"`
	Unchanged int    `json:"unchanged"`
	Conflict  int    `json:"conflict"`
	Invalid   int    `json:"invalid"` // left out: it has errors of its own
	Writes    int    `json:"writes"`  // write requests that were sent
	Plan      string `json:"plan"`    // its digest, or ""

	Adopt int `json:"adopt,omitempty"` // live records that belong to a set from then on

	IndexingErrors int `json:"indexingErrors,omitempty"` // records whose last indexing had errors, where they were asked for

	Nested *PlanNested `json:"nested,omitempty"` // of nested repositories, which are in no other count; absent where there are no rules
	Losses *LossCounts `json:"losses,omitempty"` // of nested repositories; absent where there are none
}

// PlanJSON writes a plan for programs: one [PlanAction] per line, and at the end
// {"summary": [PlanSummary]}.
func PlanJSON(w io.Writer, run schema.Run, plan schema.Plan) error {
	out := bufio.NewWriter(w)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for i := range plan.Actions {
		a := &plan.Actions[i]
		if err := encoder.Encode(PlanAction{subjectInfo(a, &a.Have), changeInfos(a.Changes), a.Reason, a.Advice, lossInfo(a.Loss)}); err != nil {
			return err
		}
	}
	summary := PlanSummary{Create: plan.Count(schema.OpCreate), Update: plan.Count(schema.OpUpdate) - plan.CountKind(schema.OpUpdate, schema.KindNested), Delete: plan.Count(schema.OpDelete),
		Exists:    plan.Count(schema.OpExists) - plan.CountKind(schema.OpExists, schema.KindNested),
		Nested:    planNested(plan),
		Losses:    planLosses(plan),
		Unchanged: plan.Count(schema.OpUnchanged), Conflict: plan.Count(schema.OpConflict),
		Invalid: plan.Count(schema.OpInvalid), Adopt: plan.Adoptions(), IndexingErrors: plan.IndexingErrors, Writes: run.Writes, Plan: run.Digest}
	if err := encoder.Encode(map[string]PlanSummary{"summary": summary}); err != nil {
		return err
	}
	return out.Flush()
}
