package journal

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"gijbulk/importer/journal/postgrestest"
	"gijbulk/schema"
)

// TestRefusedDatabases: each error has its kind, and what is there stays as it was.
func TestRefusedDatabases(t *testing.T) {
	server := postgrestest.Start(t)
	with := func(statements string) (url string) {
		schema := server.NewSchema()
		openURL(t, server.URL(schema), Options{})
		server.Query("SET search_path = " + schema + ";" + statements)
		return server.URL(schema)
	}
	foreign, other := server.NewSchema(), server.NewSchema()
	server.Query("CREATE TABLE " + foreign + ".runs (name TEXT); CREATE TABLE " + other + ".meta (name TEXT, value BYTEA); CREATE USER reader")
	standby := server.NewSchema()
	as := func(url, user string) string { return strings.Replace(url, "postgres@", user+"@", 1) }
	for _, c := range []struct {
		name, url string
		kind      ErrorKind
	}{
		{"with a table of another program", server.URL(foreign), KindForeign},
		{"with another table meta", server.URL(other), KindForeign},
		{"of an older layout", with(`UPDATE meta SET value = '8' WHERE name = 'layout'`), KindOlder},
		{"of a newer layout", with(`UPDATE meta SET value = '99' WHERE name = 'layout'`), KindNewer},
		{"with a damaged layout", with(`UPDATE meta SET value = 'x' WHERE name = 'layout'`), KindDamaged},
		{"without its key", with(`DELETE FROM meta WHERE name = 'hash key'`), KindDamaged},
		{"of no database", strings.Replace(server.URL("public"), "/postgres?", "/missing?", 1), KindNoDatabase},
		{"of no schema", server.URL("missing"), KindDenied},
		{"of an unknown user", as(server.URL("public"), "nobody"), KindLogin},
		{"without the right to make tables", as(server.URL("public"), "reader"), KindDenied},
		{"without the right to read them", as(with(`GRANT USAGE ON SCHEMA public TO reader`), "reader"), KindDenied},
		{"read only", server.URL(standby) + "&default_transaction_read_only=on", KindUnwritable},
		{"of no server", "postgres://gijbulk@/gijbulk?host=/nowhere", KindConnection},
		{"with an encryption that the server lacks", server.URL("public") + "&sslmode=require&host=127.0.0.1&port=1", KindConnection},
		{"with a setting that does not exist", server.URL("public") + "&port=none", KindURL},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Open(t.Context(), c.url, Options{})
			if kind := kindOfError(t, err, c.url); kind != c.kind {
				t.Errorf("kind %q, not %q: %v", kind, c.kind, err)
			}
		})
	}
	if tables := server.Query("SELECT table_name FROM information_schema.tables WHERE table_schema IN ('" + foreign + "', '" + other + "', '" + standby + "')"); strings.Fields(tables)[1] != "meta" || len(strings.Fields(tables)) != 2 {
		t.Errorf("tables were made: %s", tables)
	}
}

// TestPasswordsInURLs: a URL that others could read may not hold a password, and is not shown.
func TestPasswordsInURLs(t *testing.T) {
	for _, url := range []string{
		"postgres://gijbulk:hunter22@db.example.org/gijbulk", "postgresql://gijbulk:hunter22@h1,h2:1/gijbulk", "postgres://gijbulk:hun/ter22@db/x",
		"postgres://db.example.org/gijbulk?user=a&password=hunter22", "postgres://db.example.org/gijbulk?sslpassword=hunter22",
		"postgres://db.example.org/gijbulk?pass%77ord=hunter22", "postgres://db.example.org/gijbulk?p=%zzhunter22",
	} {
		_, err := Open(t.Context(), url, Options{})
		failure, is := errors.AsType[*Error](err)
		if !is || failure.Kind != KindPassword || strings.Contains(err.Error(), "ter22") || strings.Contains(err.Error(), "gijbulk") {
			t.Errorf("%v", err)
		}
	}
	if holdsPassword("postgres://gijbulk@db.example.org:5432/gijbulk?sslmode=verify-full&passfile=/run/secrets/pg") || holdsPassword("/state/a:b@c.db?password=x") {
		t.Error("a URL without a password is refused")
	}
}

