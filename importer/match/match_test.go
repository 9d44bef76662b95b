package match

import (
	"fmt"
	"strings"
	"testing"

	"gijbulk/schema"
)

// gerrit makes an integration at one origin; blank values are left out.
func gerrit(name string, previously ...string) schema.Record {
	return at("https://g.example", name, previously...)
}

func at(origin, name string, previously ...string) schema.Record {
	return integration(schema.Text("GERRIT"), origin, name, previously)
}

func integration(typ schema.Value, origin, name string, previously []string) schema.Record {
	values := map[schema.Field]schema.Value{schema.FieldType: typ, schema.FieldOrigin: schema.Text(origin)}
	if name != "" {
		values[schema.FieldDisplayName] = schema.Text(name)
	}
	if len(previously) > 0 {
		values[schema.FieldPreviously] = schema.Words(previously...)
	}
	return schema.NewRecord(values)
}

func repository(origin string, previously ...string) schema.Record {
	r := integration(schema.Value{}, origin, "", previously)
	return r.Set(schema.FieldKind, schema.Text("repository"))
}

// lives gives records the ids from 1, and dates.
func lives(records ...schema.Record) []schema.Record {
	for i := range records {
		records[i].ID, records[i].InitDate = int64(i+1), int64(1000*(i+1))
	}
	return records
}

var ruleNames = []string{"none", "exact", "recorded", "given", "earlier", "inferred", "folded", "folded path"}

// matched writes for each wanted record its rule and the id of its live record.
func matched(p Pairing, live []schema.Record) string {
	words := make([]string, len(p.Live))
	for w, l := range p.Live {
		words[w] = ruleNames[p.Rule[w]]
		if l != None {
			words[w] += fmt.Sprint(" ", live[l].ID)
		}
		if _, conflict := p.Conflict[w]; conflict {
			words[w] += " conflict"
		}
	}
	return strings.Join(words, ", ")
}

