package schema

import (
	"cmp"
	"hash/maphash"
	"slices"
	"strings"
)

// RuleLinks finds the integration of each rule for nested repositories, once all records of the manifests are known.
// It keeps two numbers of an integration, and rules whole. Its zero value is ready; it serves one goroutine.
type RuleLinks struct {
	seed         maphash.Seed
	integrations []labels
	names        []string // of the first integrations, for suggestions
	last         Place    // of the latest integration
	rules        []RuleLink
}

// labels are what a rule can call an integration, as hashes.
type labels struct{ name, full uint64 }

// NoIntegration is that of a rule whose integration is not known.
const NoIntegration = -1

// RuleLink is a rule with its integration, and with what the other rules have against it.
type RuleLink struct {
	Rule        Record
	Integration int // its number among the integrations, from 0, or NoIntegration
	New         []Finding
}

// Label is how a rule in a table calls an integration for certain: TYPE ORIGIN NAME.
func (r Record) Label() string {
	var words []string
	for _, word := range []string{string(r.Type()), cmp.Or(r.Origin(), r.Get(FieldAwsRegion).Text()), r.Name()} {
		if word != "" {
			words = append(words, word)
		}
	}
	return strings.Join(words, " ")
}

const mostNames = 1000

// Add takes in the next record of the manifests.
func (l *RuleLinks) Add(r Record) {
	if l.seed == (maphash.Seed{}) {
		l.seed = maphash.MakeSeed()
	}
	switch r.Kind() {
	case KindIntegration:
		l.last = r.Place
		l.integrations = append(l.integrations, labels{l.hash(r.Name()), l.hash(r.Label())})
		if r.Name() != "" && len(l.names) < mostNames {
			l.names = append(l.names, r.Name())
		}
	case KindNested:
		link := RuleLink{Rule: r, Integration: NoIntegration}
		if r.Owner != (Place{}) && r.Owner == l.last {
			link.Integration = len(l.integrations) - 1
		}
		l.rules = append(l.rules, link)
	}
}

func (l *RuleLinks) hash(label string) uint64 { return maphash.String(l.seed, label) }

// Links are the rules, in their order, each with its integration and the findings that the other records make.
func (l *RuleLinks) Links() []RuleLink {
	if len(l.rules) == 0 {
		return nil
	}
	byName, byLabel := make(map[uint64][]int), make(map[uint64][]int)
	for i, known := range l.integrations {
		byName[known.name] = append(byName[known.name], i)
		byLabel[known.full] = append(byLabel[known.full], i)
	}
	for i := range l.rules {
		link := &l.rules[i]
		if link.Integration != NoIntegration || link.Rule.Owner != (Place{}) {
			continue
		}
		label := link.Rule.Get(FieldIntegration).Text()
		found := byLabel[l.hash(label)]
		if len(found) == 0 {
			found = byName[l.hash(label)]
		}
		switch {
		case label == "": // the check of the rule has said so
		case len(found) == 1:
			link.Integration = found[0]
		default:
			link.New = append(link.New, l.unknown(link.Rule, label, len(found)))
		}
	}
	l.compare()
	return l.rules
}

func (l *RuleLinks) unknown(rule Record, label string, n int) Finding {
	if n > 1 {
		return CodeUnknownIntegration.Newf(rule.Place, FieldIntegration.String(), "%d integrations are called %s", n, Quote(label)).
			Advise("write TYPE ORIGIN NAME, such as GITHUB https://api.github.com %s", label)
	}
	f := CodeUnknownIntegration.Newf(rule.Place, FieldIntegration.String(), "no integration of the manifests is called %s", Quote(label))
	if near := Nearest(label, l.names); near != "" {
		return f.Advise("did you mean %s?", near)
	}
	return f
}

// compare finds rules that an earlier one of their integration leaves nothing to.
func (l *RuleLinks) compare() {
	earlier := make(map[int]*earlierRules)
	for i := range l.rules {
		link := &l.rules[i]
		if link.Integration == NoIntegration || link.Rule.Get(FieldMatch).Text() == "" {
			continue
		}
		of := earlier[link.Integration]
		if of == nil {
			of = &earlierRules{byMatch: make(map[string]Place)}
			earlier[link.Integration] = of
		}
		if f, found := of.shadows(link.Rule); found {
			link.New = append(link.New, f)
		}
		of.add(link.Rule)
	}
}

// earlierRules are those of an integration that come before a rule.
type earlierRules struct {
	byMatch map[string]Place // the first of each match
	wild    []Record         // those with wildcards
	globs   []Glob           // of these
}

