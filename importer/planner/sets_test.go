package planner

import (
	"strings"
	"testing"

	"gijbulk/schema"
)

// saidOfSets adds to a plan's operations which of them adopt a record.
func saidOfSets(plan schema.Plan) string {
	words := strings.Split(said(plan), ", ")
	for i, a := range plan.Actions {
		if a.Adopts {
			words[i] += " adopts"
		}
	}
	return strings.Join(words, ", ")
}

func TestSets(t *testing.T) {
	github := func(id int64, name string) schema.Record {
		return live(id, "type", "GITHUB", "origin", "https://api.github.com", "displayName", name, "disabled", false)
	}
	have := []schema.Record{github(1, "A"), github(2, "B"), github(3, "nobody's"), livePlain(4, "/srv/a.git"), livePlain(5, "/srv/b.git")}
	sets := map[int64]string{1: "red", 2: "blue", 4: "red", 5: "red"}
	wanted := func(name string, pairs ...any) schema.Record {
		return record(2, append([]any{"type", "GITHUB", "origin", "https://api.github.com", "displayName", name}, pairs...)...)
	}
	renamed := live(1, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "made by the server")
	sync := Options{Update: true, Sent: memory{}, Sets: sets}
	prune, none, noState := sync, sync, sync
	prune.Prune, none.Sets, noState.Sets, noState.Prune = true, map[int64]string{}, nil, true
	for _, tt := range []struct {
		name string
		want []schema.Record
		have []schema.Record
		o    Options
		said string
	}{
		{"its own", []schema.Record{wanted("A", "set", "red", "disabled", true)}, have, sync, "update 1 disabled"},
		{"another set's", []schema.Record{wanted("B", "set", "red", "disabled", true)}, have, sync, "conflict 2"},
		{"another set's, as it is wanted", []schema.Record{wanted("B", "set", "red")}, have, sync, "conflict 2"},
		{"a set's, wanted by none", []schema.Record{wanted("B")}, have, sync, "conflict 2"},
		{"an import leaves it anyway", []schema.Record{wanted("B", "set", "red", "disabled", true)}, have, Options{Sets: sets}, "exists 2 disabled"},
		{"adopted unchanged", []schema.Record{wanted("nobody's", "set", "red")}, have, sync, "unchanged 3 adopts"},
		{"adopted by an update", []schema.Record{wanted("nobody's", "set", "red", "disabled", true)}, have, sync, "update 3 disabled adopts"},
		{"not adopted by an import", []schema.Record{wanted("nobody's", "set", "red")}, have, Options{Sets: sets}, "unchanged 3"},
		{"not adopted by none", []schema.Record{wanted("nobody's")}, have, sync, "unchanged 3"},
		{"not adopted without a state", []schema.Record{wanted("A", "set", "red")}, have[:1], noState, "unchanged 1"},
		{"not adopted where it may be another", []schema.Record{wanted("", "set", "red")}, []schema.Record{renamed}, none, "unchanged 1"},
		{"prune within a set", []schema.Record{wanted("C", "set", "red")}, have, prune, "create 0, delete 1"},
		{"prune within the kinds and types of the set", []schema.Record{plain(2, "/srv/a.git", "set", "red")}, have, prune, "unchanged 4, delete 5"},
		{"prune within no set", []schema.Record{wanted("C")}, have, prune, "create 0, delete 3"},
		{"prune within a new set", []schema.Record{wanted("C", "set", "green")}, have, prune, "create 0"},
		{"prune within each set", []schema.Record{wanted("C", "set", "red"), wanted("D", "set", "blue")}, have, prune, "create 0, create 0, delete 1, delete 2"},
		{"a set has only what another has", []schema.Record{wanted("C", "set", "red"), plain(3, "/srv/c.git", "set", "blue")}, have, prune, "create 0, create 0, delete 1"},
		{"nothing is a set's without a state", []schema.Record{wanted("C", "set", "red")}, have, noState, "create 0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan, _ := Diff(tt.want, tt.have, tt.o)
			if got := saidOfSets(plan); got != tt.said {
				t.Errorf("got %q, want %q", got, tt.said)
			}
		})
	}
}

// TestSetIsKept: a name that a record of another set has is not free, although the sync prunes.
func TestSetIsKept(t *testing.T) {
	const origin, moved = "https://gitlab.example.org", "https://gitlab2.example.org"
	have := []schema.Record{dated(live(1, "type", "GITLAB_SERVER", "origin", origin, "displayName", "x"), 1000), live(2, "type", "GITLAB_SERVER", "origin", moved, "displayName", "x")}
	want := record(2, "type", "GITLAB_SERVER", "origin", moved, "set", "red")
	for _, tt := range []struct {
		owner, said string
	}{{"red", "update 1 origin, delete 2"}, {"blue", "conflict 1"}} {
		o := Options{Update: true, Prune: true, Sent: memory{}, Sets: map[int64]string{1: "red", 2: tt.owner}}
		o.Known = map[schema.Key]schema.Known{want.Key(): {ID: 1, InitDate: 1000}}
		plan, _ := Diff([]schema.Record{want}, have, o)
		if got := said(plan); got != tt.said {
			t.Errorf("owned by %s: got %q, want %q", tt.owner, got, tt.said)
		}
	}
}

// TestUndoneDeletionKeepsItsSet: what was deleted is created again in its set.
func TestUndoneDeletionKeepsItsSet(t *testing.T) {
	have := live(1, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "A")
	plan, _ := Diff([]schema.Record{record(2, "type", "GITHUB", "displayName", "B", "set", "red")}, []schema.Record{have},
		Options{Update: true, Prune: true, Sets: map[int64]string{1: "red"}})
	deletion := plan.Actions[1]
	undone, _ := Invert([]schema.Result{{Action: &deletion, Outcome: schema.Outcome{N: 1, Status: schema.StatusDeleted, ID: 1}}}, nil)
	if a := undone.Actions[0]; a.Op != schema.OpCreate || a.Want.SetName() != "red" {
		t.Errorf("the undo is %s in set %q", a.Op, a.Want.SetName())
	}
}
