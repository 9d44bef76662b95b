package main

import (
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestChaosOfRules kills a sync of 2,000 nested repositories again and again. Whatever the moments, each that differs from its rule
// is updated, and no other; an update that was on the wire at a death may be sent again, since the server may not have carried it out
// when the resume looks. A sync after that sends nothing, and an undo restores every setting.
func TestChaosOfRules(t *testing.T) {
	const kills, workers = 10, 8
	c := newNestedChaos(t)
	before := c.nested.settings()
	random := rand.New(rand.NewPCG(3, 5))
	args := []string{"sync", c.manifest, "--yes", "--max-update", "50%"}
	died := 0
	for ; died < kills && c.killAfter(t, args, random.IntN(nestedChanged/kills)); died++ {
		if c.kept(t) {
			args = []string{"resume", "last"}
		}
	}
	if died < kills/2 {
		t.Errorf("only %d of %d kills hit a running process", died, kills)
	}
	c.run(t, "resume", "last")
	if puts := c.nested.puts(); puts < nestedChanged || puts > nestedChanged+died*workers {
		t.Errorf("%d updates were sent, want %d and at most %d after each of %d deaths", puts, nestedChanged, workers, died)
	}
	after, sent := c.nested.settings(), c.nested.puts()
	c.run(t, "sync", c.manifest, "--yes", "--max-update", "50%")
	if diff := cmp.Diff(after, c.nested.settings()); c.nested.puts() != sent || diff != "" {
		t.Errorf("another sync sends %d updates and changes\n%s", c.nested.puts()-sent, diff)
	}
	c.run(t, "sync", c.manifest, "--dry-run")
	c.run(t, "undo", "last", "--yes")
	if diff := cmp.Diff(before, c.nested.settings()); diff != "" {
		t.Errorf("after the undo:\n%s", diff)
	}
}

// nestedChaos has the integrations of [nestedManifest] on a server, still without its rules.
type nestedChaos struct {
	*chaos
	nested *behaving
}

func newNestedChaos(t *testing.T) nestedChaos {
	t.Helper()
	b := startNestedIn(t, "latency=2ms", time.Nanosecond)
	listening := httptest.NewServer(b.server)
	t.Cleanup(func() { listening.CloseClientConnections(); listening.Close() })
	c := nestedChaos{&chaos{dir: b.dir, manifest: filepath.Join(b.dir, "m.yaml"), url: listening.URL, server: b.server}, b}
	plain := filepath.Join(b.dir, "plain.yaml")
	if err := os.WriteFile(plain, regexp.MustCompile(`, nested: .*]`).ReplaceAll([]byte(nestedManifest), nil), 0o600); err != nil {
		t.Fatal(err)
	}
	c.run(t, "import", plain, "--yes")
	return c
}

func (c nestedChaos) run(t *testing.T, args ...string) {
	t.Helper()
	if out, err := c.command(t, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
}
