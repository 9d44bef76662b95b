package schema

import (
	"slices"
	"strings"
)

// Kind is what a record describes, for its whole life.
type Kind string

// The kinds. A record that does not say is an integration, unless it stands in a list
// of repositories, or of rules.
const (
	KindIntegration Kind = "integration" // a host whose repositories the app finds itself
	KindRepository  Kind = "repository"  // one plain repository
	KindNested      Kind = "nested"      // a repository inside an integration, or a rule for some of them
)

// Kinds lists all kinds.
func Kinds() []Kind { return []Kind{KindIntegration, KindRepository, KindNested} }

// Valid reports whether there is such a kind.
func (k Kind) Valid() bool { return slices.Contains(Kinds(), k) }

// CountKinds counts the records of each kind.
func CountKinds(records []Record) map[Kind]int {
	counts := make(map[Kind]int, 2)
	for i := range records {
		counts[records[i].Kind()]++
	}
	return counts
}

// Takes reports whether records of the kind have the field. One of no valid kind is not
// held to any.
func (k Kind) Takes(f Field) bool {
	switch k {
	case KindIntegration:
		return (f < FieldMainBranch || f > FieldCommitsValidationRequired) && !f.ofRule()
	case KindRepository:
		return !slices.Contains(integrationFields(), f) && !f.ofRule()
	case KindNested:
		return f.nested()
	}
	return true
}

// integrationFields are those that a plain repository does not have, as the vendor's "Add
// New Integration API" and "Add New Repository" pages list them. limitGitData is on neither
// list, and in the examples of both.
func integrationFields() []Field {
	return []Field{FieldType, FieldAPIPath, FieldAPIFilter, FieldTfsCollection, FieldAwsRegion, FieldRequireUserPat, FieldFolderDepth}
}

// kind is what an entry says that it describes: itself, by its list, or by one of these
// cells, which are still to fill in.
func (e Entry) kind(fill []Cell) Kind {
	if k := kindIn(e.Cells); k != "" {
		return k
	}
	if e.Listed != "" {
		return e.Listed
	}
	if k := kindIn(fill); k != "" {
		return k
	}
	return KindIntegration
}

func kindIn(cells []Cell) Kind {
	for i := range cells {
		if c := &cells[i]; c.Field == FieldKind && c.Written.Form != FormNull {
			return Kind(c.Written.Text)
		}
	}
	return ""
}

// judgeKind finds out what the record describes, and with it the rules that it is held
// to.
func (j *judge) judgeKind() {
	j.kind = KindIntegration
	switch written := Kind(j.text(FieldKind)); {
	case !j.has(FieldKind):
		if listed := j.entry.Listed; listed != "" && listed != KindIntegration {
			j.kind = listed
			j.record.put(FieldKind, Text(string(listed)))
		}
	default:
		j.kind = written
		j.judgeWrittenKind()
	}
	switch j.kind {
	case KindRepository:
		j.spec = &repositorySpec
	case KindNested:
		j.spec = &nestedSpec
	default:
		j.spec = typeSpecs[j.integrationType()]
	}
}

func (j *judge) judgeWrittenKind() {
	switch listed := j.entry.Listed; {
	case !j.kind.Valid():
		finding := j.report(FieldKind, CodeUnknownKind, "%s is not a kind of record", Quote(string(j.kind)))
		if near := Nearest(string(j.kind), kindNames()); near != "" {
			finding.Advice = "did you mean " + near + "?"
		}
	case listed != "" && listed != j.kind:
		j.report(FieldKind, CodeKindMisplaced, "%s is in the list of %s", j.kind.noun(), listed.Plural()).
			Advice = "move the record into the list of " + j.kind.Plural() + ", or remove kind"
	}
}

func kindNames() []string {
	var names []string
	for _, k := range Kinds() {
		names = append(names, string(k))
	}
	return names
}

func (k Kind) noun() string {
	switch k {
	case KindIntegration:
		return "an integration"
	case KindNested:
		return "a rule for nested repositories"
	}
	return "a " + string(k)
}

// Plural is what several records of the kind are called.
func (k Kind) Plural() string {
	switch k {
	case KindRepository:
		return "repositories"
	case KindNested:
		return "nested repositories"
	}
	return string(k) + "s"
}

// judgeKindFields finds the fields that only the other kind of record has. They are
// wrong even where they are blank, since what is there is sent.
func (j *judge) judgeKindFields() {
	for _, f := range j.record.Fields() {
		if j.kind.Takes(f) {
			continue
		}
		if j.kind == KindNested {
			why, advice := ReadOnly(f.String())
			j.report(f, CodeReadOnlyField, "%s", why).Advice = advice
			continue
		}
		finding := j.report(f, CodeFieldOfOtherKind, "%s has no %s", j.kind.noun(), f)
		switch {
		case f.ofRule():
			finding.Advice = "remove it, or write kind: nested if this is a rule for nested repositories"
		case j.kind == KindIntegration:
			finding.Advice = "remove it, or write kind: repository if the record is one plain repository"
		case f == FieldType:
			finding.Advice = "remove it, or write kind: integration if the record is a whole host"
		default:
			finding.Advice = "remove it; it is for integrations"
		}
	}
}

func (r *Record) subject() string {
	if kind := r.Kind(); kind != KindIntegration {
		return string(kind)
	}
	return string(r.Type())
}

func (j *judge) webOrigin() bool {
	scheme, _, ok := strings.Cut(j.text(FieldOrigin), "://")
	return ok && (strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "http"))
}
