package schema

import (
	"fmt"
	"math"
	"slices"
)

// serverDefaults are the values of absent fields, as far as the vendor's pages tell them;
// that of absoluteRoot is our own.
var serverDefaults = map[Field]any{
	FieldDisabled: false, FieldDisableSslVerification: false, FieldGitViewerEnabled: true, FieldSmartCommitsEnabled: true,
	FieldTrustFolderStat: false, FieldRefSpecNotes: true, FieldRefSpecChanges: false, FieldAbsoluteRoot: false,
}

// Default is the value that an absent field stands for, or "" where that depends on the record or is
// not documented.
func (f Field) Default() string {
	if f == FieldKind {
		return string(KindIntegration)
	}
	if v, documented := serverDefaults[f]; documented {
		return fmt.Sprint(v)
	}
	return ""
}

// Values says in a few words what the field may hold.
func (f Field) Values() string {
	for _, r := range ranges {
		switch {
		case r.field != f:
		case r.high >= math.MaxInt32:
			return fmt.Sprintf("a whole number, at least %d", r.low)
		default:
			return fmt.Sprintf("a whole number from %d to %d", r.low, r.high)
		}
	}
	return f.Shape().String()
}

// Choices are the values that the field may hold, where these are known.
func (f Field) Choices() []string {
	switch f {
	case FieldType:
		return typeNames(Types())
	case FieldAwsRegion:
		return Regions()
	case FieldKind:
		return kindNames()
	}
	return nil
}

// Kinds are those whose records have the field.
func (f Field) Kinds() []Kind {
	return slices.DeleteFunc(Kinds(), func(k Kind) bool { return !k.Takes(f) })
}

// Takes reports whether integrations of the type have the field.
func (t Type) Takes(f Field) bool {
	switch logins := t.spec().logins; f {
	case FieldAwsRegion:
		return t == TypeAWS
	case FieldFolderDepth:
		return t == TypeFilespace
	case FieldTfsCollection:
		return t.spec().microsoft
	case FieldAPIPath:
		return t.spec().apiPath
	case FieldPat:
		return logins&(loginPat|loginAllPat) != 0
	case FieldUsername:
		return logins&(loginPassword|loginAllPat) != 0
	case FieldPassword:
		return logins&loginPassword != 0
	}
	return KindIntegration.Takes(f)
}

// Needs reports whether a new record of the kind cannot do without the field, whatever its type.
func (k Kind) Needs(f Field) bool {
	return k == KindIntegration && f == FieldType || k == KindRepository && f == FieldOrigin || k == KindNested && f == FieldMatch
}

// Needs reports whether a new integration of the type cannot do without the field.
func (t Type) Needs(f Field) bool {
	switch f {
	case FieldOrigin:
		return t.spec().origin == originRequired
	case FieldAwsRegion, FieldFolderDepth:
		return t.Takes(f)
	}
	return false
}

// Sources names the pages of the vendor that describe the field; there is none for the tool's own.
func (f Field) Sources() []string {
	var pages []string
	if f <= FieldLimitGitData {
		pages = append(pages, "Add New Integration API")
	}
	if KindRepository.Takes(f) && !f.Tool() {
		pages = append(pages, "Add New Repository API")
	}
	return pages
}

func typeNames(types []Type) []string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = string(t)
	}
	return names
}
