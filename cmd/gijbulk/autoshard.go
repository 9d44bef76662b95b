package main

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"
)

// autoShard is what --shard takes where the surroundings say which shard this process is.
const autoShard = "auto"

// The variables that say it. Kubernetes sets the first in each pod of an Indexed Job, and
// knows nothing of a number of shards; GitLab and others set the last two in each job of a
// parallel set.
const (
	envCompletionIndex = "JOB_COMPLETION_INDEX" // from 0
	envShards          = "GIJBULK_SHARDS"
	envNodeIndex       = "CI_NODE_INDEX" // from 1
	envNodeTotal       = "CI_NODE_TOTAL"
)

// shardFromEnvironment puts I/N into --shard where that says auto: what is kept of the run,
// and what it tells to do next, must not depend on where it was.
func shardFromEnvironment(cmd *cobra.Command, lookup func(string) (string, bool)) error {
	f := cmd.Flags().Lookup("shard")
	if f == nil {
		return nil
	}
	if f.Value.String() != autoShard {
		return unsharded(cmd, lookup)
	}
	shard, err := findShard(surroundings(lookup))
	if err != nil {
		return err
	}
	return cmd.Flags().Set(f.Name, shard)
}

// unsharded refuses a run that was told of shards and not to be one: each of them would do
// all of the work, and two at once create everything twice. A resume, which does not show
// the flag, has its shard from the run.
func unsharded(cmd *cobra.Command, lookup func(string) (string, bool)) error {
	f := cmd.Flags().Lookup("shard")
	shards := surroundings(lookup).get(envShards)
	if f.Value.String() != "" || f.Hidden || shards == "" || shards == "1" {
		return nil
	}
	return usage("%s is %s, and no --shard is given: each process would do all of the work", envShards, shards).
		hinted("give --shard auto, or --shard I/N")
}

// surroundings look a variable up. One that is empty counts as not set.
type surroundings func(string) (string, bool)

func (s surroundings) get(name string) string { v, _ := s(name); return v }

func findShard(env surroundings) (string, error) {
	pod, err := indexed(env)
	if err != nil {
		return "", err
	}
	job, err := parallel(env)
	if err != nil {
		return "", err
	}
	switch {
	case pod == "" && job == "":
		return "", usage("--shard auto: neither %s (a Kubernetes Indexed Job) nor %s and %s (a parallel CI job) are set", envCompletionIndex, envNodeIndex, envNodeTotal).
			hinted("give --shard I/N")
	case pod != "" && job != "" && pod != job:
		return "", usage("--shard auto: %s and %s say shard %s, but %s and %s say %s", envCompletionIndex, envShards, pod, envNodeIndex, envNodeTotal, job).
			hinted("give --shard I/N")
	}
	return cmp.Or(pod, job), nil
}

// indexed is the shard of a pod of an Indexed Job, or "" where this is none.
func indexed(env surroundings) (string, error) {
	index, shards := env.get(envCompletionIndex), env.get(envShards)
	switch {
	case index == "":
		return "", nil
	case shards == "":
		return "", usage("--shard auto: %s is %s, but %s is not set", envCompletionIndex, index, envShards).
			hinted("set %s to the Job's completions", envShards)
	}
	i, n, err := part(envCompletionIndex, index, 0, envShards, shards)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d/%d", i+1, n), nil
}

// parallel is the shard of a job of a parallel set, or "" where this is none. GitLab tells a
// job that is in no set a total of 1 and no index
// (https://docs.gitlab.com/ci/variables/predefined_variables/).
func parallel(env surroundings) (string, error) {
	index, total, shards := env.get(envNodeIndex), env.get(envNodeTotal), env.get(envShards)
	switch {
	case index == "" && total == "":
		return "", nil
	case index == "" && total == "1":
		index = "1"
	case index == "":
		return "", usage("--shard auto: %s is %s, but %s is not set", envNodeTotal, total, envNodeIndex).
			hinted("run the job in parallel, or give --shard I/N")
	case total == "":
		return "", usage("--shard auto: %s is %s, but %s is not set", envNodeIndex, index, envNodeTotal).hinted("give --shard I/N")
	}
	if shards != "" && shards != total {
		return "", usage("--shard auto: %s is %s, but %s is %s", envNodeTotal, total, envShards, shards).
			hinted("leave %s out where the CI says how many shards there are", envShards)
	}
	i, n, err := part(envNodeIndex, index, 1, envNodeTotal, total)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d/%d", i, n), nil
}

// part reads an index that begins at first, and how many there are.
func part(indexName, index string, first int, ofName, of string) (i, n int, err error) {
	if n, err = strconv.Atoi(of); err != nil || n < 1 {
		return 0, 0, usage("--shard auto: %s is %q, not a number of shards", ofName, of)
	}
	if i, err = strconv.Atoi(index); err != nil || i < first || i >= first+n {
		return 0, 0, usage("--shard auto: %s is %q, not a number from %d to %d, with %s %d", indexName, index, first, first+n-1, ofName, n)
	}
	return i, n, nil
}