func TestMatch(t *testing.T) {
	one := lives(gerrit("a"))[0]
	undated := one
	undated.InitDate = 0
	recorded := func(r schema.Record, id, initDate int64) *IDs {
		return &IDs{Recorded: map[schema.Key]schema.Known{r.Key(): {ID: id, InitDate: initDate}}}
	}
	long := strings.Repeat("ä", 300)
	for _, tt := range []struct {
		name string
		want []schema.Record
		live []schema.Record
		ids  *IDs
		says string
	}{
		{"identity", []schema.Record{gerrit("a")}, lives(gerrit("a")), nil, "exact 1"},
		{"identity before a recorded id", []schema.Record{gerrit("b")}, lives(gerrit("a"), gerrit("b")), recorded(gerrit("b"), 1, 1000), "exact 2"},
		{"recorded", []schema.Record{gerrit("b")}, lives(gerrit("a")), recorded(gerrit("b"), 1, 1000), "recorded 1"},
		{"recorded, reassigned since", []schema.Record{gerrit("b")}, lives(gerrit("a")), recorded(gerrit("b"), 1, 7), "none"},
		{"recorded without a date", []schema.Record{gerrit("b")}, lives(gerrit("a")), recorded(gerrit("b"), 1, 0), "none"},
		{"recorded, no date is shown", []schema.Record{gerrit("b")}, []schema.Record{undated}, recorded(gerrit("b"), 1, 1000), "none"},
		{"recorded, of another type", []schema.Record{integration(schema.Text("GITLAB"), "https://g.example", "a", nil)}, lives(gerrit("a")),
			recorded(integration(schema.Text("GITLAB"), "https://g.example", "a", nil), 1, 1000), "none"},
		{"recorded, but another's", []schema.Record{gerrit("b"), gerrit("a")}, lives(gerrit("a")), recorded(gerrit("b"), 1, 1000), "none, exact 1"},
		{"two of one identity", []schema.Record{gerrit("a")}, lives(gerrit("a"), gerrit("a")), recorded(gerrit("a"), 1, 1000), "exact conflict"},
		{"two without a name, one recorded", []schema.Record{gerrit("")}, lives(gerrit("g/*"), gerrit("g/*")), recorded(gerrit(""), 1, 1000), "recorded conflict"},
		{"given after recorded", []schema.Record{gerrit("b")}, lives(gerrit("a"), gerrit("c")),
			&IDs{Recorded: recorded(gerrit("b"), 1, 1000).Recorded, Given: map[int]int{0: 1}}, "recorded 1"},
		{"given", []schema.Record{gerrit("b")}, lives(gerrit("a"), gerrit("c")), &IDs{Given: map[int]int{0: 1}}, "given 2"},

		{"renamed", []schema.Record{gerrit("b", "a")}, lives(gerrit("a")), nil, "earlier 1"},
		{"moved", []schema.Record{at("https://new.example", "a", "https://g.example")}, lives(gerrit("a")), nil, "earlier 1"},
		{"a repository moved", []schema.Record{repository("https://h/b", "https://h/a")}, lives(repository("https://h/a")), nil, "earlier 1"},
		{"a chain", []schema.Record{gerrit("b", "a"), gerrit("c", "b")}, lives(gerrit("a"), gerrit("b")), nil, "earlier 1, earlier 2"},
		{"a long chain, backwards", []schema.Record{gerrit("d", "c"), gerrit("c", "b"), gerrit("b", "a")},
			lives(gerrit("a"), gerrit("b"), gerrit("c")), nil, "earlier 3, earlier 2, earlier 1"},
		{"a chain of repositories", []schema.Record{repository("https://h/b", "https://h/a"), repository("https://h/c", "https://h/b")},
			lives(repository("https://h/a"), repository("https://h/b")), nil, "earlier 1, earlier 2"},
		{"a chain, done", []schema.Record{gerrit("b", "a"), gerrit("c", "b")}, lives(gerrit("b"), gerrit("c")), nil, "exact 1, exact 2"},
		{"a chain, done, and a new record of the first name", []schema.Record{gerrit("b", "a"), gerrit("c", "b")},
			lives(gerrit("b"), gerrit("c"), gerrit("a")), nil, "exact 1, exact 2"},
		{"a chain without its beginning", []schema.Record{gerrit("b", "a"), gerrit("c", "b")}, lives(gerrit("b")), nil, "exact 1, none"},
		{"a chain, and the server has rewritten a name", []schema.Record{gerrit("B", "a"), gerrit("c", "B")}, lives(gerrit("a"), gerrit("b")),
			recorded(gerrit("B"), 2, 2000), "earlier 1, earlier 2"},
		{"an earlier name that the server has rewritten", []schema.Record{gerrit("c", "B")}, lives(gerrit("b")), recorded(gerrit("B"), 1, 1000), "earlier 1"},
		{"an earlier name, recorded for what somebody has renamed", []schema.Record{gerrit("c", "B")}, lives(gerrit("x")), recorded(gerrit("B"), 1, 1000), "earlier 1"},
		{"a chain whose end somebody has renamed", []schema.Record{gerrit("b", "a"), gerrit("c", "b")}, lives(gerrit("a"), gerrit("x")),
			recorded(gerrit("b"), 2, 2000), "earlier 1, earlier 2"},
		{"a swap", []schema.Record{gerrit("a", "b"), gerrit("b", "a")}, lives(gerrit("a"), gerrit("b")), nil, "exact 1, exact 2"},
		{"a swap of which one is missing", []schema.Record{gerrit("a", "b"), gerrit("b", "a")}, lives(gerrit("a")), nil, "exact 1, none"},
		{"the earlier name of two", []schema.Record{gerrit("b", "a"), gerrit("c", "a")}, lives(gerrit("a")), nil, "earlier conflict, earlier conflict"},
		{"two earlier names", []schema.Record{gerrit("c", "a", "b")}, lives(gerrit("a"), gerrit("b")), nil, "earlier conflict"},
		{"a chain whose beginning is there twice", []schema.Record{gerrit("b", "a", "o"), gerrit("c", "b")},
			lives(gerrit("a"), gerrit("b"), gerrit("o")), nil, "exact 2, earlier conflict"},
		{"a chain to a record without a name", []schema.Record{gerrit("b", "a"), gerrit("", "b")}, lives(gerrit("a"), gerrit("b")), nil, "exact 2, inferred 1"},
		{"two that are equal were it", []schema.Record{gerrit("b", "a")}, lives(gerrit("a"), gerrit("a")), nil, "earlier conflict"},

		{"an earlier name that is there twice and another's now", []schema.Record{gerrit("a"), gerrit("b", "a")}, lives(gerrit("a"), gerrit("a")), nil,
			"exact conflict, earlier conflict"},
		{"a chain whose beginning is there twice and another's now", []schema.Record{gerrit("a"), gerrit("b", "a"), gerrit("c", "b")},
			lives(gerrit("a"), gerrit("a"), gerrit("b")), nil, "exact conflict, exact 3, earlier conflict"},

		{"the only one", []schema.Record{gerrit("")}, lives(gerrit("g/*")), nil, "inferred 1"},
		{"the only one left", []schema.Record{gerrit(""), gerrit("a"), gerrit("c", "b")}, lives(gerrit("a"), gerrit("b"), gerrit("x")), nil, "inferred 3, exact 1, earlier 2"},
		{"several left", []schema.Record{gerrit("")}, lives(gerrit("a"), gerrit("b")), nil, "inferred conflict"},
		{"at another origin", []schema.Record{gerrit("")}, lives(at("https://h.example", "a")), nil, "none"},

		{"whitespace and letter case", []schema.Record{gerrit(" Acme  Code")}, lives(gerrit("acme code")), nil, "folded 1"},
		{"composed", []schema.Record{gerrit("Zu\u0308rich")}, lives(gerrit("Z\u00fcrich")), nil, "folded 1"},
		{"a name ending", []schema.Record{gerrit("acme")}, lives(gerrit("acme/*")), nil, "folded 1"},
		{"cut", []schema.Record{gerrit(long)}, lives(gerrit(long[:2*255])), nil, "folded 1"},
		{"cut elsewhere", []schema.Record{gerrit(long)}, lives(gerrit(long[:2*250])), nil, "none"},
		{"an origin ending", []schema.Record{repository("https://h/a.git")}, lives(repository("https://h/a")), nil, "folded 1"},
		{"letter case of a path", []schema.Record{repository("https://h/A")}, lives(repository("https://h/a")), nil, "folded path 1"},
		{"without a name, letter case of a path", []schema.Record{at("https://h/A", "")}, lives(at("https://h/a", "x")), nil, "folded path 1"},
		{"folded, but another's", []schema.Record{gerrit("A"), gerrit("a")}, lives(gerrit("a")), nil, "none, exact 1"},
		{"folded, and another's that is renamed", []schema.Record{gerrit("b"), gerrit("A")}, lives(gerrit("a")), recorded(gerrit("b"), 1, 1000), "recorded 1, folded conflict"},
		{"folded of two", []schema.Record{gerrit("A"), gerrit("a ")}, lives(gerrit("a")), nil, "folded conflict, folded conflict"},
		{"folded, and part of another's conflict", []schema.Record{gerrit("g"), gerrit("A B")}, lives(gerrit("a b"), gerrit("a b")),
			recorded(gerrit("g"), 2, 2000), "recorded conflict, folded conflict"},
		{"recorded, and another has its name folded", []schema.Record{gerrit("B")}, lives(gerrit("a"), gerrit("b")), recorded(gerrit("B"), 1, 1000), "recorded conflict"},
		{"renamed, and another has its name folded", []schema.Record{gerrit("B", "a")}, lives(gerrit("a"), gerrit("b")), nil, "earlier conflict"},
		{"recorded, rewritten, and another like it", []schema.Record{gerrit("B")}, lives(gerrit("b"), gerrit("b ")), recorded(gerrit("B"), 1, 1000), "recorded 1"},
		{"folded, and the only one for a record without a name", []schema.Record{gerrit(""), gerrit("A")}, lives(gerrit("a")), nil, "inferred 1, folded conflict"},
		{"folded, and recorded for a record without a name", []schema.Record{gerrit(""), gerrit("A")}, lives(gerrit("a")), recorded(gerrit(""), 1, 1000),
			"recorded 1, folded conflict"},
		{"two folded", []schema.Record{gerrit("A")}, lives(gerrit("a"), gerrit("a ")), nil, "folded conflict"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := Match(tt.want, tt.live, tt.ids)
			p.Fold(tt.want, tt.live)
			if got := matched(p, tt.live); got != tt.says {
				t.Errorf("got %s, want %s; conflicts %v", got, tt.says, p.Conflict)
			}
			for w, l := range p.Live {
				if l != None && p.ClaimedBy[l] != w {
					t.Errorf("%d has live record %d, which %d claims", w, l, p.ClaimedBy[l])
				}
			}
		})
	}
}

