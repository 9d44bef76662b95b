package schema

import "slices"

// Loss is what an action can take away of the nested repositories that an integration has now: the app removes
// those that the git host no longer lists, with their clones and indexes.
type Loss struct {
	Nested int      // live nested repositories of the integration
	Known  bool     // which of them are lost
	Lost   int      // where it is known
	Paths  []string // of the lost repositories, where it is known and the integration stays
}

// Open is how many of the nested repositories may be lost: zero where the loss is known.
func (l *Loss) Open() int {
	if l.Known {
		return 0
	}
	return l.Nested
}

// decidesListing are the fields that decide which repositories an integration lists.
var decidesListing = []Field{FieldOrigin, FieldAPIPath, FieldAPIFilter, FieldUsername, FieldPassword, FieldPat, FieldTfsCollection, FieldAwsRegion}

// Credential reports whether the field is a part of the credentials.
func (f Field) Credential() bool { return f == FieldUsername || f == FieldPassword || f == FieldPat }

// ListingChanges are the fields of an update that can change what the integration lists.
func (a *Action) ListingChanges() []Field {
	if a.Op != OpUpdate || a.Want.Kind() != KindIntegration {
		return nil
	}
	var fields []Field
	for _, c := range a.Changes {
		if slices.Contains(decidesListing, c.Field) {
			fields = append(fields, c.Field)
		}
	}
	return fields
}

// MayLose reports whether the action can take nested repositories away.
func (a *Action) MayLose() bool {
	return a.Op == OpDelete && a.Have.Kind() == KindIntegration || len(a.ListingChanges()) > 0
}
