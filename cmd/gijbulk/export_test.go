package main

import (
	"context"
	"maps"
	"slices"
	"testing"

	"gijbulk/importer/journal"
	"gijbulk/schema"
)

// keptRuns are runs, the newest first, and which of them were read.
type keptRuns struct {
	runs []journal.Saved
	read []string
}

func (k *keptRuns) Runs(context.Context) ([]journal.RunSummary, error) {
	var entries []journal.RunSummary
	for _, saved := range k.runs {
		entries = append(entries, journal.RunSummary{ID: saved.Run.ID, Target: saved.Run.Target})
	}
	return entries, nil
}

func (k *keptRuns) Load(_ context.Context, id string) (journal.Saved, error) {
	k.read = append(k.read, id)
	return k.runs[slices.IndexFunc(k.runs, func(s journal.Saved) bool { return s.Run.ID == id })], nil
}

// Of each live record the newest run that knows it counts, and runs older than those that
// are needed are not read.
func TestWantedIsReadAsFarAsNeeded(t *testing.T) {
	const jira = "https://jira.example.org"
	named := func(name string) schema.Record {
		return schema.NewRecord(map[schema.Field]schema.Value{schema.FieldDisplayName: schema.Text(name)})
	}
	ended := func(id int64, status schema.Status, name string) schema.Result {
		return schema.Result{Action: &schema.Action{Want: named(name)}, Outcome: schema.Outcome{ID: id, Status: status}}
	}
	run := func(id, target string, results ...schema.Result) journal.Saved {
		saved := journal.Saved{Run: schema.Run{ID: id, Target: target}}
		for n, r := range results {
			r.N = n
			saved.Plan.Actions, saved.Outcomes = append(saved.Plan.Actions, *r.Action), append(saved.Outcomes, r.Outcome)
		}
		return saved
	}
	runs := []journal.Saved{
		run("f", jira, ended(1, schema.StatusUpdated, "one"), ended(9, schema.StatusCreated, "gone")),
		run("e", "https://other.example.org", ended(2, schema.StatusCreated, "elsewhere")),
		run("d", jira, ended(1, schema.StatusCreated, "one before"), ended(2, schema.StatusFailed, "not done")),
		run("c", jira, ended(2, schema.StatusDeleted, "deleted")),
		run("b", jira+"/", ended(2, schema.StatusCreated, "two")),
		run("a", jira, ended(3, schema.StatusCreated, "three")),
	}
	for _, tt := range []struct {
		name string
		live []int64
		want map[int64]string
		read []string
	}{
		{"nothing is live", nil, map[int64]string{}, nil},
		{"the newest knows it", []int64{1}, map[int64]string{1: "one"}, []string{"f"}},
		{"an older one does", []int64{1, 2}, map[int64]string{1: "one", 2: "two"}, []string{"f", "d", "c", "b"}},
		{"none does", []int64{3, 4}, map[int64]string{3: "three"}, []string{"f", "d", "c", "b", "a"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var live []schema.Record
			for _, id := range tt.live {
				live = append(live, schema.Record{ID: id})
			}
			kept := &keptRuns{runs: runs}
			wanted, err := wantedIn(t.Context(), kept, jira, live)
			if err != nil {
				t.Fatal(err)
			}
			got := make(map[int64]string)
			for id, r := range wanted {
				got[id] = r.Name()
			}
			if !maps.Equal(got, tt.want) || !slices.Equal(kept.read, tt.read) {
				t.Errorf("got %v from %v, want %v from %v", got, kept.read, tt.want, tt.read)
			}
		})
	}
}