// TestConflictsKeepEarlierRecords: what a record in conflict may have been before is nobody's surplus.
func TestConflictsKeepEarlierRecords(t *testing.T) {
	want := []schema.Record{gerrit("b", "a"), gerrit("c", "d")}
	live := lives(gerrit("b"), gerrit("b"), gerrit("a"), gerrit("c"), gerrit("d"))
	p := Match(want, live, nil)
	p.Fold(want, live)
	if p.Live[0] != None || p.ClaimedBy[2] != 0 {
		t.Errorf("the earlier record of a conflict is claimed by %d", p.ClaimedBy[2])
	}
	if p.Live[1] != 3 || p.ClaimedBy[4] != None {
		t.Errorf("the earlier name of a record that is there is claimed by %d", p.ClaimedBy[4])
	}
}

// TestMatchNew: what has the name of a record as a server may have rewritten it is not that of one without
// a name, which may be it where nothing else is left.
func TestMatchNew(t *testing.T) {
	for _, tt := range []struct {
		name   string
		unsent map[int]bool
		want   []schema.Record
		live   []schema.Record
		says   string
	}{
		{"exact", nil, []schema.Record{gerrit(""), gerrit("a")}, lives(gerrit("a")), "none, exact 1"},
		{"folded", nil, []schema.Record{gerrit("A")}, lives(gerrit("a")), "folded 1"},
		{"folded, or the only one", nil, []schema.Record{gerrit(""), gerrit("A")}, lives(gerrit("a")), "inferred conflict, folded conflict"},
		{"folded, and the only one left", nil, []schema.Record{gerrit(""), gerrit("A")}, lives(gerrit("a"), gerrit("g/*")), "inferred 2, folded 1"},
		{"folded, or the only one, which was not sent", map[int]bool{0: true}, []schema.Record{gerrit(""), gerrit("A")}, lives(gerrit("a")), "none, folded 1"},
		{"folded of two", nil, []schema.Record{gerrit("A"), gerrit("a "), gerrit("")}, lives(gerrit("a")), "folded conflict, folded conflict, inferred conflict"},
		{"neither", nil, []schema.Record{gerrit(""), gerrit("A")}, lives(gerrit("g/*")), "inferred 1, none"},
		{"letter case of a path", nil, []schema.Record{at("https://h/A", "")}, lives(at("https://h/a", "x")), "folded path 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sent := func(w int) bool { return !tt.unsent[w] }
			if got := matched(MatchNew(tt.want, tt.live, sent), tt.live); got != tt.says {
				t.Errorf("got %s, want %s", got, tt.says)
			}
		})
	}
}
