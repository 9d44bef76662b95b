package main

import (
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"gijbulk/importer/journal/postgrestest"
)

// databases are those of the stories, in one server that starts with the first of them.
type databases struct{ server func() *postgrestest.Server }

func newDatabases(t *testing.T) *databases {
	return &databases{sync.OnceValue(func() *postgrestest.Server { return postgrestest.Start(t) })}
}

type proxyKey struct{}

// start makes an empty state in PostgreSQL and points STATE at it, and CUTTABLE at it through a proxy.
func (d *databases) start(ts *testscript.TestScript, _ bool, _ []string) {
	name, proxy := d.server().NewSchema(), d.server().NewProxy()
	ts.Setenv("STATE", d.server().URL(name))
	ts.Setenv("CUTTABLE", proxy.URL(name))
	ts.Setenv("SCHEMA", name)
	*ts.Value(proxyKey{}).(**postgrestest.Proxy) = proxy
}

// cut ends all connections through the proxy.
func cut(ts *testscript.TestScript, _ bool, _ []string) {
	(*ts.Value(proxyKey{}).(**postgrestest.Proxy)).Cut()
}

// vanish takes the server away from who reaches it through that proxy.
func vanish(ts *testscript.TestScript, _ bool, _ []string) {
	(*ts.Value(proxyKey{}).(**postgrestest.Proxy)).Close()
}

// sql runs the statements of a file on that state.
func (d *databases) sql(ts *testscript.TestScript, _ bool, args []string) {
	d.server().Query("SET search_path = " + ts.Getenv("SCHEMA") + ";" + ts.ReadFile(args[0]))
}
