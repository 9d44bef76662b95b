package schema

import (
	"cmp"
	"iter"
	"maps"
	"slices"
)

// Record is one integration or plain repository as it is wanted (from a manifest) or as it
// is (from the server). Fields it does not have are left to the server.
type Record struct {
	Place    Place     // in the manifest; zero for a live one
	ID       int64     // on the server; 0 for a wanted one
	InitDate int64     // when the server made it, in ms since 1970; 0 where it does not show that
	Indexed  int64     // when its last indexing ended, likewise; 0 also where none has
	Columns  []string  // the header of its CSV or TSV file, shared by its records; nil elsewhere
	Dialect  *Dialect  // of that file, likewise; nil: the zero Dialect
	Cells    []Column  // as written, for reports; secrets as references
	Findings []Finding // about the record itself
	fields   []FieldValue

	Rules       []Record // of a wanted integration: for its nested repositories, the first that matches applies
	Owner       Place    // of a rule that stands inside its integration: where that is
	Integration int64    // of a live nested repository: the id of its integration

	IndexingFailed bool // of a live nested repository: its last indexing ended with an error
}

// Known is a live record as an earlier run recorded it.
type Known struct {
	ID       int64
	InitDate int64 // 0: the server did not show it
}

// Proves reports whether the live record is certainly the known one: servers that are
// restored or copied assign ids again.
func (k Known) Proves(live Record) bool {
	return k.InitDate != 0 && k.ID == live.ID && k.InitDate == live.InitDate
}

// Contradicts reports whether the server has assigned the id to another record.
func (k Known) Contradicts(live Record) bool {
	return k.ID == live.ID && k.InitDate != 0 && live.InitDate != 0 && k.InitDate != live.InitDate
}

// KnownRecords are live records by id.
func KnownRecords(live []Record) []Known {
	known := make([]Known, len(live))
	for i := range live {
		known[i] = Known{live[i].ID, live[i].InitDate}
	}
	slices.SortFunc(known, func(a, b Known) int { return cmp.Compare(a.ID, b.ID) })
	return known
}

// WithIdentityOnly is a record with nothing but the fields that identify it.
func (r Record) WithIdentityOnly() Record {
	var fields []FieldValue
	for f, v := range r.All() {
		if f.identifies() {
			fields = append(fields, FieldValue{f, v})
		}
	}
	return RecordOf(fields)
}

func (f Field) identifies() bool {
	return slices.Contains([]Field{FieldKind, FieldType, FieldOrigin, FieldDisplayName, FieldAwsRegion}, f)
}

// RecordIDs are the ids of records, in their order.
func RecordIDs(records []Record) []int64 {
	ids := make([]int64, len(records))
	for i := range records {
		ids[i] = records[i].ID
	}
	return ids
}

// FieldValue is a field with its value.
type FieldValue struct {
	Field Field
	Value Value
}

// Column is a cell as written, ready to be shown.
type Column struct {
	Name string // the header or key as written
	Text string // as written, unless it was a secret
}

// NewRecord makes a record with these values; unset ones are left out.
func NewRecord(values map[Field]Value) Record {
	fields := make([]FieldValue, 0, len(values))
	for f, v := range values {
		fields = append(fields, FieldValue{f, v})
	}
	return RecordOf(fields)
}

// RecordOf makes a record of fields in any order, each at most once; unset ones are left
// out. It keeps the slice.
func RecordOf(fields []FieldValue) Record {
	fields = slices.DeleteFunc(fields, func(fv FieldValue) bool { return !fv.Value.IsSet() })
	slices.SortFunc(fields, func(a, b FieldValue) int { return int(a.Field) - int(b.Field) })
	return Record{fields: fields}
}

func (r *Record) index(f Field) (i int, found bool) {
	for i := range r.fields {
		if r.fields[i].Field >= f {
			return i, r.fields[i].Field == f
		}
	}
	return len(r.fields), false
}

// Get gives the value of a field; its IsSet is false where the record leaves it out.
func (r Record) Get(f Field) Value {
	if i, found := r.index(f); found {
		return r.fields[i].Value
	}
	return Value{}
}

// Has reports whether the record has the field.
func (r Record) Has(f Field) bool { _, found := r.index(f); return found }

// Set returns the record with the field set; an unset value removes it. The original
// is left as it was.
func (r Record) Set(f Field, v Value) Record {
	r.fields = append(make([]FieldValue, 0, len(r.fields)+1), r.fields...)
	r.put(f, v)
	return r
}

// put sets a field in place; an unset value removes it.
func (r *Record) put(f Field, v Value) {
	i, found := r.index(f)
	switch {
	case !v.IsSet() && found:
		r.fields = slices.Delete(r.fields, i, i+1)
	case !v.IsSet():
	case found:
		r.fields[i].Value = v
	default:
		r.fields = slices.Insert(r.fields, i, FieldValue{f, v})
	}
}

