package verify

import (
	"slices"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
)

// TestWithoutADisk: jobs that keep nothing of their own have the state in the database, with a
// verified certificate and the key of the secrets' hashes out of it.
func TestWithoutADisk(t *testing.T) {
	for file, text := range map[string]string{
		"sync.yml": string(read(t, "../github/sync.yml")), "sync.gitlab-ci.yml": string(read(t, "../gitlab/sync.gitlab-ci.yml")),
		"sync-postgres.yaml": string(read(t, "../kubernetes/sync-postgres.yaml")),
	} {
		for _, want := range []string{"postgres://gijbulk@db.example.org/gijbulk?sslmode=verify-full", "GIJBULK_STATE_KEY", "PGPASSWORD"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %s", file, want)
			}
		}
	}
	cron, ok := kubernetesObjects(t)["sync-postgres.yaml#1"].(*batchv1.CronJob)
	if !ok {
		t.Fatal("sync-postgres.yaml holds no CronJob")
	}
	for _, v := range cron.Spec.JobTemplate.Spec.Template.Spec.Volumes {
		if v.PersistentVolumeClaim != nil {
			t.Errorf("the volume %s outlives the pod", v.Name)
		}
	}
	if args := cron.Spec.JobTemplate.Spec.Template.Spec.Containers[0].Args; !slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "--state=postgres://") }) {
		t.Errorf("the state is elsewhere: %q", args)
	}
}
