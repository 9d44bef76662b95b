package schema

// Change is one field that differs between the live record and the wanted one.
type Change struct {
	Field Field
	From  Value // as it is on the server
	To    Value // as the manifest wants it

	// Unseen: the server does not show the field. It differs from what was last sent, or
	// was never sent from here; that is no drift.
	Unseen bool
	Resend Resend // why it is sent, where it is Unseen; "" where that is not known
}

// Resend is why a field that the server does not show is sent, although its record is there already.
type Resend string

// The reasons.
const (
	ResendChanged    Resend = "changed"      // it is not what was last sent
	ResendUnrecorded Resend = "not-recorded" // the state does not know what was last sent, or whether it was
	ResendReplaced   Resend = "replaced"     // it was sent to a record of this identity that is no longer the live one
	ResendRequested  Resend = "requested"    // all secrets are to be sent again
)

func (c Change) secret() bool { _, secret := c.To.Secret(); return secret }

// Changes compares a wanted record with the live one of its identity, field by field:
// only what the manifest sets and the server shows can differ. Secrets are never shown,
// and the identity's own fields have already been found equal.
func Changes(want, have Record) []Change {
	var changes []Change
	for f, wanted := range want.All() {
		if f.Tool() || f == FieldType {
			continue
		}
		live := have.Get(f)
		if !live.IsSet() || sameValue(&want, f, wanted, live) {
			continue
		}
		changes = append(changes, Change{Field: f, From: live, To: wanted})
	}
	return changes
}

func sameValue(r *Record, f Field, want, live Value) bool {
	switch f {
	case FieldOrigin:
		key := r.Key()
		return want.Blank() || key.Origin == key.At(live.Text()).Origin
	case FieldDisplayName:
		return want.Blank() || want.Equal(live) // the server names what has no name
	case FieldUsername:
		if s, ok := want.Secret(); ok {
			return !s.Known() || s.Reveal() == live.Text()
		}
	case FieldPassword, FieldPat:
		return true
	case FieldProjectMappingIDs:
		if want.Blank() && live.Blank() {
			return true
		}
	}
	return want.Equal(live)
}