// Empty reports whether the record has no field.
func (r Record) Empty() bool { return len(r.fields) == 0 }

// All yields the fields that the record has, in the order of the API, with their values.
func (r Record) All() iter.Seq2[Field, Value] {
	fields := r.fields
	return func(yield func(Field, Value) bool) {
		for _, fv := range fields {
			if !yield(fv.Field, fv.Value) {
				return
			}
		}
	}
}

// Fields lists the fields that the record has, in the order of the API.
func (r Record) Fields() []Field {
	all := make([]Field, len(r.fields))
	for i := range r.fields {
		all[i] = r.fields[i].Field
	}
	return all
}

// Kind is what the record describes.
func (r Record) Kind() Kind {
	switch kind := Kind(r.Get(FieldKind).Text()); kind {
	case KindRepository, KindNested:
		return kind
	}
	return KindIntegration
}

// Type is the record's integration type; a repository has none.
func (r Record) Type() Type { return Type(r.Get(FieldType).Text()) }

// Origin is the host's URL, the folder's path or the repository's address as written; "" where it is absent.
func (r Record) Origin() string { return r.Get(FieldOrigin).Text() }

// Name is the display name; "" where the server makes one.
func (r Record) Name() string { return r.Get(FieldDisplayName).Text() }

// SetName is the set that the record belongs to; "" where it belongs to none.
func (r Record) SetName() string { return r.Get(FieldSet).Text() }

// SetNames lists the sets that records belong to, each once.
func SetNames(records []Record) []string {
	names := make(map[string]bool)
	for i := range records {
		if name := records[i].SetName(); name != "" {
			names[name] = true
		}
	}
	return append([]string{}, slices.Sorted(maps.Keys(names))...)
}

// Key is the record's identity.
func (r Record) Key() Key {
	if r.Kind() == KindNested {
		return r.nestedKey()
	}
	return r.spec().key(r.Type(), r.Origin(), r.Get(FieldAwsRegion).Text(), r.Name())
}

func (r *Record) spec() *typeSpec {
	switch r.Kind() {
	case KindRepository:
		return &repositorySpec
	case KindNested:
		return &nestedSpec
	}
	return r.Type().spec()
}

// Errors are the errors in the record itself. One that has any is never sent.
func (r Record) Errors() []Finding {
	return r.errors(func(f Finding) bool { return !f.Create })
}

// CreateErrors are the errors that only a create has: a record that is already on the
// server does not need an origin or credentials again.
func (r Record) CreateErrors() []Finding {
	return r.errors(func(f Finding) bool { return f.Create })
}

// CreateFindings are what only a create has: its errors, and a type that the vendor no longer
// supports. That one is an error too, unless it is allowed.
func (r Record) CreateFindings(allowDropped bool) []Finding {
	var findings []Finding
	for _, f := range r.Findings {
		if !f.Create {
			continue
		}
		if f.Code == CodeDroppedType && !allowDropped {
			f.Level = LevelError
		}
		findings = append(findings, f)
	}
	return findings
}

func (r Record) errors(wanted func(Finding) bool) []Finding {
	var errors []Finding
	for _, f := range r.Findings {
		if f.Level == LevelError && wanted(f) {
			errors = append(errors, f)
		}
	}
	return errors
}

// WithFindings returns the record with further findings.
func (r Record) WithFindings(findings ...Finding) Record {
	r.Findings = append(slices.Clip(r.Findings), findings...)
	return r
}

// Secrets lists the record's secrets.
func (r Record) Secrets() []Secret {
	return r.secrets(func(Field) bool { return true })
}

// Masked lists the secrets whose values must be hidden wherever else they appear. A
// user name is not one of them: names such as "gitlab" are part of many an origin, and a
// report without those would be of no use; see UserNames. An AWS access key is one.
func (r Record) Masked() []Secret {
	all := r.secrets(func(f Field) bool { return f.Hidden() || r.Type() == TypeAWS })
	if password, ok := r.Get(FieldPassword).Secret(); ok && password.Reveal() != "" {
		// As the credentials of Basic authentication are encoded.
		user := r.Get(FieldUsername)
		name := user.Text()
		if s, ok := user.Secret(); ok {
			name = s.Reveal()
		}
		all = append(all, Literal(name+":"+password.Reveal(), ""))
	}
	return all
}

// UserNames lists the user names that came by reference. They must be hidden in messages
// about the record, but not in what the manifest itself holds.
func (r Record) UserNames() []Secret {
	return r.secrets(func(f Field) bool { return f == FieldUsername && r.Type() != TypeAWS })
}

func (r Record) secrets(of func(Field) bool) []Secret {
	var all []Secret
	for f, v := range r.All() {
		if s, ok := v.Secret(); ok && of(f) {
			all = append(all, s)
		}
	}
	return all
}
