package verify

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
)

// TestMergesEveryShard: the merging Job names the folder of each shard of the import.
func TestMergesEveryShard(t *testing.T) {
	objects := kubernetesObjects(t)
	shards, merging := objects["import.yaml#1"].(*batchv1.Job), objects["merge.yaml#1"].(*batchv1.Job)
	var want []string
	for i := range *shards.Spec.Completions {
		for _, arg := range shards.Spec.Template.Spec.Containers[0].Args {
			if dir, ok := strings.CutPrefix(arg, "--report-dir="); ok {
				want = append(want, strings.ReplaceAll(dir, "$(JOB_COMPLETION_INDEX)", fmt.Sprint(i)))
			}
		}
	}
	got := slices.DeleteFunc(slices.Clone(merging.Spec.Template.Spec.Containers[0].Args), func(arg string) bool {
		return !strings.HasPrefix(arg, "/")
	})
	if !slices.Equal(got, want) {
		t.Errorf("it merges %v, and the shards write %v", got, want)
	}
}

// TestMatrixIsWhole: the matrix of a GitHub workflow has each shard of the number that its
// command names.
func TestMatrixIsWhole(t *testing.T) {
	for _, file := range files(t, "github/import.yml") {
		content := string(read(t, file))
		matrix := regexp.MustCompile(`shard: \[(.*)\]`).FindStringSubmatch(content)
		of := regexp.MustCompile(`--shard \$\{\{ matrix\.shard \}\}/(\d+)`).FindStringSubmatch(content)
		if matrix == nil || of == nil {
			t.Errorf("%s has no matrix of shards", file)
			continue
		}
		n, err := strconv.Atoi(of[1])
		if err != nil {
			t.Fatal(err)
		}
		var whole []string
		for i := range n {
			whole = append(whole, strconv.Itoa(i+1))
		}
		if matrix[1] != strings.Join(whole, ", ") {
			t.Errorf("%s: the matrix has the shards %s of %s", file, matrix[1], of[1])
		}
	}
}
