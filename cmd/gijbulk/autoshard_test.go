package main

import (
	"strings"
	"testing"
)

// TestFindShard: what the surroundings say, and what is said where they do not.
func TestFindShard(t *testing.T) {
	for _, tt := range []struct {
		name string
		env  map[string]string
		want string // the shard, or a part of the error
	}{
		{"first pod", map[string]string{"JOB_COMPLETION_INDEX": "0", "GIJBULK_SHARDS": "4"}, "1/4"},
		{"last pod", map[string]string{"JOB_COMPLETION_INDEX": "3", "GIJBULK_SHARDS": "4"}, "4/4"},
		{"pod beyond the last", map[string]string{"JOB_COMPLETION_INDEX": "4", "GIJBULK_SHARDS": "4"}, "not a number from 0 to 3, with GIJBULK_SHARDS 4"},
		{"pod without a number of shards", map[string]string{"JOB_COMPLETION_INDEX": "2"}, "JOB_COMPLETION_INDEX is 2, but GIJBULK_SHARDS is not set"},
		{"pod with a broken number of shards", map[string]string{"JOB_COMPLETION_INDEX": "2", "GIJBULK_SHARDS": "four"}, `GIJBULK_SHARDS is "four", not a number of shards`},
		{"pod with no shards", map[string]string{"JOB_COMPLETION_INDEX": "0", "GIJBULK_SHARDS": "0"}, `GIJBULK_SHARDS is "0"`},
		{"pod with a broken index", map[string]string{"JOB_COMPLETION_INDEX": "-1", "GIJBULK_SHARDS": "4"}, `JOB_COMPLETION_INDEX is "-1"`},

		{"first job", map[string]string{"CI_NODE_INDEX": "1", "CI_NODE_TOTAL": "3"}, "1/3"},
		{"last job", map[string]string{"CI_NODE_INDEX": "3", "CI_NODE_TOTAL": "3"}, "3/3"},
		{"job from 0", map[string]string{"CI_NODE_INDEX": "0", "CI_NODE_TOTAL": "3"}, "not a number from 1 to 3"},
		{"job in no set", map[string]string{"CI_NODE_TOTAL": "1"}, "1/1"},
		{"job without an index", map[string]string{"CI_NODE_TOTAL": "3"}, "CI_NODE_TOTAL is 3, but CI_NODE_INDEX is not set"},
		{"job without a total", map[string]string{"CI_NODE_INDEX": "2"}, "CI_NODE_INDEX is 2, but CI_NODE_TOTAL is not set"},
		{"job, agreed", map[string]string{"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "3", "GIJBULK_SHARDS": "3"}, "2/3"},
		{"job, two totals", map[string]string{"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "3", "GIJBULK_SHARDS": "4"}, "CI_NODE_TOTAL is 3, but GIJBULK_SHARDS is 4"},

		{"both, agreed", map[string]string{"JOB_COMPLETION_INDEX": "1", "GIJBULK_SHARDS": "3", "CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "3"}, "2/3"},
		{"both, two shards", map[string]string{"JOB_COMPLETION_INDEX": "2", "GIJBULK_SHARDS": "3", "CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "3"}, "say shard 3/3, but CI_NODE_INDEX and CI_NODE_TOTAL say 2/3"},
		{"neither", nil, "neither JOB_COMPLETION_INDEX (a Kubernetes Indexed Job) nor CI_NODE_INDEX"},
		{"empty is not set", map[string]string{"JOB_COMPLETION_INDEX": "", "CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "3"}, "2/3"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := findShard(func(name string) (string, bool) { v, ok := tt.env[name]; return v, ok })
			if err != nil {
				got = err.Error()
				if code, hint := codeOf(err); code != exitUsage || strings.Contains(err.Error(), "not set") && hint == "" {
					t.Errorf("exit code %d, hint %q", code, hint)
				}
			}
			if got != tt.want && (err == nil || !strings.Contains(got, tt.want)) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestRateIsTheWholeRuns: shards beside each other must not exceed together what was asked
// of all.
func TestRateIsTheWholeRuns(t *testing.T) {
	for _, tt := range []struct {
		rate         float64
		given        bool
		shards       int
		rates, quiet float64 // of all shards
	}{
		{rate: 10, given: true, shards: 1, rates: 10},
		{rate: 10, given: true, shards: 4, rates: 10},
		{rate: 10, shards: 4, quiet: 10},
		{rate: 0, given: true, shards: 4},
	} {
		rate, quiet := targetOptions{rate: tt.rate}.ceilings(tt.given, tt.shards)
		if n := float64(tt.shards); rate*n != tt.rates || quiet*n != tt.quiet {
			t.Errorf("--rate %g (given: %t): %d shards may send %g, and %g without limits told", tt.rate, tt.given, tt.shards, rate*n, quiet*n)
		}
	}
}
