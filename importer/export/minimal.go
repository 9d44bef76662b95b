package export

import "gijbulk/schema"

// Minimal leaves out what a server does by itself: the values of an integration that equal
// the defaults that the vendor documents for it, an origin that is that of its type, and of
// a repository where it keeps its clone. What is left makes the same on a new server, and
// plans to no changes on the one that it comes from.
func Minimal(r schema.Record) schema.Record {
	if r.Kind() == schema.KindRepository {
		return withoutDefault(r, schema.FieldAbsoluteRoot, false)
	}
	for f, standard := range integrationDefaults {
		r = withoutDefault(r, f, standard)
	}
	if standard := r.Type().DefaultOrigin(); standard != "" && r.Origin() == standard {
		r = r.Set(schema.FieldOrigin, schema.Value{})
	}
	return r
}

// integrationDefaults are those that the vendor's table of fields documents. Those of
// others, such as global, differ between its pages or are not told.
var integrationDefaults = map[schema.Field]bool{
	schema.FieldDisabled:               false,
	schema.FieldDisableSslVerification: false,
	schema.FieldGitViewerEnabled:       true,
	schema.FieldSmartCommitsEnabled:    true,
	schema.FieldTrustFolderStat:        false,
	schema.FieldRefSpecNotes:           true,
	schema.FieldRefSpecChanges:         false,
}

func withoutDefault(r schema.Record, f schema.Field, standard bool) schema.Record {
	if r.Has(f) && r.Get(f).Bool() == standard {
		return r.Set(f, schema.Value{})
	}
	return r
}
