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
		"sync-postgres.yaml": string(read(t, "../kubernetes/sync-postgres.yaml")), "fleet.yaml": string(read(t, "../kubernetes/fleet.yaml")),
	} {
		for _, want := range []string{"postgres://gijbulk@db.example.org/gijbulk?sslmode=verify-full", "GIJBULK_STATE_KEY", "PGPASSWORD"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %s", file, want)
			}
		}
	}
	objects := kubernetesObjects(t)
	for _, name := range []string{"sync-postgres.yaml#1", "fleet.yaml#1"} {
		pod := podOf(objects[name])
		if pod == nil {
			t.Fatalf("%s starts no pod", name)
		}
		for _, v := range pod.Volumes {
			if v.PersistentVolumeClaim != nil {
				t.Errorf("%s: the volume %s outlives the pod", name, v.Name)
			}
		}
		if args := pod.Containers[0].Args; !slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "--state=postgres://") }) {
			t.Errorf("%s: the state is elsewhere: %q", name, args)
		}
	}
}

// TestFleetJob: its pods share one claim, which no other Job has.
func TestFleetJob(t *testing.T) {
	job, ok := kubernetesObjects(t)["fleet.yaml#1"].(*batchv1.Job)
	if !ok || job.Spec.Parallelism == nil || *job.Spec.Parallelism != 3 || job.Spec.Completions != nil {
		t.Fatal("fleet.yaml holds no Job of three pods that end together")
	}
	container := job.Spec.Template.Spec.Containers[0]
	if !slices.Contains(container.Args, "--claim=$(JOB_NAME)") || job.GenerateName == "" {
		t.Errorf("the claim is not the name of a Job of one night: %q", container.Args)
	}
	for _, e := range container.Env {
		if e.Name == "JOB_NAME" && e.ValueFrom.FieldRef.FieldPath == "metadata.labels['batch.kubernetes.io/job-name']" {
			return
		}
	}
	t.Error("JOB_NAME is not the Job's name")
}
