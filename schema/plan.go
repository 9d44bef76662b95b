package schema

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
)

// Op is what is to be done about a record.
type Op string

// The operations. Create, update and delete change the server, the others stand for a
// decision that nothing is to be sent.
const (
	OpCreate    Op = "create"
	OpUpdate    Op = "update"    // Changes are sent, and nothing else
	OpDelete    Op = "delete"    // Have is removed
	OpUnchanged Op = "unchanged" // on the server, as the manifest wants it
	OpExists    Op = "exists"    // on the server, but some field differs; import leaves it so
	OpConflict  Op = "conflict"  // cannot be decided
	OpInvalid   Op = "invalid"   // has errors of its own, and is left out

	// OpIndexingError is of an audit: the record is as OpUnchanged has it, but its last indexing had errors.
	OpIndexingError Op = "indexing-error"

	// OpValid is of no plan: the record has no errors of its own, and nothing more was
	// decided about it.
	OpValid Op = "valid"
)

// Ops lists the operations of plans in the order in which people are told of them.
func Ops() []Op {
	return []Op{OpCreate, OpUpdate, OpDelete, OpExists, OpUnchanged, OpIndexingError, OpConflict, OpInvalid}
}

// Writes reports whether the operation changes the server.
func (o Op) Writes() bool { return o == OpCreate || o == OpUpdate || o == OpDelete }

// Status is the status of an operation for which nothing has been sent: final, or unprocessed
// where it writes.
func (o Op) Status() Status {
	switch o {
	case OpUnchanged, OpIndexingError:
		return StatusUnchanged
	case OpExists:
		return StatusExists
	case OpConflict:
		return StatusConflict
	case OpInvalid:
		return StatusFailed
	}
	return StatusUnprocessed
}

// Action is what is to be done about one record, as plain data: it can be stored,
// shown, compared and sent.
type Action struct {
	N       int // its place in the plan, from 0
	Op      Op
	Want    Record   // zero where nothing is wanted
	Have    Record   // zero where nothing is there; its ID says so
	Changes []Change // what differs, for OpUpdate and OpExists
	Reason  string   // why, for OpConflict, OpInvalid and the OpUnchanged of an undo; the errors of its last indexing
	Advice  string   // likewise, what to do
	Files   bool     // with OpDelete: the clones on Jira's disk go as well

	// Inferred: no identity says that Have is the wanted record; nothing else could be.
	Inferred bool

	// Adopts: Have belongs to no set, and from now on to that of Want.
	Adopts bool

	// NestedUnchanged is how many nested repositories of the integration are as its rules want
	// them.
	NestedUnchanged int

	// Loss is what the action can take away of nested repositories; nil: nothing.
	Loss *Loss
}

// Subject is the record that the action is about: the wanted one, or for a deletion the
// live one.
func (a *Action) Subject() *Record {
	if a.Op == OpDelete {
		return &a.Have
	}
	return &a.Want
}

// Outcome is the outcome of an action for which nothing has been sent.
func (a *Action) Outcome() Outcome {
	o := Outcome{N: a.N, Status: a.Op.Status()}
	if !a.Op.Writes() {
		o.ID = a.Have.ID
	}
	if o.Status.Good() && a.Op != OpIndexingError {
		o.Advice = a.Reason
		return o
	}
	o.Error, o.Advice = a.Reason, a.Advice
	return o
}

// Drifts reports whether the server is not as the manifest wants it, or had errors in its last
// indexing, where an audit asked for them. Fields that the server does not show are no drift.
func (a *Action) Drifts() bool {
	switch a.Op {
	case OpUnchanged:
		return false
	case OpExists:
		return len(a.Changes) > 0 // none where only an inferred match is left alone
	case OpUpdate:
		return a.Reason != "" || slices.ContainsFunc(a.Changes, func(c Change) bool { return !c.Unseen })
	}
	return true
}

// Plan is one action for each record of the manifest, in the manifest's order.
type Plan struct {
	Actions []Action
	Live    []Known  // what is on the server before the run, by id
	Others  []Record // of other shards, as far as their identity; with an id, what they have found on the server

	// LiveNested is how many nested repositories the integrations of the manifest have.
	LiveNested int

	// IndexingErrors is how many of the records had errors in their last indexing, where an audit
	// asked for them.
	IndexingErrors int
}

