package reports

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"

	"gijbulk/schema"
)

// PlanText writes a plan for people: each action that is not "unchanged", with what
// differs or why it cannot be decided, and a line of counts. The number of writes and
// the digest are the run's.
func PlanText(w io.Writer, run schema.Run, plan schema.Plan) error {
	out := bufio.NewWriter(w)
	for i := range plan.Actions {
		writeAction(out, &plan.Actions[i])
	}
	fmt.Fprintf(out, "%d to create, %s, %d unchanged, %d in conflict; %d write requests sent",
		plan.Count(schema.OpCreate), differing(run, plan), plan.Count(schema.OpUnchanged),
		plan.Count(schema.OpConflict), run.Writes)
	if n := plan.Count(schema.OpInvalid); n > 0 {
		fmt.Fprintf(out, "; %d left out with errors", n)
	}
	if run.Digest != "" {
		fmt.Fprintf(out, "; plan %s", run.Digest)
	}
	fmt.Fprintln(out)
	return out.Flush()
}

// differing says what becomes of records that are there and differ: an import leaves
// them as they are.
func differing(run schema.Run, plan schema.Plan) string {
	if run.Command == "import" {
		return fmt.Sprintf("%d exist with differences", plan.Count(schema.OpExists))
	}
	return fmt.Sprintf("%d to update, %d to delete", plan.Count(schema.OpUpdate), plan.Count(schema.OpDelete))
}

func writeAction(out io.Writer, a *schema.Action) {
	sign := map[schema.Op]string{schema.OpCreate: "+", schema.OpUpdate: "~", schema.OpDelete: "-", schema.OpExists: "~", schema.OpConflict: "!", schema.OpInvalid: "x"}[a.Op]
	if sign == "" {
		return
	}
	r := subject(a)
	fmt.Fprintf(out, "%s %s  %s", sign, a.Op, oneLine(r.Key().String()))
	if r.Place.File != "" {
		fmt.Fprintf(out, "  (%s)", oneLine(fileLine(r.Place)))
	}
	fmt.Fprintln(out)
	for _, c := range a.Changes {
		if c.Unseen {
			fmt.Fprintf(out, "    %s: %s is sent; the server does not show it\n", c.Field, shown(c.To))
			continue
		}
		fmt.Fprintf(out, "    %s: %s -> %s\n", c.Field, shown(c.From), shown(c.To))
	}
	if a.Reason != "" {
		fmt.Fprintf(out, "    %s\n", oneLine(a.Reason))
	}
}

// shown quotes texts, so that an empty one and one that ends in a blank can be seen.
func shown(v schema.Value) string {
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
}

// PlanJSON writes a plan for programs: a [PlanAction] a line, and at the end
// {"summary": [PlanSummary]}.
func PlanJSON(w io.Writer, run schema.Run, plan schema.Plan) error {
	out := bufio.NewWriter(w)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for i := range plan.Actions {
		a := &plan.Actions[i]
		if err := encoder.Encode(PlanAction{subjectInfo(a), changeInfos(a.Changes), a.Reason}); err != nil {
			return err
		}
	}
	summary := PlanSummary{Create: plan.Count(schema.OpCreate), Update: plan.Count(schema.OpUpdate), Delete: plan.Count(schema.OpDelete),
		Exists:    plan.Count(schema.OpExists),
		Unchanged: plan.Count(schema.OpUnchanged), Conflict: plan.Count(schema.OpConflict),
		Invalid: plan.Count(schema.OpInvalid), Writes: run.Writes, Plan: run.Digest}
	if err := encoder.Encode(map[string]PlanSummary{"summary": summary}); err != nil {
		return err
	}
	return out.Flush()
}
