package schema

import (
	"iter"
	"math/bits"
	"slices"
)

// Record is one integration or plain repository as it is wanted (from a manifest) or as it is (from the
// server). Fields it does not have are left to the server.
type Record struct {
	Place   Place    // in the manifest; zero for a live one
	ID      int64    // on the server; 0 for a wanted one
	Columns []string // the header of its CSV or TSV file, shared; nil elsewhere
	Cells   []Column // what was written, for reports; secrets as references

	// Faults are the errors found in the record itself. One that has any is never sent.
	Faults []Finding

	// CreateNeeds are findings that only stand in the way of a create: a record that is
	// already on the server does not need an origin or credentials again.
	CreateNeeds []Finding

	has    FieldSet
	fields []fieldValue // those it has, sorted by field
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

type fieldValue struct {
	field Field
	value Value
}

// Get gives the value of a field; its IsSet is false where the record leaves it out.
func (r Record) Get(f Field) Value { return *r.get(f) }

// get is Get without a copy: the value must not be changed.
func (r *Record) get(f Field) *Value {
	if !r.has.Has(f) {
		return &absent
	}
	return &r.fields[r.has.before(f)].value
}

// absent is the value of a field that a record does not have.
var absent Value

// Has reports whether the record has the field.
func (r Record) Has(f Field) bool { return r.has.Has(f) }

// Set returns the record with the field set; an unset value removes it. The original
// is left as it was.
func (r Record) Set(f Field, v Value) Record {
	r.fields = append(make([]fieldValue, 0, len(r.fields)+1), r.fields...)
	r.put(f, v)
	return r
}

// put sets a field in place; an unset value removes it. It is for whoever alone holds
// the record.
func (r *Record) put(f Field, v Value) {
	i, there := r.has.before(f), r.has.Has(f)
	switch {
	case !v.IsSet() && there:
		r.fields = slices.Delete(r.fields, i, i+1)
		r.has &^= 1 << f
	case !v.IsSet():
	case there:
		r.fields[i].value = v
	case i == len(r.fields):
		r.fields = append(r.fields, fieldValue{f, v})
		r.has |= 1 << f
	default:
		r.fields = slices.Insert(r.fields, i, fieldValue{f, v})
		r.has |= 1 << f
	}
}

// NewRecord makes a record with these values; unset ones are left out.
func NewRecord(values map[Field]Value) Record {
	var r Record
	for _, f := range Fields() {
		if v := values[f]; v.IsSet() {
			r.put(f, v)
		}
	}
	return r
}

// Values are the values of a record's fields, each at its field; those that are not set
// are left out.
type Values [fieldCount]Value

// Record makes a record with the values, in room made to measure.
func (v *Values) Record() Record {
	var r Record
	for f := range v {
		if v[f].IsSet() {
			r.has |= 1 << f
		}
	}
	r.fields = make([]fieldValue, 0, r.has.len())
	for f := range r.has.All() {
		r.fields = append(r.fields, fieldValue{f, v[f]})
	}
	return r
}

// FieldSet is the set of the fields that the record has.
func (r Record) FieldSet() FieldSet { return r.has }

// Fields lists the fields that the record has, in the order of the API.
func (r Record) Fields() []Field {
	fields := make([]Field, len(r.fields))
	for i, fv := range r.fields {
		fields[i] = fv.field
	}
	return fields
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
	for _, fv := range r.fields {
		if s, ok := fv.value.Secret(); ok {
			all = append(all, s)
		}
	}
	return all
}

// Masked lists the secrets whose values must be hidden wherever else they appear. A
// user name is not one of them: names such as "gitlab" stand in many an origin, and a
// report without those would be of no use. An AWS access key is one.
func (r Record) Masked() []Secret {
	var all []Secret
	for _, fv := range r.fields {
		if s, ok := fv.value.Secret(); ok && (fv.field.Hidden() || r.Type() == TypeAWS) {
			all = append(all, s)
		}
	}
	return all
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
	for _, fv := range want.fields {
		if fv.field.Tool() || fv.field == FieldType {
			continue
		}
		live := have.Get(fv.field)
		if !live.IsSet() || sameValue(&want, fv.field, fv.value, live) {
			continue
		}
		changes = append(changes, Change{Field: fv.field, From: live, To: fv.value})
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
