package schema

import (
	"slices"
	"strconv"
)

// nestedSpec is that of nested repositories, which have no credentials of their own.
var nestedSpec = typeSpec{repository: true}

// settable are the fields that can be changed in a nested repository, by the vendor's documentation.
var settable = []Field{FieldDisplayName, FieldDisabled, FieldSendCommitEmails, FieldMaxMinsToCommitEmail, FieldGlobal, FieldProjectMappingIDs,
	FieldRevisionIndexing, FieldGitViewerEnabled, FieldSmartCommitsEnabled, FieldWebLinkType, FieldViewFormat, FieldChangesetFormat,
	FieldFileAddedFormat, FieldFileModifiedFormat, FieldFileDeletedFormat, FieldMergeRequestFormat, FieldBranchLinkFormat, FieldTagsFilter,
	FieldSourcesDiffViewEnabled, FieldTrustFolderStat, FieldRefSpecNotes, FieldRefSpecChanges, FieldRefSpecCustom, FieldPrHideFilter}

var isSettable = func() (is [fieldCount]bool) {
	for _, f := range settable {
		is[f] = true
	}
	return is
}()

// Settable reports whether the field can be changed in a nested repository.
func (f Field) Settable() bool { return isSettable[f] }

func (f Field) ofRule() bool { return f == FieldIntegration || f == FieldMatch }

func (f Field) nested() bool {
	return f.Settable() || f.ofRule() || f == FieldKind || f == FieldProjects
}

// ReadOnly says why a rule cannot set a field of this name, and what to do; why is "" for a name that no server
// has for one.
func ReadOnly(name string) (why, advice string) {
	f, _ := FieldNamed(name)
	switch {
	case slices.Contains([]string{"hosted", "refSpecHeads", "refSpecTags", "state"}, name),
		f >= FieldMainBranch && f <= FieldCommitsValidationRequired:
		return name + " is read-only in a nested repository: the app ignores it without a word", "remove it"
	case f == FieldType, f == FieldOrigin:
		return "the git host decides the " + name + " of a nested repository", "remove it; match says which repositories the rule is for"
	case f == NoField:
		return "", ""
	case f.Tool():
		return "a rule has no " + name + ": it belongs to its integration", "remove it, or write it into the integration"
	}
	return name + " belongs to the integration: its nested repositories cannot have another one", "remove it, or write it into the integration"
}

func (j *judge) judgeRule() {
	match := j.text(FieldMatch)
	if problem, advice := badMatch(match); match != "" && problem != "" {
		j.report(FieldMatch, CodeBadMatch, "%s %s", Quote(match), problem).Advice = advice
	} else if match == "" && !j.unread(FieldMatch) {
		j.report(FieldMatch, CodeMatchRequired, "the rule does not say which nested repositories it is for")
	}
	if j.entry.Owner == (Place{}) && !j.given(FieldIntegration) && !j.unread(FieldIntegration) {
		j.report(FieldIntegration, CodeUnknownIntegration, "the rule names no integration")
	}
	j.judgeRanges()
	j.judgeExpressions()
	j.judgeProjects()
	sets := func(f Field) bool { return f.Settable() || f == FieldProjects }
	if !slices.ContainsFunc(j.record.Fields(), sets) && !slices.ContainsFunc(j.entry.Cells, func(c Cell) bool { return j.unread(c.Field) }) {
		j.report(FieldMatch, CodeEmptyRule, "the rule sets no field")
	}
}

// nestedKey is the identity of a live nested repository, or of a rule.
func (r *Record) nestedKey() Key {
	k := Key{Kind: KindNested}
	switch {
	case r.Integration != 0 || r.Has(FieldOrigin):
		k.Origin, k.Name = normalRepository(r.Origin()), "integration "+strconv.FormatInt(r.Integration, 10)
	case r.Owner != (Place{}):
		k.Origin, k.Name = r.Get(FieldMatch).Text(), r.Owner.String()+"#"+strconv.Itoa(r.Owner.Record)
	default:
		k.Origin, k.Name = r.Get(FieldMatch).Text(), r.Get(FieldIntegration).Text()
	}
	return k
}