// TestExistingDatabase: who only looks makes nothing, and needs no more than to read.
func TestExistingDatabase(t *testing.T) {
	server := postgrestest.Start(t)
	name := server.NewSchema()
	_, err := Open(t.Context(), server.URL(name), Options{Existing: true})
	if kind := kindOfError(t, err, server.URL(name)); kind != KindMissing {
		t.Errorf("error %v", err)
	}
	j := openURL(t, server.URL(name), Options{})
	do(t, start(t, j, run("r1"), create("one")), create("one"), schema.StatusCreated, 4)
	server.Query("CREATE USER reader; GRANT USAGE ON SCHEMA " + name + " TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA " + name + " TO reader")
	reader := openURL(t, strings.Replace(server.URL(name), "postgres@", "reader@", 1), Options{Existing: true})
	if d := diff(identities(t, j, target), identities(t, reader, target)); d != "" || runs(t, reader)[0].ID != "r1" {
		t.Error(d)
	}
	if got, err := ListRuns(t.Context(), server.URL(name)); err != nil || len(got) != 1 {
		t.Errorf("%v, error %v", got, err)
	}
	_, err = reader.Start(t.Context(), run("r2"), nil, schema.Mask{})
	if kind := kindOfError(t, err, reader.path); kind != KindDenied {
		t.Errorf("error %v", err)
	}
}

// TestUsersKey: a key that its users keep is not in the state, and another one is noticed.
func TestUsersKey(t *testing.T) {
	const key = "a key that is long enough"
	testPlaces(t, func(t *testing.T, place func() string) { testUsersKey(t, key, place(), place()) })
}

func testUsersKey(t *testing.T, key, own, kept string) {
	openURL(t, own, Options{})
	j := openURL(t, kept, Options{Key: key})
	a := create("one")
	a.Want = a.Want.Set(schema.FieldPat, secret("sent"))
	do(t, start(t, j, run("r1"), a), a, schema.StatusCreated, 4)
	for _, c := range []struct {
		name, url, key string
		kind           ErrorKind
	}{
		{"none", kept, "", KindKeyMissing},
		{"another", kept, "another key, of the same length", KindKeyWrong},
		{"one too many", own, key, KindOwnKey},
		{"too short", kept, "tiny", KindKeyShort},
	} {
		_, err := Open(t.Context(), c.url, Options{Key: c.key})
		if kind := kindOfError(t, err, c.url); kind != c.kind || c.key != "" && strings.Contains(err.Error(), c.key) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	if got := compare(t, openURL(t, kept, Options{Key: key}), 4, schema.FieldPat, secret("sent")); got != same {
		t.Errorf("the secret is %+v", got)
	}
}

// TestCutWhileOpening cuts the connection to a new database at each statement and answer: the error says that it is
// lost, and in the end the tables are there.
func TestCutWhileOpening(t *testing.T) {
	server := postgrestest.Start(t)
	name, proxy := server.NewSchema(), server.NewProxy()
	var seen, at atomic.Int64
	proxy.Watch(func() {
		if seen.Add(1) == at.Load() {
			proxy.Cut()
		}
	})
	for {
		seen.Store(0)
		at.Add(1)
		j, err := Open(t.Context(), proxy.URL(name), Options{})
		if err == nil {
			_ = j.Close()
			break
		}
		if kind := kindOfError(t, err, proxy.URL(name)); kind != KindConnection {
			t.Errorf("step %d: kind %q: %v", at.Load(), kind, err)
		}
	}
	if at.Load() < 20 {
		t.Errorf("it was opened with %d steps", at.Load())
	}
}
