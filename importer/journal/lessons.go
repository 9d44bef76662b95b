package journal

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"

	"gijbulk/schema"
)

// lesson is what an event tells about its target beyond its run, as the file holds it.
type lesson struct {
	ID     int64       `json:"id"`     // on the server
	Forget []string    `json:"forget"` // fields of which nobody knows any more what was sent
	Gone   bool        `json:"gone"`   // it is no longer there
	Type   schema.Type `json:"type"`
	Origin string      `json:"origin"`
	Region string      `json:"region"`
	Name   string      `json:"name"`
	Sent   sentFields  `json:"sent"`
	All    bool        `json:"all"` // Sent is all that it was ever sent

	// Made is the number of the action of Run that created it, from 1, or 0. Then its
	// identity and what it was sent are those of the action's record, and here there are the
	// secrets alone: they are not in the file.
	Run  int64 `json:"run"`
	Made int   `json:"made"`
}

// appendLine adds a lesson as a line of JSON.
func (l lesson) appendLine(lines []byte) []byte {
	o := newObject(lines).int("id", l.ID).texts("forget", l.Forget).bool("gone", l.Gone).text("type", string(l.Type)).text("origin", l.Origin).
		text("region", l.Region).text("name", l.Name).bytes("sent", l.Sent).bool("all", l.All).int("run", l.Run).int("made", int64(l.Made))
	return append(o.end(), '\n')
}

// identity is what is known of something that is live on a target.
type identity struct {
	key  schema.Key
	sent sentFields
}

// news is what lessons that are not in the identities yet add up to.
type news struct {
	base  func(id int64) (*identity, error) // as the identities have it, or nil
	plans plans
	hash  *hasher
	byID  map[int64]*identity  // nil: gone
	taken map[schema.Key]int64 // who got an identity last, whether or not it still has it
}

// readNews reads the lessons of all runs on a target since its identities were folded.
func readNews(ctx context.Context, db database, target int64, key []byte, plans plans) (*news, error) {
	var url string
	if err := db.QueryRowContext(ctx, `SELECT url FROM targets WHERE id = ?`, target).Scan(&url); err != nil {
		return nil, err
	}
	n := &news{byID: make(map[int64]*identity), taken: make(map[schema.Key]int64), plans: plans, hash: newHasher(key, url)}
	n.base = func(id int64) (*identity, error) {
		row := db.QueryRowContext(ctx, `SELECT live, type, origin, region, name, sent FROM identities WHERE target = ? AND live = ?`, target, id)
		_, known, err := scanIdentity(row)
		if errors.Is(err, sql.ErrNoRows) {
			return nil, nil
		}
		return &known, err
	}
	var lessons []lesson // the look-ups come after the one connection has given all
	err := eachLine(ctx, db, func(l lesson) error {
		lessons = append(lessons, l)
		return nil
	}, `SELECT s.lessons FROM runs r JOIN steps s ON s.run = r.seq
		WHERE r.target = ?1 AND s.seq > (SELECT folded FROM targets WHERE id = ?1) AND s.lessons IS NOT NULL ORDER BY s.seq`, target)
	if err != nil {
		return nil, err
	}
	for _, l := range lessons {
		if l.Made > 0 {
			if l, err = n.filled(ctx, db, l); err != nil {
				return nil, err
			}
		}
		if err := n.add(l); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// filled adds to a lesson what the plan says.
func (n *news) filled(ctx context.Context, db database, l lesson) (lesson, error) {
	want, err := n.plans.wanted(ctx, db, l.Run, l.Made-1)
	if err != nil {
		return l, err
	}
	k := want.Key()
	l.Type, l.Origin, l.Region, l.Name = k.Type, k.Origin, k.Region, k.Name
	l.Sent = slices.Grow(l.Sent, 256) // as many bytes as the usual record takes
	for f := range want.FieldSet().All() {
		v := want.Get(f)
		if _, hidden := v.Secret(); !hidden {
			l.Sent = l.Sent.note(n.hash, l.ID, f, v)
		}
	}
	return l, nil
}

// hides reports whether a row of the identities no longer holds: its integration was
// heard of since, or another one has got its identity.
func (n *news) hides(id int64, key schema.Key) bool {
	_, heard := n.byID[id]
	_, given := n.taken[key]
	return heard || given
}

func (n *news) add(l lesson) error {
	if l.Gone {
		n.byID[l.ID] = nil
		return nil
	}
	var before *identity
	if !l.All {
		var err error
		if before, err = n.find(l.ID); err != nil {
			return err
		}
	}
	switch {
	case l.Forget == nil:
		now := &identity{key: identityKey(l.Type, l.Origin, l.Region, l.Name), sent: l.Sent}
		if before != nil {
			now.sent = before.sent.merge(l.Sent)
		}
		n.give(l.ID, now)
	case before != nil:
		n.give(l.ID, &identity{before.key, before.sent.without(l.Forget)})
	}
	return nil
}

// find looks up what is known of an id so far.
func (n *news) find(id int64) (*identity, error) {
	if known, heard := n.byID[id]; heard {
		return known, nil
	}
	known, err := n.base(id)
	if err != nil || known == nil || n.hides(id, known.key) {
		return nil, err
	}
	return known, nil
}

// give lets an id have an identity; whatever had it before is no longer there.
func (n *news) give(id int64, i *identity) {
	if other, given := n.taken[i.key]; given && other != id && n.holds(other, i.key) {
		n.byID[other] = nil
	}
	n.byID[id], n.taken[i.key] = i, id
}

func (n *news) holds(id int64, key schema.Key) bool {
	known := n.byID[id]
	return known != nil && known.key == key
}

// fold brings the identities of a target up to the last step.
func fold(ctx context.Context, db database, target int64, key []byte, plans plans) error {
	n, err := readNews(ctx, db, target, key, plans)
	if err != nil {
		return err
	}
	if err := n.write(ctx, db, target); err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `UPDATE targets SET folded = (SELECT coalesce(max(seq), 0) FROM steps) WHERE id = ?`, target)
	return err
}

// write puts the news into the identities. Rows of the same id, and of the same
// identity, give way.
func (n *news) write(ctx context.Context, db database, target int64) error {
	for key, id := range n.taken {
		if n.holds(id, key) {
			continue
		}
		_, err := db.ExecContext(ctx, `DELETE FROM identities WHERE target = ? AND type = ? AND origin = ? AND region = ? AND name = ?`,
			target, key.Type, key.Origin, key.Region, key.Name)
		if err != nil {
			return err
		}
	}
	insert, err := db.PrepareContext(ctx, `INSERT OR REPLACE INTO identities (target, live, type, origin, region, name, sent) VALUES (?, ?, ?, ?, ?, ?, coalesce(?, x''))`)
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, id := range slices.Sorted(maps.Keys(n.byID)) {
		if i := n.byID[id]; i == nil {
			_, err = db.ExecContext(ctx, `DELETE FROM identities WHERE target = ? AND live = ?`, target, id)
		} else {
			_, err = insert.ExecContext(ctx, target, id, string(i.key.Type), i.key.Origin, i.key.Region, i.key.Name, []byte(i.sent))
		}
		if err != nil {
			return err
		}
	}
	return nil
}
