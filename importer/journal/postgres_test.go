package journal

import (
	"path/filepath"
	"testing"

	"gijbulk/importer/journal/postgrestest"
)

func TestPostgres(t *testing.T) {
	server := postgrestest.Start(t)
	testBackend(t, func(t *testing.T) store {
		t.Parallel() // most of the time is the server's
		url := server.URL(server.NewSchema())
		return func(t testing.TB, clock Clock) *Journal { return openURL(t, url, Options{Clock: clock}) }
	})
}

// testPlaces tests states of both kinds; place is a new one each time.
func testPlaces(t *testing.T, test func(t *testing.T, place func() string)) {
	t.Run("SQLite", func(t *testing.T) {
		test(t, func() string { return filepath.Join(t.TempDir(), "gijbulk.db") })
	})
	t.Run("PostgreSQL", func(t *testing.T) {
		server := postgrestest.Start(t)
		test(t, func() string { return server.URL(server.NewSchema()) })
	})
}

func openURL(t testing.TB, url string, o Options) *Journal {
	t.Helper()
	j, err := Open(t.Context(), url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}
