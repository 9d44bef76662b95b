package reports

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"gijbulk/schema"
)

// nestedCounts counts the nested repositories of a run; nil where it has no rules.
func nestedCounts(run schema.Run, all []schema.Result) *NestedCounts {
	counts := map[schema.Status]int{}
	for _, r := range all {
		if wantedOrLive(r.Action).Kind() == schema.KindNested && r.Action.Have.ID != 0 {
			counts[r.Status]++
		}
	}
	if run.Nested.Unchanged > 0 {
		counts[schema.StatusUnchanged] += run.Nested.Unchanged
	}
	if len(counts) == 0 && run.Nested.Pending == 0 {
		return nil
	}
	return &NestedCounts{counts, run.Nested.Pending}
}

// plus adds the counts of another shard.
func (n *NestedCounts) plus(other *NestedCounts) *NestedCounts {
	if n == nil || other == nil {
		return cmp.Or(n, other)
	}
	sum := &NestedCounts{map[schema.Status]int{}, n.Pending + other.Pending}
	for _, counts := range []map[schema.Status]int{n.Counts, other.Counts} {
		for status, k := range counts {
			sum.Counts[status] += k
		}
	}
	return sum
}

// words are the counts for people, "" where there are none.
func (n *NestedCounts) words(page Page) string {
	if n == nil {
		return ""
	}
	var words []string
	if len(n.Counts) > 0 {
		words = append(words, countWords(n.Counts, page))
	}
	if n.Pending > 0 {
		words = append(words, plural(n.Pending, "rule")+" of new integrations pending until their repositories are listed: run sync then")
	}
	return "nested repositories: " + strings.Join(words, "; ")
}

// nestedGroup is nested repositories of a plan about which the same is to be done for the same rule.
type nestedGroup struct {
	first *schema.Action
	text  string
	n     int
}

// nestedGroups folds the actions about nested repositories that differ only in what the repositories are now.
func nestedGroups(plan schema.Plan) []*nestedGroup {
	var groups []*nestedGroup
	known := make(map[string]*nestedGroup)
	for i := range plan.Actions {
		a := &plan.Actions[i]
		if !foldsNested(a) {
			continue
		}
		text := wantedChanges(a)
		key := fmt.Sprint(a.Op, a.Have.Integration, a.Want.Place, a.Want.Get(schema.FieldMatch), text)
		g := known[key]
		if g == nil {
			g = &nestedGroup{first: a, text: text}
			known[key], groups = g, append(groups, g)
		}
		g.n++
	}
	return groups
}

func foldsNested(a *schema.Action) bool {
	return a.Have.Kind() == schema.KindNested && (a.Op == schema.OpUpdate || a.Op == schema.OpExists)
}

// wantedChanges says what a rule makes of a nested repository, with the projects by their keys where the rule has them.
func wantedChanges(a *schema.Action) string {
	words := make([]string, len(a.Changes))
	for i, c := range a.Changes {
		name, to := c.Field.String(), quoted(c.To)
		if keys := a.Want.Get(schema.FieldProjects); c.Field == schema.FieldProjectMappingIDs && len(keys.Words()) > 0 {
			name, to = schema.FieldProjects.String(), strings.Join(keys.Words(), ", ")
		}
		words[i] = name + " → " + to
	}
	return strings.Join(words, ", ")
}

// writeNested writes a line for each group of a plan, such as
// "~ update  37 nested repositories of Acme (acme/pay-*): projects → PAY".
func writeNested(out io.Writer, plan schema.Plan, page Page) {
	for _, g := range nestedGroups(plan) {
		a := g.first
		head := fmt.Sprintf("%s  %s of %s, %s: %s", signed(a.Op, page), nestedRepositories(g.n), oneLine(a.Want.Get(schema.FieldIntegration).Text()),
			oneLine(a.Want.Get(schema.FieldMatch).Text()), page.paint(good, oneLine(g.text)))
		if a.Want.Place.File != "" {
			head += "  " + page.paint(aside, "("+oneLine(fileLine(a.Want.Place))+")")
		}
		page.line(out, 0, head)
	}
}