// Nested counts the nested repositories that have no action.
type Nested struct {
	Unchanged int // as their rules want them
	Pending   int // rules of integrations that are to be created, which have none yet
}

// NestedCounts counts the nested repositories that have no action, and the rules that are
// pending.
func (p Plan) NestedCounts() (n Nested) {
	for i := range p.Actions {
		a := &p.Actions[i]
		n.Unchanged += a.NestedUnchanged
		if a.Op == OpCreate {
			n.Pending += len(a.Want.Rules)
		}
	}
	return n
}

// NestedAfter are the counts once the plan has been carried out. A complete run has applied the rules of what it
// created and saw scanned.
func (p Plan) NestedAfter(outcomes []Outcome, complete bool) Nested {
	n := p.NestedCounts()
	for i := range outcomes {
		if a := &p.Actions[outcomes[i].N]; complete && a.Op == OpCreate && outcomes[i].Scanned {
			n.Pending -= len(a.Want.Rules)
		}
	}
	return n
}

// CountKind counts the actions of an operation about records of a kind.
func (p Plan) CountKind(op Op, kind Kind) int {
	n := 0
	for i := range p.Actions {
		if a := &p.Actions[i]; a.Op == op && a.Subject().Kind() == kind {
			n++
		}
	}
	return n
}

// Outcomes are those of a plan of which nothing has been sent, by the number of the action.
func (p Plan) Outcomes() []Outcome {
	outcomes := make([]Outcome, len(p.Actions))
	for i := range p.Actions {
		outcomes[i] = p.Actions[i].Outcome()
	}
	return outcomes
}

// Results joins the outcomes of a plan with its actions.
func (p Plan) Results(outcomes []Outcome) []Result {
	results := make([]Result, len(outcomes))
	for i, o := range outcomes {
		results[i] = Result{&p.Actions[o.N], o}
	}
	return results
}

// Kinds lists the kinds of record that the plan is about: what a live list must hold to
// tell what became of it.
func (p Plan) Kinds() []Kind {
	kinds := make(map[Kind]bool, 2)
	for i := range p.Actions {
		kinds[p.Actions[i].Subject().Kind()] = true
	}
	return slices.Sorted(maps.Keys(kinds))
}

// Count counts the actions of an operation.
func (p Plan) Count(op Op) int {
	n := 0
	for i := range p.Actions {
		if p.Actions[i].Op == op {
			n++
		}
	}
	return n
}

// Adoptions counts the live records that the plan takes into a set.
func (p Plan) Adoptions() int {
	n := 0
	for i := range p.Actions {
		if p.Actions[i].Adopts {
			n++
		}
	}
	return n
}

// Writes counts the actions that change the server.
func (p Plan) Writes() int {
	n := 0
	for i := range p.Actions {
		if p.Actions[i].Op.Writes() {
			n++
		}
	}
	return n
}

// Expected are the records, by id, that the plan or its outcomes say to be on the server: all but
// those that were deleted. One whose deletion was not answered has to be looked for.
func (p Plan) Expected(outcomes []Outcome) map[int64]Kind {
	expected := make(map[int64]Kind)
	for _, o := range outcomes {
		a := &p.Actions[o.N]
		kind := a.Subject().Kind() // nested repositories come and go with the lists of git hosts
		if id := cmp.Or(o.ID, a.Have.ID); id != 0 && o.Status != StatusDeleted && kind != KindNested {
			expected[id] = kind
		}
	}
	return expected
}

// WasLive reports whether an id was on the server before the run.
func (p Plan) WasLive(id int64) bool {
	_, found := p.live(id)
	return found
}

