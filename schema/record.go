package schema

import (
	"iter"
	"math/bits"
	"slices"
)

// Record is one integration or plain repository as it is wanted (from a manifest) or as it is (from the
// server). Fields it does not have are left to the server.
type Record struct {
	Place Place // in the manifest; zero for a live one
	ID    int64 // on the server; 0 for a wanted one

	source *source // nil where there is none

	// A record is true or false about most of its fields. Those are bits, and only of the
	// others there are values.
	yes, no FieldSet
	stored  FieldSet
	values  []Value // of the stored fields, in their order
}

// FieldSet is a set of fields, a bit for each; | unites two.
type FieldSet uint64

// Has reports whether the field is in the set.
func (s FieldSet) Has(f Field) bool { return s&(1<<f) != 0 }

// All yields the fields of the set in the order of the API.
func (s FieldSet) All() iter.Seq[Field] {
	return func(yield func(Field) bool) {
		for rest := s; rest != 0; rest &= rest - 1 {
			if !yield(Field(bits.TrailingZeros64(uint64(rest)))) {
				return
			}
		}
	}
}

func (s FieldSet) len() int { return bits.OnesCount64(uint64(s)) }

// before counts the fields of the set that come before one.
func (s FieldSet) before(f Field) int { return bits.OnesCount64(uint64(s & (1<<f - 1))) }

// Column is a cell as written, ready to be shown.
type Column struct {
	Name string // the header or key as written
	Text string // as written, unless it was a secret
}

// Get gives the value of a field; its IsSet is false where the record leaves it out.
func (r Record) Get(f Field) Value { return *r.get(f) }

// get is Get without a copy: the value must not be changed.
func (r *Record) get(f Field) *Value {
	switch {
	case r.stored.Has(f):
		return &r.values[r.stored.before(f)]
	case r.yes.Has(f):
		return &yes
	case r.no.Has(f):
		return &no
	}
	return &absent
}

// The values of fields of which a record has none of its own. They are never changed.
var absent, yes, no = Value{}, Bool(true), Bool(false)

func (r *Record) has() FieldSet { return r.stored | r.yes | r.no }

// Has reports whether the record has the field.
func (r Record) Has(f Field) bool { return r.has().Has(f) }

// Set returns the record with the field set; an unset value removes it. The original
// is left as it was.
func (r Record) Set(f Field, v Value) Record {
	r.values = append(make([]Value, 0, len(r.values)+1), r.values...)
	r.put(f, v)
	return r
}

// put sets a field in place; an unset value removes it. It is for whoever alone holds
// the record.
func (r *Record) put(f Field, v Value) {
	i, there := r.stored.before(f), r.stored.Has(f)
	bit := FieldSet(1) << f
	r.yes, r.no = r.yes&^bit, r.no&^bit
	switch {
	case (!v.IsSet() || r.putBool(f, v)) && there:
		r.values = slices.Delete(r.values, i, i+1)
		r.stored &^= bit
	case !v.IsSet() || v.isBool():
	case there:
		r.values[i] = v
	default:
		r.values = slices.Insert(r.values, i, v)
		r.stored |= bit
	}
}

// putBool notes a boolean, and reports whether the value is one.
func (r *Record) putBool(f Field, v Value) bool {
	switch v.kind {
	case aYes:
		r.yes |= 1 << f
	case aNo:
		r.no |= 1 << f
	default:
		return false
	}
	return true
}

// NewRecord makes a record with these values; unset ones are left out.
func NewRecord(values map[Field]Value) Record {
	var all Values
	for f, v := range values {
		all[f] = v
	}
	return all.Record()
}

// Values are the values of a record's fields, each at its field; those that are not set
// are left out.
type Values [fieldCount]Value

// Record makes a record with the values, in room made to measure.
func (v *Values) Record() Record {
	var r Record
	for f := range v {
		if v[f].IsSet() && !r.putBool(Field(f), v[f]) {
			r.stored |= 1 << f
		}
	}
	if r.stored == 0 {
		return r
	}
	r.values = make([]Value, 0, r.stored.len())
	for f := range r.stored.All() {
		r.values = append(r.values, v[f])
	}
	return r
}

// FieldSet is the set of the fields that the record has.
func (r Record) FieldSet() FieldSet { return r.has() }

// Fields lists the fields that the record has, in the order of the API.
func (r Record) Fields() []Field {
	has := r.has()
	return slices.AppendSeq(make([]Field, 0, has.len()), has.All())
}

// Kind is what the record describes.
func (r Record) Kind() Kind {
	if r.get(FieldKind).text == string(KindRepository) {
		return KindRepository
	}
	return KindIntegration
}

// Type is the record's integration type; a repository has none.
func (r Record) Type() Type { return Type(r.Get(FieldType).Text()) }

// Origin is the host's URL, the folder's path or the repository's address as written; "" where it is absent.
func (r Record) Origin() string { return r.Get(FieldOrigin).Text() }

// Name is the display name; "" where the server makes one.
func (r Record) Name() string { return r.Get(FieldDisplayName).Text() }

// Key is the record's identity.
func (r Record) Key() Key { return r.key(r.spec()) }

// spec gives the rules of the record's kind and type.
func (r *Record) spec() *typeSpec {
	if r.get(FieldKind).text == string(KindRepository) {
		return &repositorySpec
	}
	return r.Type().spec()
}

func (r *Record) key(spec *typeSpec) Key {
	return spec.key(Type(r.get(FieldType).text), r.get(FieldOrigin).text, r.get(FieldAwsRegion).text, r.get(FieldDisplayName).text)
}

// Secrets lists the record's secrets.
func (r Record) Secrets() []Secret {
	var all []Secret
	for _, v := range r.values {
		if s, ok := v.Secret(); ok {
			all = append(all, s)
		}
	}
	return all
}

// Masked lists the secrets whose values must be hidden wherever else they appear. A
// user name is not one of them: names such as "gitlab" stand in many an origin, and a
// report without those would be of no use; see UserNames. An AWS access key is one.
func (r Record) Masked() []Secret {
	var all []Secret
	for f := range r.stored.All() {
		if s, ok := r.get(f).Secret(); ok && (f.Hidden() || r.Type() == TypeAWS) {
			all = append(all, s)
		}
	}
	return all
}

// UserNames lists the user names that came by reference. They must be hidden in what is
// said about the record, but not in what the manifest itself holds.
func (r Record) UserNames() []Secret {
	if s, ok := r.get(FieldUsername).Secret(); ok && r.Type() != TypeAWS {
		return []Secret{s}
	}
	return nil
}

// Change is one field that differs between the live record and the wanted one.
type Change struct {
	Field Field
	From  Value // as it is on the server
	To    Value // as the manifest wants it

	// Unseen: the server does not show the field. It differs from what was last sent, or
	// was never sent from here; that is no drift.
	Unseen bool
}

// Changes compares a wanted record with the live one of its identity, field by field:
// only what the manifest sets and the server shows can differ. Secrets are never shown,
// and the identity's own fields have already been found equal.
func Changes(want, have Record) []Change {
	var changes []Change
	for f := range want.has().All() {
		if f.Tool() || f == FieldType {
			continue
		}
		wanted, live := want.get(f), have.get(f)
		if !live.IsSet() || sameValue(&want, f, *wanted, *live) {
			continue
		}
		changes = append(changes, Change{Field: f, From: *live, To: *wanted})
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