// PlanNested are the counts of nested repositories in a plan, for programs.
type PlanNested struct {
	Update    int `json:"update"`
	Exists    int `json:"exists"`
	Unchanged int `json:"unchanged"`
	Pending   int `json:"pending"` // rules of integrations that are to be created
}

func planNested(plan schema.Plan) *PlanNested {
	counts := plan.NestedCounts()
	n := PlanNested{plan.CountKind(schema.OpUpdate, schema.KindNested), plan.CountKind(schema.OpExists, schema.KindNested), counts.Unchanged, counts.Pending}
	if n == (PlanNested{}) {
		return nil
	}
	return &n
}

// text is the part of the line of counts about nested repositories.
func (n *PlanNested) text(run schema.Run) string {
	if n == nil {
		return ""
	}
	text := fmt.Sprintf("%d to update", n.Update)
	if run.Command == "import" {
		text = fmt.Sprintf("%d exist with differences", n.Exists)
	}
	text = "; nested repositories: " + text + fmt.Sprintf(", %d unchanged", n.Unchanged)
	if n.Pending > 0 {
		text += ", " + plural(n.Pending, "rule") + " pending"
	}
	return text
}

// ruleRows are the rules that a table writes after an integration: all of them, since the first that matches applies,
// each with what became of its nested repositories in this part.
type ruleRows struct {
	d       reportData
	inPart  func(schema.Status) bool
	worst   map[ruleKey]*RecordInfo // the nested repository that speaks for its rule
	touched map[int64]bool          // integrations with nested repositories in the part
	owners  map[int64]bool          // ids of the integrations that the report has
}

type ruleKey struct {
	file string
	line int
}

func newRuleRows(d reportData, inPart func(schema.Status) bool) ruleRows {
	rows := ruleRows{d: d, inPart: inPart, worst: map[ruleKey]*RecordInfo{}, touched: map[int64]bool{}, owners: map[int64]bool{}}
	for i := range d.records {
		r := &d.records[i]
		if len(r.Rules) > 0 {
			rows.owners[r.ID] = true
		}
		if r.Integration == 0 || !inPart(r.Status) {
			continue
		}
		rows.touched[r.Integration] = true
		key := ruleKey{r.File, r.Line}
		if w := rows.worst[key]; w == nil || w.Error == "" && r.Error != "" {
			rows.worst[key] = r
		}
	}
	return rows
}

// holds reports whether a record has a row of its own. An integration has one also where only nested repositories of it
// are in the part: without it, its rules would be no manifest. A nested repository has none where its rule has.
func (rows ruleRows) holds(r *RecordInfo) bool {
	if r.Integration != 0 && rows.owners[r.Integration] {
		return false
	}
	return rows.inPart(r.Status) || len(r.Rules) > 0 && rows.touched[r.ID]
}

// of are the rows of the rules of an integration, as records.
func (rows ruleRows) of(r *RecordInfo) []RecordInfo {
	infos := make([]RecordInfo, len(r.Rules))
	for i, rule := range r.Rules {
		info := RecordInfo{Subject: Subject{Kind: string(schema.KindNested), Action: r.Action}, Status: r.Status}
		if w := rows.worst[ruleKey{rule.File, rule.Line}]; w != nil {
			info = *w
		}
		info.File, info.Line, info.Cells, info.Rules = rule.File, rule.Line, rule.Cells, nil
		infos[i] = info
	}
	return infos
}

// withRules lists records and, after its integration, each rule: all that tables have rows for.
func withRules(records []RecordInfo) []RecordInfo {
	if !slices.ContainsFunc(records, func(r RecordInfo) bool { return len(r.Rules) > 0 }) {
		return records
	}
	rows := newRuleRows(reportData{records: records}, func(schema.Status) bool { return true })
	var all []RecordInfo
	for i := range records {
		if r := &records[i]; rows.holds(r) {
			all = append(append(all, *r), rows.of(r)...)
		}
	}
	return all
}
