package match

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"gijbulk/schema"
)

// Fold matches the wanted records that no rule has matched with live records that are not another's
// for certain and whose identity differs only in what a server may rewrite. Such a record may be the
// wanted one or a person's; it is never to be created a second time, and none is renamed to its identity.
// Where another wanted record takes it and renames it, the create has to wait for that.
func (p *Pairing) Fold(want, live []schema.Record) { p.fold(want, live, schema.Key.Valid) }

func (p *Pairing) fold(want, live []schema.Record, folds func(schema.Key) bool) {
	f := newFolder()
	m := matcher{want: want, live: live, index: indexLive(live, f.key), Pairing: *p}
	m.refuseRenames(f)
	candidates, users := make(map[int][]int), make(map[int][]int)
	m.eachUndecided(func(w int, key schema.Key) {
		if !folds(key) {
			return
		}
		candidates[w] = slices.DeleteFunc(m.index.find(key), func(l int) bool { return m.paired(l) && !(key.Exact() && m.hasOtherName(l, f)) })
		for _, l := range candidates[w] {
			users[l] = append(users[l], w)
		}
	})
	m.eachUndecided(func(w int, key schema.Key) {
		m.claimFolded(w, f.ruleFor(key, m.live, candidates[w]), candidates[w], users)
	})
	m.keepEarlier()
	*p = m.Pairing
}

// keepEarlier claims for the records that cannot be decided what they may have been before: nobody's
// surplus, as long as the conflict is there.
func (m *matcher) keepEarlier() {
	for _, w := range slices.Sorted(maps.Keys(m.Conflict)) {
		for _, l := range m.findEarlier(w) {
			if m.ClaimedBy[l] == None {
				m.ClaimedBy[l] = w
			}
		}
	}
}

// hasOtherName reports whether a paired live record has a name that its wanted one does not give it.
func (m *matcher) hasOtherName(l int, f caseFolder) bool {
	return !m.want[m.ClaimedBy[l]].Key().Exact() || m.isRenamed(l, f)
}

func (m *matcher) isRenamed(l int, f caseFolder) bool {
	want := m.want[m.ClaimedBy[l]].Key()
	return want.Exact() && f.key(want) != f.key(m.live[l].Key())
}

// refuseRenames finds wanted records whose live record has another name or origin now, while an
// unclaimed one has theirs as the server may have rewritten it: a rename would make a second one.
func (m *matcher) refuseRenames(f caseFolder) {
	for w, l := range m.Live {
		if l == None || m.Rule[w] < Recorded || m.Rule[w] > Earlier || !m.isRenamed(l, f) {
			continue
		}
		if others := unclaimed(m.index.find(m.want[w].Key()), m.ClaimedBy); len(others) > 0 {
			m.Live[w] = None
			m.recordConflict(w, m.Rule[w], others, fmt.Sprintf("%s would get the name and origin that the server shows for ids %s", Called(m.live[l]), m.ids(others)))
		}
	}
}

func (m *matcher) claimFolded(w int, rule Rule, candidates []int, users map[int][]int) {
	for _, l := range candidates {
		if len(users[l]) > 1 {
			m.recordConflict(w, rule, candidates, fmt.Sprintf("%s on the server may be any of several records: %s", Called(m.live[l]), m.places(users[l])))
			return
		}
	}
	m.claim(w, rule, candidates)
}

// Changes are what differs between a wanted record and the live one that is certainly its own: how
// a server rewrites an identity is no difference.
func Changes(want, have schema.Record) []schema.Change {
	return slices.DeleteFunc(schema.Changes(want, have), Rewritten)
}

// Rewritten reports whether a change is one of the identity, and only in what a server may rewrite.
func Rewritten(c schema.Change) bool {
	if c.Field != schema.FieldOrigin && c.Field != schema.FieldDisplayName {
		return false
	}
	f := newFolder()
	return f.text(c.From.Text()) == f.text(c.To.Text())
}

// caseFolder brings texts to a form in which those that a server may rewrite into each other
// are equal. It serves one goroutine.
type caseFolder struct{ cases cases.Caser }

func newFolder() caseFolder { return caseFolder{cases.Fold()} }

func (f caseFolder) key(key schema.Key) schema.Key {
	key.Origin, key.Name = f.text(key.Origin), f.text(key.Name)
	return key
}

func (f caseFolder) text(s string) string { return f.cases.String(foldedExceptCase(s)) }

func (f caseFolder) ruleFor(key schema.Key, live []schema.Record, candidates []int) Rule {
	for _, l := range candidates {
		a, b := foldedExceptCase(key.Origin), foldedExceptCase(live[l].Key().Origin)
		if a != b && f.cases.String(a) == f.cases.String(b) {
			return FoldedPath
		}
	}
	return Folded
}

// Identities finds identities by those that a server may rewrite them into. It serves one goroutine.
type Identities struct {
	folder caseFolder
	keys   map[schema.Key][]schema.Key
}

// NewIdentities takes the keys that are valid.
func NewIdentities(keys iter.Seq[schema.Key]) Identities {
	s := Identities{newFolder(), make(map[schema.Key][]schema.Key)}
	for key := range keys {
		if key.Valid() {
			folded := s.folder.key(key)
			s.keys[folded] = append(s.keys[folded], key)
		}
	}
	return s
}

// Like are the identities that are a key, or that a server may rewrite into it.
func (s Identities) Like(key schema.Key) []schema.Key { return s.keys[s.folder.key(key)] }

// longestStored is how many characters of a text some servers keep.
const longestStored = 255

func foldedExceptCase(s string) string {
	s = norm.NFC.String(s)
	if len(s) > longestStored {
		if runes := []rune(s); len(runes) > longestStored {
			s = string(runes[:longestStored])
		}
	}
	s = strings.Join(strings.Fields(s), " ")
	s = strings.TrimSuffix(s, "/*")
	return strings.TrimSuffix(strings.TrimRight(s, "/"), ".git")
}
