//go:build unix

package secrets

import (
	"context"
	"io"
	"net"
	"testing"

	"gijbulk/schema"
)

// What a command started does not outlive it, where nobody sits at a terminal.
func TestCommandIsKilledWithItsChildren(t *testing.T) {
	if inForeground() {
		t.Skip("at a terminal a command stays in the group of the test")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		grandchild, err := listener.Accept()
		if err == nil {
			cancel()
			_, err = io.Copy(io.Discard, grandchild) // until it is dead
		}
		ended <- err
	}()
	r := Resolver{AllowCommands: true}
	_, findings := resolve(&r, ctx, []schema.Record{referring(1, schema.SchemeCommand, run(t, "nest", listener.Addr().String()))})
	if len(findings) != 1 {
		t.Errorf("findings %v", findings)
	}
	if err := <-ended; err != nil {
		t.Log(err) // a connection that was reset is as good as one that was closed
	}
}
