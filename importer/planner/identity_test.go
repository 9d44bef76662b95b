package planner

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gijbulk/schema"
)

func dated(r schema.Record, initDate int64) schema.Record {
	r.InitDate = initDate
	return r
}

func TestDiffOfDoubtfulMatches(t *testing.T) {
	have := []schema.Record{
		dated(live(1, "type", "GITLAB", "origin", "https://gitlab.com", "displayName", "https://gitlab.com/*", "disabled", false), 1000),
		live(2, "type", "GERRIT", "origin", "https://g.example", "displayName", "Acme Code"),
		live(3, "type", "GERRIT", "origin", "https://two.example", "displayName", "a"),
		live(4, "type", "GERRIT", "origin", "https://two.example", "displayName", "b"),
		livePlain(5, "https://h.example/tools"),
	}
	unnamed := record(2, "type", "GITLAB")
	differs := unnamed.Set(schema.FieldDisabled, schema.Bool(true))
	rewritten := record(2, "type", "GERRIT", "origin", "https://g.example", "displayName", "acme  code")
	known := func(r schema.Record, id, initDate int64) map[schema.Key]schema.Known {
		return map[schema.Key]schema.Known{r.Key(): {ID: id, InitDate: initDate}}
	}
	sync := Options{Update: true, Sent: memory{}}
	for _, tt := range []struct {
		name         string
		want         schema.Record
		o            Options
		said, advice string
		code         schema.Code // of the only finding
	}{
		{"inferred, import", unnamed, Options{}, "exists 1", "", ""},
		{"inferred, import, differs", differs, Options{}, "exists 1 disabled", "", ""},
		{"inferred, sync", withPat(unnamed, "secret"), sync, "unchanged 1", "", ""},
		{"inferred, sync, differs", differs, sync, "conflict 1", "displayName: https://gitlab.com/*", ""},
		{"recorded, sync, differs", differs, Options{Update: true, Known: known(unnamed, 1, 1000)}, "update 1 disabled", "", ""},
		{"recorded without a date", differs, Options{Update: true, Known: known(unnamed, 1, 0)}, "update 1 disabled", "", ""},
		{"reassigned, sync, differs", differs, Options{Update: true, Known: known(unnamed, 1, 999)}, "conflict 1", "displayName: ", schema.CodeIDReassigned},
		{"several without a name", record(2, "type", "GERRIT", "origin", "https://two.example"), Options{}, "conflict 0", "delete the duplicates", ""},
		{"rewritten, import", rewritten, Options{}, "exists 2 displayName", "", schema.CodeRewrittenName},
		{"rewritten, sync", rewritten, sync, "conflict 2", "displayName: Acme Code", ""},
		{"an ending, import", plain(2, "https://h.example/tools.git"), Options{}, "exists 5 origin", "", schema.CodeRewrittenName},
		{"letter case of a path, import", plain(2, "https://h.example/Tools"), Options{}, "conflict 5", "origin: https://h.example/tools", ""},
		{"letter case of a path, sync", plain(2, "https://h.example/Tools"), sync, "conflict 5", "origin: https://h.example/tools", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan, findings := Diff([]schema.Record{tt.want}, have, tt.o)
			if got := said(plan); got != tt.said {
				t.Errorf("got %s, want %s", got, tt.said)
			}
			a := plan.Actions[0]
			if !strings.Contains(a.Advice, tt.advice) || a.Op == schema.OpConflict && a.Reason == "" {
				t.Errorf("reason %q, advice %q", a.Reason, a.Advice)
			}
			if (tt.code == "") != (len(findings) == 0) || len(findings) > 1 || len(findings) == 1 && findings[0].Code != tt.code {
				t.Errorf("findings %v", findings)
			}
		})
	}
}

// TestRewrittenIsNoDrift: what the server rewrote of what it was last sent is left as it is.
func TestRewrittenIsNoDrift(t *testing.T) {
	have := []schema.Record{dated(live(7, "type", "GITLAB", "origin", "https://gitlab.com", "displayName", "Acme Code"), 1000)}
	want := record(2, "type", "GITLAB", "displayName", "Acme  Code ")
	for _, tt := range []struct{ sent, said string }{{"Acme  Code ", "unchanged 7"}, {"something else", "update 7 displayName"}} {
		o := Options{Update: true, Sent: memory{schema.FieldDisplayName: tt.sent}, Known: map[schema.Key]schema.Known{want.Key(): {ID: 7, InitDate: 1000}}}
		if plan, _ := Diff([]schema.Record{want}, have, o); said(plan) != tt.said {
			t.Errorf("%q was sent: got %s, want %s", tt.sent, said(plan), tt.said)
		}
	}
}

// TestUnnamedDoesNotBecomeAnother: a recorded record without a name, moved back to its origin, must not
// get the identity of another one.
func TestUnnamedDoesNotBecomeAnother(t *testing.T) {
	unnamed := record(2, "type", "GERRIT", "origin", "https://g.example")
	named := record(3, "type", "GERRIT", "origin", "https://g.example", "displayName", "a")
	moved := dated(live(1, "type", "GERRIT", "origin", "https://h.example", "displayName", "a"), 1000)
	other := live(2, "type", "GERRIT", "origin", "https://g.example", "displayName", "a")
	o := Options{Update: true, Known: map[schema.Key]schema.Known{unnamed.Key(): {ID: 1, InitDate: 1000}}}
	for _, tt := range []struct {
		name       string
		want, have []schema.Record
		said       string
	}{
		{"no other", []schema.Record{unnamed}, []schema.Record{moved}, "update 1 origin"},
		{"one is wanted", []schema.Record{unnamed, named}, []schema.Record{moved}, "conflict 1, create 0"},
		{"one is live", []schema.Record{unnamed}, []schema.Record{moved, other}, "conflict 1"},
	} {
		if plan, _ := Diff(tt.want, tt.have, o); said(plan) != tt.said {
			t.Errorf("%s: got %s, want %s", tt.name, said(plan), tt.said)
		}
	}
}

