package main

import (
	"slices"

	"gijbulk/schema"
)

// checkQuiet is invariant 4: the second sync after all is quiet converges, and the third sends nothing.
func (w *simWorld) checkQuiet(c *simCommand, n int) {
	if n == 2 && c.writes > 0 {
		w.violate(4, "the third sync sends %d writes", c.writes)
	}
	if n == 0 {
		return
	}
	if c.exit != exitDone && c.exit != exitFailed || c.report == nil {
		w.violate(4, "sync %d of a quiet server ends with exit %d: %s", n+1, c.exit, simTail(c.stderr.String()))
		return
	}
	for _, r := range c.report.Records {
		key := w.keyOf(c, r)
		live := w.server.live(key)
		switch {
		case r.Status == schema.StatusConflict && key.exact() && len(live) == 1 && w.server.rewrite == "":
			w.violate(4, "sync %d of a quiet server reports %v, which is live once, as %s: %s", n+1, key, r.Status, r.Error)
		case r.Status == schema.StatusConflict || r.Status == schema.StatusUnknown:
		case !slices.Contains(simGood, r.Status):
			w.violate(4, "sync %d of a quiet server reports %v as %s: %s", n+1, key, r.Status, r.Error)
		case key.exact() && len(live) == 1 && !w.wanted(c, live[0], key):
			w.violate(4, "sync %d of a quiet server leaves %v with other values: %v", n+1, key, simFields(live[0].fields))
		case key.exact() && len(live) == 1 && !w.hasSecret(c, live[0], key):
			w.violate(4, "sync %d of a quiet server leaves id %d, %v, with another secret", n+1, live[0].id, key)
		case key.exact() && len(live) != 1 && w.server.rewrite == "" && !w.respelled(key):
			w.violate(4, "sync %d of a quiet server reports %v as %s, and %d are live", n+1, key, r.Status, len(live))
		}
	}
}

// respelled reports whether another administrator has given the one record of an identity a name that is the
// same to a server that rewrites names.
func (w *simWorld) respelled(key simKey) bool {
	var alike []*simRecord
	for _, r := range w.server.records {
		if r.key.folded() == key.folded() {
			alike = append(alike, r)
		}
	}
	return len(alike) == 1 && !alike[0].foreign.IsZero()
}

// hasSecret reports whether a record was last sent the secret that the manifest has now. No list shows that an
// earlier one came after it.
func (w *simWorld) hasSecret(c *simCommand, live *simRecord, key simKey) bool {
	if _, late := w.outlived[live.id]; late {
		return true
	}
	i := slices.IndexFunc(c.manifest, func(e simEntry) bool { return e.key == key })
	return i < 0 || key.kind == "repository" && !w.story.bare || w.maybeTaken(live, key) || live.fields["pat"] == w.secret(c.manifest[i].pat)
}

// maybeTaken reports whether a run may have taken for a create whose answer was lost what others made, or renamed
// before it was known by its id: its own answer was lost, or the server restored.
func (w *simWorld) maybeTaken(live *simRecord, key simKey) bool {
	if live.by == nil {
		return w.raced(live.made)
	}
	return (w.restores > 0 || !live.proven) && live.ours != key && w.raced(live.foreign)
}
