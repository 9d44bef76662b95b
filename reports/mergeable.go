package reports

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// mergeable says why reports do not make one.
func mergeable(shards []SavedReport) error {
	for _, s := range shards {
		if err := reasonIncomplete(s); err != nil {
			return err
		}
	}
	problems := foreignShards(shards)
	if len(problems) == 0 {
		problems = missingOrDuplicate(shards)
	}
	if len(problems) == 0 {
		problems = overlapping(shards)
	}
	if len(problems) > 0 {
		return &Unmergeable{Problems: problems, Advice: "pass the report directory of each shard of one run exactly once"}
	}
	return nil
}

func reasonIncomplete(s SavedReport) error {
	switch {
	case s.Report.Run.Running:
		return &Unmergeable{[]string{s.Path + " was written before the first write of its run, which is still running or was killed"}, "continue the run", &s}
	case slices.ContainsFunc(s.Report.Records, func(r RecordInfo) bool { return r.Cells == nil }):
		return &Unmergeable{[]string{s.Path + " lacks the cells of its records"}, "write the reports of the run again", &s}
	}
	return nil
}

func foreignShards(shards []SavedReport) (problems []string) {
	first := &shards[0]
	for i := range shards {
		s := &shards[i]
		run, ours := &s.Report.Run, &first.Report.Run
		switch {
		case run.Shard == nil:
			problems = append(problems, fmt.Sprintf("%s is the report of a whole run, not of a shard", s.Path))
			continue
		case ours.Shard == nil:
			continue // reported already
		}
		for _, c := range []struct{ what, theirs, ours string }{
			{"manifest", run.Manifest, ours.Manifest},
			{"target", run.Target, ours.Target},
			{"command", runName(run), runName(ours)},
			{"number of shards", strconv.Itoa(run.Shard.Of), strconv.Itoa(ours.Shard.Of)},
		} {
			if c.theirs != c.ours {
				problems = append(problems, fmt.Sprintf("%s belongs to another run: its %s is %s, that of %s is %s", s.Path, c.what, c.theirs, first.Path, c.ours))
			}
		}
	}
	return problems
}

func runName(run *RunInfo) string {
	if run.flaggedDry() {
		return run.Command + " (dry run)"
	}
	return run.Command
}

// flaggedDry reports whether it was a flag that kept the run from changing anything: an
// audit, a plan, a validation and a preflight never do.
func (r *RunInfo) flaggedDry() bool {
	return r.DryRun && !slices.Contains([]string{"audit", "plan", "validate", "preflight"}, r.Command)
}

func missingOrDuplicate(shards []SavedReport) (problems []string) {
	of := shards[0].Report.Run.Shard.Of
	paths := make([][]string, of+1)
	for _, s := range shards {
		i := s.Report.Run.Shard.Index
		if i < 1 || i > of {
			return []string{fmt.Sprintf("%s claims to be shard %s", s.Path, s.Report.Run.Shard)}
		}
		paths[i] = append(paths[i], s.Path)
	}
	var missing []string
	for i := 1; i <= of; i++ {
		switch len(paths[i]) {
		case 0:
			missing = append(missing, strconv.Itoa(i))
		case 1:
		default:
			problems = append(problems, fmt.Sprintf("shard %d/%d was given %d times: %s", i, of, len(paths[i]), strings.Join(paths[i], ", ")))
		}
	}
	switch len(missing) {
	case 0:
	case 1:
		problems = append(problems, fmt.Sprintf("shard %s of %d is missing", missing[0], of))
	default:
		problems = append(problems, fmt.Sprintf("shards %s of %d are missing", strings.Join(missing, ", "), of))
	}
	return problems
}

// overlapping names a record that two shards claim: nothing may be counted twice.
func overlapping(shards []SavedReport) []string {
	type mark struct {
		file   string
		record int
	}
	owner := make(map[mark]string)
	for _, s := range shards {
		for _, r := range s.Report.Records {
			m := mark{r.File, r.Record}
			if r.Record == 0 {
				continue // in no manifest: two shards may have met it
			}
			if other, taken := owner[m]; taken {
				return []string{fmt.Sprintf("record %d of %s is in both %s and %s", r.Record, r.File, other, s.Path)}
			}
			owner[m] = s.Path
		}
	}
	return nil
}