func (e *earlierRules) add(rule Record) {
	match := rule.Get(FieldMatch).Text()
	if _, known := e.byMatch[match]; !known {
		e.byMatch[match] = rule.Place
	}
	if strings.Contains(match, "*") {
		e.wild, e.globs = append(e.wild, rule), append(e.globs, NewGlob(match))
	}
}

func (e *earlierRules) shadows(rule Record) (Finding, bool) {
	match := rule.Get(FieldMatch).Text()
	if before, found := e.byMatch[match]; found {
		return CodeDuplicateRecord.Newf(rule.Place, FieldMatch.String(), "the rule has the same integration and match as %s", before).
			Advise("remove one of them"), true
	}
	unreachable := func(before Place, earlier string) (Finding, bool) {
		return CodeUnreachableRule.Newf(rule.Place, FieldMatch.String(), "the rule at %s matches all that this one does: %s", before, Quote(earlier)), true
	}
	last := match[strings.LastIndexByte(match, '/')+1:]
	if before, found := e.byMatch[last]; found && !strings.Contains(last, "*") {
		return unreachable(before, last)
	}
	symbols := NewGlob(match).symbols()
	for i, g := range e.globs {
		if coversParts(g.parts, symbols) {
			return unreachable(e.wild[i].Place, g.String())
		}
	}
	return Finding{}, false
}

// AttachRules puts the rules among records into the records of their integrations. A rule that has errors stays a
// record of its own, and so do all others of its integration: since the first that matches applies, one alone cannot be
// left out.
func AttachRules(records []Record) []Record {
	if !slices.ContainsFunc(records, func(r Record) bool { return r.Kind() == KindNested }) {
		return records
	}
	var l RuleLinks
	var attached []Record
	for _, r := range records {
		l.Add(r)
		if r.Kind() != KindNested {
			attached = append(attached, r)
		}
	}
	var owners []int
	for i := range attached {
		if attached[i].Kind() == KindIntegration {
			owners = append(owners, i)
		}
	}
	labels := uniqueLabels(attached, owners)
	for _, link := range l.Links() {
		rule := link.Rule.WithFindings(link.New...)
		if link.Integration == NoIntegration {
			attached = append(attached, rule)
			continue
		}
		owner := &attached[owners[link.Integration]]
		owner.Rules = append(slices.Clip(owner.Rules), rule.Set(FieldIntegration, Text(labels[link.Integration])))
	}
	return DetachBadRules(attached)
}

// DetachBadRules makes the rules of each integration records of their own again where one of them has errors.
func DetachBadRules(records []Record) []Record {
	var detached []Record
	for i := range records {
		rules := records[i].Rules
		bad := slices.IndexFunc(rules, func(r Record) bool { return len(r.Errors()) > 0 })
		if bad < 0 {
			continue
		}
		records[i].Rules = nil
		for _, rule := range rules {
			if len(rule.Errors()) == 0 {
				rule = rule.WithFindings(notApplied(rule, rules[bad]))
			}
			detached = append(detached, rule)
		}
	}
	return append(records, detached...)
}

func notApplied(rule, bad Record) Finding {
	return CodeRuleNotApplied.Newf(rule.Place, "", "the rule at %s has errors, so no rule of this integration is applied", bad.Place)
}

// ListRules is the reverse of [AttachRules]: each rule is a record that follows its integration and names it.
func ListRules(records []Record) []Record {
	if !slices.ContainsFunc(records, func(r Record) bool { return len(r.Rules) > 0 }) {
		return records
	}
	var integrations []int
	for i := range records {
		if records[i].Kind() == KindIntegration {
			integrations = append(integrations, i)
		}
	}
	labels := uniqueLabels(records, integrations)
	var listed []Record
	for i, n := 0, 0; i < len(records); i++ {
		r := records[i]
		rules := r.Rules
		r.Rules = nil
		listed = append(listed, r)
		for _, rule := range rules {
			listed = append(listed, rule.Set(FieldKind, Text(string(KindNested))).Set(FieldIntegration, Text(labels[n])))
		}
		if r.Kind() == KindIntegration {
			n++
		}
	}
	return listed
}

// uniqueLabels are how tables call integrations: by their display names where those are unique.
func uniqueLabels(records []Record, integrations []int) []string {
	count := make(map[string]int, len(integrations))
	for _, i := range integrations {
		count[records[i].Name()]++
	}
	all := make([]string, len(integrations))
	for n, i := range integrations {
		all[n] = records[i].Name()
		if all[n] == "" || count[all[n]] > 1 {
			all[n] = records[i].Label()
		}
	}
	return all
}