// Reassigned finds a live record whose id was another's before the run, or was created as another by
// it: the server was restored or copied since. Where it shows no initDate, another kind or type proves that.
func (p Plan) Reassigned(outcomes []Outcome, live []Record) (r Record, found bool) {
	made, was := make(map[int64]Known), make(map[int64]Record)
	for _, o := range outcomes {
		a := &p.Actions[o.N]
		if was[a.Have.ID] = a.Have; a.Op == OpCreate {
			made[o.ID], was[o.ID] = Known{o.ID, o.InitDate}, a.Want
		}
	}
	i := slices.IndexFunc(live, func(r Record) bool {
		before, _ := p.live(r.ID)
		a, known := was[r.ID]
		return before.Contradicts(r) || made[r.ID].Contradicts(r) || known && (a.Kind() != r.Kind() || a.Type() != r.Type())
	})
	if i < 0 {
		return Record{}, false
	}
	return live[i], true
}

func (p Plan) live(id int64) (Known, bool) {
	i, found := slices.BinarySearchFunc(p.Live, id, func(k Known, id int64) int { return cmp.Compare(k.ID, id) })
	if !found {
		return Known{}, false
	}
	return p.Live[i], true
}

// Digest names the plan: the wanted records, and of the live ones the compared fields and what is
// deleted, independent of the order of the manifest. It covers no secret, but its reference, and
// nothing that depends on what was sent last: who approves a plan and who applies it may have
// different environments and states.
func (p Plan) Digest() string {
	sums := make([][sha256.Size]byte, len(p.Actions))
	var text []byte
	for i := range p.Actions {
		text = p.Actions[i].appendDigest(text[:0])
		sums[i] = sha256.Sum256(text)
	}
	slices.SortFunc(sums, func(a, b [sha256.Size]byte) int { return bytes.Compare(a[:], b[:]) })
	h := sha256.New()
	for i := range sums {
		_, _ = h.Write(sums[i][:])
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// appendDigest writes what the digest is about of an action.
func (a *Action) appendDigest(text []byte) []byte {
	text = append(strconv.AppendQuote(text, string(a.Compared())), '\n')
	text = a.Want.appendDigest(text, func(Field) bool { return true })
	for i := range a.Want.Rules {
		text = a.Want.Rules[i].appendDigest(append(text, "rule\n"...), func(Field) bool { return true })
	}
	text = append(strconv.AppendInt(text, a.Have.ID, 10), '\n')
	text = a.Have.appendDigest(text, a.compares)
	if a.Files {
		text = append(text, "files\n"...)
	}
	return text
}

// Compared is the operation as far as it follows from what the server shows: one that differs only
// in secrets, or in what the server does not show, is unchanged.
func (a *Action) Compared() Op {
	shown := func(c Change) bool { return !c.Unseen && !c.secret() }
	if a.Op == OpUpdate || a.Op == OpExists && len(a.Changes) > 0 {
		if !slices.ContainsFunc(a.Changes, shown) {
			return OpUnchanged
		}
	}
	return a.Op
}

// compares reports whether the plan depends on a field of the live record: on what is wanted, but for
// secrets, and of what is deleted on its identity.
func (a *Action) compares(f Field) bool {
	if a.Op == OpDelete {
		return f.identifies()
	}
	v := a.Want.Get(f)
	_, secret := v.Secret()
	return v.IsSet() && !secret
}

// HaveCompared is the live record with only the fields that the plan depends on.
func (a *Action) HaveCompared() Record {
	var fields []FieldValue
	for f, v := range a.Have.All() {
		if a.compares(f) {
			fields = append(fields, FieldValue{f, v})
		}
	}
	r := RecordOf(fields)
	r.ID = a.Have.ID
	return r
}

// Digest changes with each field that the server shows of a record.
func (r *Record) Digest() string {
	shown := r.WithoutServerMade()
	sum := sha256.Sum256(shown.appendDigest(nil, func(f Field) bool { return !f.LeftOutWhereBlank() || !shown.Get(f).Blank() }))
	return hex.EncodeToString(sum[:16])
}

// appendDigest writes the fields of a record that are wanted.
func (r *Record) appendDigest(text []byte, wanted func(Field) bool) []byte {
	for f, v := range r.All() {
		if wanted(f) {
			text = append(append(text, f.String()...), '=')
			text = append(strconv.AppendQuote(text, v.String()), '\n')
		}
	}
	return text
}
