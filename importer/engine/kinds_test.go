package engine

import (
	"context"
	"testing"

	"gijbulk/importer/planner"
	"gijbulk/schema"
)

// plain is a wanted repository, and livePlain one that is on the server.
func plain(line int, origin string, pairs ...any) schema.Record {
	return record(line, append([]any{"kind", "repository", "origin", origin}, pairs...)...)
}

// TestLostRepositories settles creates of repositories whose answers were lost: those
// that are there, those that are not, and one of which something unexplained could be
// the result.
func TestLostRepositories(t *testing.T) {
	const there, gone, odd = "https://git.example.org/there.git", "https://git.example.org/gone.git", "https://git.example.org/odd.git"
	s := newServer()
	s.answer = func(_ context.Context, s *server, a schema.Action, nth int) schema.Outcome {
		switch {
		case nth > 1:
			return done(s, a)
		case a.Want.Origin() == there:
			s.make(a.Want)
		case a.Want.Origin() == odd:
			s.make(a.Want.Set(schema.FieldOrigin, schema.Text("https://mirror.example.org/odd.git")))
			s.make(record(0, "type", "GITHUB", "origin", "https://api.github.com", "displayName", "gone"))
		}
		return lost(a)
	}
	plan, _ := planner.Diff([]schema.Record{
		plain(2, there, "displayName", "there"), plain(3, gone, "displayName", "gone"), plain(4, odd, "displayName", "odd"),
	}, nil, planner.Options{})
	l, err := run(t, &Importer{Target: s, Concurrency: 1, Resends: 2}, plan)
	if err != nil {
		t.Fatal(err)
	}
	for n, want := range []schema.Status{schema.StatusCreated, schema.StatusCreated, schema.StatusUnknown} {
		if o := l.words[n]; o.Status != want {
			t.Errorf("%s is %s (%s), want %s", o.Action.Want.Name(), o.Status, o.Error, want)
		}
	}
	if s.sent["there"] != 1 || s.sent["gone"] != 2 || s.sent["odd"] != 1 {
		t.Errorf("sent %v", s.sent)
	}
}

// TestRemoveSurplusRepositories: the server keeps each clone at a place of its own, which
// makes no difference.
func TestRemoveSurplusRepositories(t *testing.T) {
	s := newServer()
	s.answer = func(_ context.Context, s *server, a schema.Action, _ int) schema.Outcome {
		if a.Op == schema.OpDelete {
			return done(s, a)
		}
		id := s.make(a.Want.Set(schema.FieldRealRoot, schema.Text("1_a")))
		s.make(a.Want.Set(schema.FieldRealRoot, schema.Text("2_a")))
		return schema.Outcome{Action: a, Status: schema.StatusCreated, Class: schema.ClassDone, ID: id, Attempts: 1}
	}
	plan, _ := planner.Diff([]schema.Record{plain(2, "https://git.example.org/a.git", "displayName", "a")}, nil, planner.Options{})
	im := &Importer{Target: s, Concurrency: 1}
	l, err := run(t, im, plan)
	if err != nil {
		t.Fatal(err)
	}
	if got := l.words[0].Status; got != schema.StatusConflict {
		t.Fatalf("made twice, and it is %s", got)
	}
	if err := im.RemoveSurplus(t.Context(), plan, l.outcomes(), func([]schema.Action) error { return nil }, l.emit); err != nil {
		t.Fatal(err)
	}
	if got := l.words[0].Status; got != schema.StatusCreated || s.count("a") != 1 {
		t.Errorf("it is %s, and there %d times", got, s.count("a"))
	}
}

// record makes a record of alternating field names and values.
func record(line int, pairs ...any) schema.Record {
	values := make(map[schema.Field]schema.Value)
	for i := 0; i < len(pairs); i += 2 {
		f, ok := schema.FieldNamed(pairs[i].(string))
		if !ok {
			panic(pairs[i])
		}
		switch v := pairs[i+1].(type) {
		case string:
			values[f] = schema.Text(v)
		case bool:
			values[f] = schema.Bool(v)
		case int:
			values[f] = schema.Int(int64(v))
		case []string:
			values[f] = schema.Words(v...)
		}
	}
	r := schema.NewRecord(values)
	r.Place = schema.Place{File: "m.csv", Line: line, Record: line}
	return r
}

func live(id int64, pairs ...any) schema.Record {
	r := record(0, pairs...)
	r.Place, r.ID = schema.Place{}, id
	return r
}
