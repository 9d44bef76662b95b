package reports

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"gijbulk/schema"
)

// Unmergeable is why report directories do not make one report.
type Unmergeable struct {
	Problems []string
	Advice   string
	Stale    *Kept // the directory whose tables are not those of its report; nil: none
}

// Error names all that is wrong with the directories.
func (u *Unmergeable) Error() string { return strings.Join(u.Problems, "; ") }

// Merged is one report of the shards'.
type Merged struct {
	Report Report
	run    schema.Run // what the summary needs of it
	all    []schema.Result
}

// Merge makes one report of those of all shards of one run, in any order. It refuses,
// with an *Unmergeable, a shard that is missing, one that is there twice, and what is no
// shard of the same run.
func Merge(shards []Kept) (Merged, error) {
	if err := mergeable(shards); err != nil {
		return Merged{}, err
	}
	shards = slices.SortedFunc(slices.Values(shards), func(a, b Kept) int {
		return cmp.Compare(a.Report.Run.Shard.Index, b.Report.Run.Shard.Index)
	})
	m := Merged{Report: Report{Version: Version, Run: mergedRun(shards)}}
	m.gather(shards)
	m.Report.Findings = mergedFindings(shards)
	run := &m.Report.Run
	for _, s := range schema.Statuses() {
		run.Counts[s] = 0
	}
	for _, r := range m.Report.Records {
		run.Counts[r.Status]++
	}
	run.Total = len(m.Report.Records)
	m.run = schema.Run{ID: run.ID, Files: run.Files, Complete: run.Complete, Why: run.Why}
	return m, nil
}

// gather puts the shards' records in the order of the manifest.
func (m *Merged) gather(shards []Kept) {
	var infos []RecordInfo
	var results []schema.Result
	alike := sameColumns(shards)
	for i := range shards {
		s := &shards[i]
		for n := range s.Report.Records {
			r := s.result(n)
			r.N = len(infos)
			if !alike { // the merged tables have the columns of all, by field
				r.Action.Want.Columns, r.Action.Have.Columns = nil, nil
			}
			infos, results = append(infos, s.Report.Records[n]), append(results, r)
		}
	}
	m.all = sorted(schema.Run{Files: m.Report.Run.Files}, results)
	m.Report.Records = mapTo(m.all, func(r schema.Result) RecordInfo { return infos[r.N] })
}

// sameColumns reports whether the shards' tables have the same columns. Where a shard has
// no record of a manifest, its tables know nothing of the manifest's columns.
func sameColumns(shards []Kept) bool {
	var columns []string
	for _, s := range shards {
		if !slices.ContainsFunc(s.rows, func(r schema.Record) bool { return r.Place.File != "" }) {
			continue
		}
		if columns != nil && !slices.Equal(columns, s.columns) {
			return false
		}
		columns = s.columns
	}
	return true
}

// WriteAll writes the merged report as [WriteAll] does that of a run.
func (m Merged) WriteAll(dir string, wanted ...Wanted) ([]string, error) {
	return writeAll(dir, document{run: m.Report.Run, findings: m.Report.Findings, records: m.Report.Records,
		tables: tablesOf(m.all)}, wanted)
}

// Summary writes the summary as [Summary] does that of a run.
func (m Merged) Summary(w io.Writer, dir string, page Page) error {
	return Summary(w, m.run, m.all, dir, page)
}

// mergedRun adds up what the shards were.
func mergedRun(shards []Kept) RunInfo {
	run := shards[0].Report.Run
	run.Shard, run.Timeline, run.Counts = nil, nil, make(map[schema.Status]int)
	run.Complete, run.Requests, run.Writes = true, 0, 0
	var ids, versions, users, why []string
	var ended []time.Time
	for _, s := range shards {
		r := s.Report.Run
		run.Shards = append(run.Shards, ShardRun{*r.Shard, r.ID, r.Started, r.Ended, r.Complete})
		run.Files = union(run.Files, r.Files...)
		ids, versions, users = append(ids, r.ID), union(versions, r.Gijbulk), union(users, r.User)
		run.Started, ended = earlier(run.Started, r.Started), append(ended, r.Ended)
		run.Requests, run.Writes = run.Requests+r.Requests, run.Writes+r.Writes
		if r.Plan != run.Plan {
			run.Plan = "" // each shard plans against the server as it is then
		}
		if !r.Complete {
			run.Complete = false
			why = append(why, fmt.Sprintf("shard %s (run %s): %s", r.Shard, r.ID, cmp.Or(r.Why, "it is still going on, or it was killed")))
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

// mergedTimeline lays the shards' traffic over each other. What they were held back adds
// up: several of them wait at once.
func mergedTimeline(shards []Kept) *Timeline {
	var line schema.Timeline
	for _, s := range shards {
		if t := s.Report.Run.Timeline; t != nil {
			line.Every = max(line.Every, milliseconds(t.EveryMS))
			line.Start = earlier(line.Start, t.Start)
		}
	}
	for _, s := range shards {
		if t := s.Report.Run.Timeline; t != nil {
			for i, b := range t.Beats {
				line.Add(t.Start.Add(milliseconds(int64(i)*t.EveryMS)), schema.Beat{Requests: b.Requests, Throttled: b.Throttled,
					Busy: b.Busy, Retries: b.Retries, Held: milliseconds(b.HeldMS)})
			}
		}
	}
	return timeline(line)
}

// mergedFindings tells once what several shards found: all of them check the whole
// manifest.
func mergedFindings(shards []Kept) []FindingInfo {
	all := []FindingInfo{}
	told := make(map[FindingInfo]bool)
	for _, s := range shards {
		for _, f := range s.Report.Findings {
			if !told[f] {
				told[f] = true
				all = append(all, f)
			}
		}
	}
	return all
}

func milliseconds(n int64) time.Duration { return time.Duration(n) * time.Millisecond }

// earlier is the earlier of two moments that are known.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// union adds to a list what is not in it.
func union(list []string, more ...string) []string {
	list = slices.Clone(list)
	for _, s := range more {
		if s != "" && !slices.Contains(list, s) {
			list = append(list, s)
		}
	}
	return list
}
