package reports

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"gijbulk/schema"
)

// Unmergeable is why reports do not make one.
type Unmergeable struct {
	Problems []string
	Advice   string
	Lacking  *SavedReport // the report that does not hold all that is needed; nil: none
}

// Error names all that is wrong with the reports.
func (u *Unmergeable) Error() string { return strings.Join(u.Problems, "; ") }

// Merged is one report of those of all shards.
type Merged struct{ Report Report }

// Merge makes one report of those of all shards of one run, in any order. It refuses, with
// an *Unmergeable, a missing, a duplicate and a foreign shard.
func Merge(shards []SavedReport) (Merged, error) {
	if err := mergeable(shards); err != nil {
		return Merged{}, err
	}
	shards = slices.SortedFunc(slices.Values(shards), func(a, b SavedReport) int {
		return cmp.Compare(a.Report.Run.Shard.Index, b.Report.Run.Shard.Index)
	})
	r := Report{Version: Version, Run: mergedRun(shards), Findings: mergedFindings(shards)}
	for _, s := range shards {
		r.Records = append(r.Records, s.Report.Records...)
	}
	order := positionOrder(r.Run.Files)
	slices.SortStableFunc(r.Records, func(a, b RecordInfo) int { return order(a.position(), b.position()) })
	for _, s := range schema.Statuses() {
		r.Run.Counts[s] = 0
	}
	for _, one := range r.Records {
		r.Run.Counts[one.Status]++
	}
	r.Run.Total = len(r.Records)
	return Merged{r}, nil
}

// WriteAll writes the merged report as [WriteAll] does that of a run.
func (m Merged) WriteAll(dir string, wanted ...Wanted) ([]string, error) {
	return writeAll(dir, documentOf(m.Report), wanted)
}

// Summary writes the summary as [Summary] does that of a run.
func (m Merged) Summary(w io.Writer, dir string, page Page) error {
	run := &m.Report.Run
	var open []RecordInfo
	for _, r := range m.Report.Records {
		if needsAttention(r.Status, r.Action, r.Error) {
			open = append(open, r)
		}
	}
	return writeSummary(w, summary{counts: run.Counts, nested: run.Nested, losses: run.Losses, complete: run.Complete, why: run.Why, open: open}, dir, page)
}

func mergedRun(shards []SavedReport) RunInfo {
	run := shards[0].Report.Run
	run.Shard, run.Timeline, run.Counts, run.Columns = nil, nil, make(map[schema.Status]int), make(map[string][]string)
	run.Dialects = make(map[string]schema.Dialect)
	run.Complete, run.Requests, run.Writes = true, 0, 0
	var ids, versions, users, why []string
	var ended []time.Time
	for _, s := range shards {
		r := s.Report.Run
		run.Shards = append(run.Shards, ShardRun{*r.Shard, r.ID, r.Started, r.Ended, r.Complete})
		run.Files = union(run.Files, r.Files...)
		for file, columns := range r.Columns {
			if run.Columns[file] != nil {
				columns = union(run.Columns[file], columns...)
			}
			run.Columns[file] = columns
		}
		maps.Copy(run.Dialects, r.Dialects)
		ids, versions, users = append(ids, r.ID), union(versions, r.Gijbulk), union(users, r.User)
		run.Started, ended = earlierKnown(run.Started, r.Started), append(ended, r.Ended)
		if len(run.Shards) > 1 {
			run.Nested, run.Losses = run.Nested.plus(r.Nested), run.Losses.plus(r.Losses)
		}
		run.Requests, run.Writes = run.Requests+r.Requests, run.Writes+r.Writes
		if r.Plan != run.Plan {
			run.Plan = "" // each shard plans against the server as it is then
		}
		if !r.Complete {
			run.Complete = false
			why = append(why, fmt.Sprintf("shard %s (run %s): %s", r.Shard, r.ID, cmp.Or(r.Why, "it is still running or was killed")))
		}
	}
	run.ID = "merged-" + slices.Min(ids)
	run.Gijbulk, run.User, run.Why = strings.Join(versions, ", "), strings.Join(users, ", "), strings.Join(why, "; ")
	run.Ended = time.Time{}
	if !slices.ContainsFunc(ended, time.Time.IsZero) {
		run.Ended = slices.MaxFunc(ended, time.Time.Compare)
	}
	run.Timeline = mergedTimeline(shards)
	return run
}

// mergedTimeline adds up the shards' traffic interval by interval, and the times for which
// they waited: several of them wait at once.
func mergedTimeline(shards []SavedReport) *TimelineInfo {
	var line schema.Timeline
	for _, s := range shards {
		if t := s.Report.Run.Timeline; t != nil {
			line.Every = max(line.Every, milliseconds(t.EveryMS))
			line.Start = earlierKnown(line.Start, t.Start)
		}
	}
	for _, s := range shards {
		if t := s.Report.Run.Timeline; t != nil {
			for i, b := range t.Intervals {
				line.Add(t.Start.Add(milliseconds(int64(i)*t.EveryMS)), schema.Beat{Requests: b.Requests, Throttled: b.Throttled,
					Busy: b.Busy, Retries: b.Retries, Held: milliseconds(b.RateLimitWaitMS)})
			}
		}
	}
	return timeline(line)
}

// mergedFindings lists each finding once: every shard checks the whole manifest.
func mergedFindings(shards []SavedReport) []FindingInfo {
	all := []FindingInfo{}
	seen := make(map[FindingInfo]bool)
	for _, s := range shards {
		for _, f := range s.Report.Findings {
			if !seen[f] {
				seen[f] = true
				all = append(all, f)
			}
		}
	}
	return all
}

func milliseconds(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

func earlierKnown(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

func union(list []string, more ...string) []string {
	list = slices.Clone(list)
	for _, s := range more {
		if s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}
