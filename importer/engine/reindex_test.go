package engine_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/engine"
	"gijbulk/schema"
)

var errAlone, errAll = errors.New("refused"), errors.New("stopped")

// indexer is a server whose indexings take a while.
type indexer struct {
	takes   map[int64]time.Duration
	refuses map[int64]error
	fails   map[int64]string
	asked   map[int64]time.Time
	order   []int64
}

func (x *indexer) Reindex(_ context.Context, id int64, priority int) error {
	if err := x.refuses[id]; err != nil {
		return err
	}
	x.order, x.asked[id] = append(x.order, id), time.Now()
	return nil
}

// Indexing calls an indexing finished also before it has begun: only its time says that it was.
func (x *indexer) Indexing(_ context.Context, r schema.Record) (schema.Indexing, error) {
	state := schema.Indexing{Ended: true, Last: 1}
	asked, ok := x.asked[r.ID]
	if !ok || time.Since(asked) < x.takes[r.ID] {
		return state, nil
	}
	if text := x.fails[r.ID]; text != "" {
		return schema.Indexing{Ended: true, Errors: []string{text}}, nil
	}
	state.Last = 2
	return state, nil
}

func TestReindex(t *testing.T) {
	for _, tt := range []struct {
		name   string
		server indexer
		wait   bool
		want   string
		err    error
	}{
		{"asked", indexer{}, false, "asked asked asked missing", nil},
		{"one is refused", indexer{refuses: map[int64]error{2: errAlone}}, false, "asked failed asked missing", nil},
		{"all are", indexer{refuses: map[int64]error{2: errAll}}, false, "asked   missing", errAll},
		{"indexed", indexer{takes: map[int64]time.Duration{1: time.Minute, 2: time.Hour / 2, 3: 0}}, true, "indexed indexed indexed missing", nil},
		{"with errors", indexer{fails: map[int64]string{2: "401"}}, true, "indexed failed indexed missing", nil},
		{"too slow", indexer{takes: map[int64]time.Duration{3: 2 * time.Hour}}, true, "indexed indexed failed missing", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tt.server.asked = make(map[int64]time.Time)
				records := []schema.Reindexed{{ID: 1}, {ID: 2}, {ID: 3}, {Status: schema.ReindexMissing}}
				err := engine.Reindex{Target: &tt.server, Priority: 24, Wait: tt.wait, Timeout: time.Hour, Refused: func(err error) (bool, bool) {
					return errors.Is(err, errAlone), false
				}}.Run(t.Context(), records)
				var got string
				for i, r := range records {
					if i > 0 {
						got += " "
					}
					got += string(r.Status)
				}
				if got != tt.want || !errors.Is(err, tt.err) {
					t.Errorf("got %q and %v, want %q and %v", got, err, tt.want, tt.err)
				}
				if ids := fmt.Sprint(tt.server.order); tt.server.refuses == nil && ids != "[1 2 3]" {
					t.Errorf("asked for %s", ids)
				}
			})
		})
	}
}
