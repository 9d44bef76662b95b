package schema

import "testing"

func TestIsAsShown(t *testing.T) {
	want := NewRecord(map[Field]Value{FieldType: Text("GITHUB"), FieldDisplayName: Text("A"), FieldDisabled: Bool(true)})
	answer := want.Set(FieldRevisionIndexing, Bool(true))
	answered := answer.AnswerDigest(want)
	noName, unnamed := want.Set(FieldDisplayName, Value{}), answer.Set(FieldDisplayName, Text(""))
	named := answer.AnswerDigest(noName)
	onA, onB := answer.Set(FieldOrigin, Text("https://a")), answer.Set(FieldOrigin, Text("https://b"))
	rewritten := answer.Set(FieldDisplayName, Text("a"))
	for name, tt := range map[string]struct {
		live   Record
		digest string
		is     bool
	}{
		"nothing is known":                        {answer, "", true},
		"as the list showed it":                   {answer, answer.Digest(), true},
		"not as the list showed it":               {want, answer.Digest(), false},
		"as the answer showed it":                 {answer, answered, true},
		"another value than in the answer":        {answer.Set(FieldRevisionIndexing, Bool(false)), answered, false},
		"not shown in the list":                   {want, answered, true},
		"not shown in the answer":                 {answer.Set(FieldSmartCommitsEnabled, Bool(true)), answered, true},
		"blank in the answer":                     {answer.Set(FieldTagsFilter, Text("v.*")), answered, false},
		"what was wanted is compared by itself":   {answer.Set(FieldDisabled, Bool(false)), answered, true},
		"another letter case than in the answer":  {rewritten, answered, false},
		"a name that the server had rewritten":    {rewritten, rewritten.AnswerDigest(want), true},
		"the name that the server gave":           {answer, named, true},
		"another one where a blank was wanted":    {answer.Set(FieldDisplayName, Text("B")), answer.AnswerDigest(unnamed), false},
		"a name that it gave later":               {answer, unnamed.AnswerDigest(noName), true},
		"another origin than the server's own":    {onB, onA.AnswerDigest(want), false},
		"another name than the server gave":       {answer.Set(FieldDisplayName, Text("B")), named, false},
		"blank in the answer, and in the list so": {answer.Set(FieldTagsFilter, Text("")), answered, true},
	} {
		if got := tt.live.IsAsShown(tt.digest); got != tt.is {
			t.Errorf("%s: %v", name, got)
		}
	}
	if WholeDigest(answered) || WholeDigest("") || !WholeDigest(answer.Digest()) {
		t.Error("only the digest of a list is whole")
	}
}