// TestReassignedIsSaidOnce: one warning stands for all records.
func TestReassignedIsSaidOnce(t *testing.T) {
	a, b := record(2, "type", "GITLAB", "displayName", "a"), record(3, "type", "GITLAB", "displayName", "b")
	have := []schema.Record{dated(live(1, "type", "GITLAB", "origin", "https://gitlab.com", "displayName", "x"), 50),
		dated(live(2, "type", "GITLAB", "origin", "https://gitlab.com", "displayName", "y"), 60)}
	known := map[schema.Key]schema.Known{a.Key(): {ID: 1, InitDate: 10}, b.Key(): {ID: 2, InitDate: 20}}
	plan, findings := Diff([]schema.Record{a, b}, have, Options{Update: true, Known: known})
	if said(plan) != "create 0, create 0" || len(findings) != 1 || !strings.Contains(findings[0].Message, "2 records") {
		t.Errorf("%s with %v", said(plan), findings)
	}
}

// simulated is a server that plans are applied to.
type simulated struct {
	live  []schema.Record
	last  int64
	known map[schema.Key]schema.Known
}

func (s *simulated) apply(plan schema.Plan) {
	for _, a := range plan.Actions {
		i := slices.IndexFunc(s.live, func(r schema.Record) bool { return r.ID == a.Have.ID })
		switch a.Op {
		case schema.OpCreate:
			i = len(s.live)
			s.add(a.Want)
		case schema.OpUpdate:
			for _, c := range a.Changes {
				s.live[i] = s.live[i].Set(c.Field, c.To)
			}
		case schema.OpDelete:
			s.live = slices.Delete(s.live, i, i+1)
			continue
		default:
			continue
		}
		s.known[a.Want.Key()] = schema.Known{ID: s.live[i].ID, InitDate: s.live[i].InitDate}
	}
}

func (s *simulated) add(r schema.Record) {
	s.last++
	r.ID, r.InitDate, r.Place = s.last, 1000*s.last, schema.Place{}
	r = r.Set(schema.FieldPreviously, schema.Value{})
	if r.Name() == "" {
		r = r.Set(schema.FieldDisplayName, schema.Text("made/*"))
	}
	s.live = append(s.live, r)
}

// TestSecondSyncWritesNothing: whatever is wanted and live, a sync brings the server to a state
// that the next one leaves as it is, and each live record belongs to at most one action. Only what was
// a conflict because another record had to be renamed first is made by the next one.
func TestSecondSyncWritesNothing(t *testing.T) {
	names := rapid.SampledFrom([]string{"a", "b", "c", "d", "A", "c ", ""})
	drawn := func(t *rapid.T, what string) schema.Record {
		origin := rapid.SampledFrom([]string{"https://g.example", "https://g.example/x", "https://g.example/X"}).Draw(t, what+" origin")
		pairs := []any{"type", "GERRIT", "origin", origin, "disabled", rapid.Bool().Draw(t, what+" disabled")}
		if name := names.Draw(t, what); name != "" {
			pairs = append(pairs, "displayName", name)
		}
		return record(2, pairs...)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := simulated{known: make(map[schema.Key]schema.Known)}
		for range rapid.IntRange(0, 6).Draw(t, "live") {
			s.add(drawn(t, "live"))
		}
		var want []schema.Record
		taken := make(map[schema.Key]bool)
		for range rapid.IntRange(0, 6).Draw(t, "wanted") {
			r := drawn(t, "want")
			if taken[r.Key()] {
				continue
			}
			taken[r.Key()] = true
			if before := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", "d", "https://g.example/x"}), 0, 2).Draw(t, "previously"); len(before) > 0 {
				r = r.Set(schema.FieldPreviously, schema.Words(before...))
			} else if len(s.live) > 0 && rapid.Bool().Draw(t, "recorded") {
				l := rapid.SampledFrom(s.live).Draw(t, "recorded as")
				if r.Name() == "" && l.Key().Origin != r.Key().Origin {
					continue // of several that move, one may have to wait for another
				}
				s.known[r.Key()] = schema.Known{ID: l.ID, InitDate: l.InitDate + rapid.Int64Range(0, 1).Draw(t, "reassigned")}
			}
			want = append(want, r)
		}
		o := Options{Update: true, Prune: rapid.Bool().Draw(t, "prune"), Sent: memory{}, Known: s.known}
		first, _ := Diff(want, s.live, o)
		had := make(map[int64]bool)
		for _, a := range first.Actions {
			if a.Have.ID != 0 && had[a.Have.ID] {
				t.Fatalf("%s: a live record has two actions", said(first))
			}
			had[a.Have.ID] = true
		}
		s.apply(first)
		second, _ := Diff(want, s.live, o)
		for i, a := range second.Actions {
			if a.Op.Writes() && (a.Op != schema.OpCreate || first.Actions[i].Op != schema.OpConflict || first.Count(schema.OpUpdate) == 0) {
				t.Fatalf("first %s, then %s", said(first), said(second))
			}
		}
		s.apply(second)
		if third, _ := Diff(want, s.live, o); third.Writes() > 0 {
			t.Fatalf("first %s, then %s, and then %s", said(first), said(second), said(third))
		}
	})
}
