package convert

import (
	"slices"

	"gijbulk/schema"
)

// separateTokens gives each integration of a host that rotates tokens a reference of its
// own: who rotates the token of one integration revokes that of the others that share it
// (GitLab's manual: personal access tokens, rotate). A reference that the command line sets
// stays, with a warning. Other hosts allow one token for many integrations.
func (m *maker) separateTokens() {
	first := map[string]int{} // by reference
	shared := map[string]int{}
	for i, e := range m.result.Entries {
		pat, _ := e.Cell(schema.FieldPat)
		reference := pat.Written.Text
		if _, _, ok := schema.SplitReference(reference); !ok || !rotatesTokens(schema.Type(e.Text(schema.FieldType))) {
			continue
		}
		if _, met := first[reference]; !met {
			first[reference] = i
			continue
		}
		if shared[reference]++; shared[reference] == 1 {
			m.reportShared(m.result.Entries[first[reference]], e, reference, pat.Given)
		}
		if !pat.Given {
			own := m.references.To(schema.FieldPat, GitLab.word, e.Text(schema.FieldOrigin), e.Text(schema.FieldDisplayName))
			m.result.Entries[i] = replaced(e, own)
		}
	}
}

// replaced is an entry with another token, in its place.
func replaced(e schema.Entry, reference string) schema.Entry {
	e.Cells = slices.Clone(e.Cells)
	at := slices.IndexFunc(e.Cells, func(c schema.Cell) bool { return c.Field == schema.FieldPat })
	e.Cells[at] = TextCell(schema.FieldPat, reference)
	return e
}

func rotatesTokens(t schema.Type) bool { return t == GitLab.hosted || t == GitLab.server }

func (m *maker) reportShared(first, second schema.Entry, reference string, given bool) {
	names := first.Text(schema.FieldDisplayName) + " and " + second.Text(schema.FieldDisplayName)
	f := schema.CodeListingNotHeld.Newf(second.Place, schema.FieldPat.String(), "%s would share %s, and GitLab revokes a token when it is rotated: each integration got a reference of its own", names, reference)
	if given {
		f = schema.CodeListingNotHeld.Newf(second.Place, schema.FieldPat.String(), "%s share %s, and GitLab revokes a token when it is rotated", names, reference)
	}
	m.report(f.Advise("create a token for each integration of GitLab"))
}
