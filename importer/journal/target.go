package journal

import (
	"context"

	"gijbulk/schema"
)

// TargetURLs identifies a Jira. A test copy may report the base URL of the original, so the
// URL that reached it counts as well.
type TargetURLs struct {
	BaseURL string // as the server reports it
	URL     string // as it was reached
}

// TargetOf is the target of a run.
func TargetOf(run schema.Run) TargetURLs { return TargetURLs{BaseURL: run.Target, URL: run.Target} }

func (t TargetURLs) normalized() TargetURLs {
	return TargetURLs{BaseURL: schema.NormalURL(t.BaseURL), URL: schema.NormalURL(t.URL)}
}

const selectTarget = `SELECT id FROM targets WHERE base_url = $1 AND url = $2`

func findOrInsertTarget(ctx context.Context, s session, t TargetURLs) (id int64, err error) {
	t = t.normalized()
	err = s.exec(ctx, `INSERT INTO targets (base_url, url) VALUES ($1, $2) ON CONFLICT (base_url, url) DO NOTHING`, t.BaseURL, t.URL)
	if err != nil {
		return 0, err
	}
	err = s.get(ctx, selectTarget, []any{t.BaseURL, t.URL}, &id)
	return id, err
}
