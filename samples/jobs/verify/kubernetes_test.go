package verify

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// kubernetesObjects reads the manifests as a cluster does that refuses unknown and
// duplicate fields.
func kubernetesObjects(t *testing.T) map[string]runtime.Object {
	t.Helper()
	scheme := runtime.NewScheme()
	utilruntime.Must(batchv1.AddToScheme(scheme))
	utilruntime.Must(corev1.AddToScheme(scheme))
	decoder := serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
	found := make(map[string]runtime.Object)
	for _, file := range files(t, "kubernetes/*.yaml") {
		documents := yaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(read(t, file))))
		for n := 1; ; n++ {
			document, err := documents.Read()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			object, _, err := decoder.Decode(document, nil, nil)
			if err != nil {
				t.Errorf("%s: document %d: %v", file, n, err)
				continue
			}
			found[fmt.Sprintf("%s#%d", filepath.Base(file), n)] = object
		}
	}
	return found
}

// podOf is the pod that an object starts, and nil for one that starts none.
func podOf(object runtime.Object) *corev1.PodSpec {
	switch o := object.(type) {
	case *batchv1.Job:
		return &o.Spec.Template.Spec
	case *batchv1.CronJob:
		return &o.Spec.JobTemplate.Spec.Template.Spec
	}
	return nil
}

// TestKubernetes: the manifests are what the cluster's own types say, and hold together.
func TestKubernetes(t *testing.T) {
	objects := kubernetesObjects(t)
	claims := make(map[string]bool)
	pods := 0
	for _, object := range objects {
		if claim, ok := object.(*corev1.PersistentVolumeClaim); ok {
			claims[claim.Name] = true
		}
	}
	for name, object := range objects {
		pod := podOf(object)
		if pod == nil {
			continue
		}
		pods++
		volumes := make(map[string]bool)
		for _, v := range pod.Volumes {
			volumes[v.Name] = true
			if v.PersistentVolumeClaim != nil && !claims[v.PersistentVolumeClaim.ClaimName] {
				t.Errorf("%s: nobody makes the volume %s", name, v.PersistentVolumeClaim.ClaimName)
			}
		}
		for _, m := range pod.Containers[0].VolumeMounts {
			if !volumes[m.Name] {
				t.Errorf("%s: %s is mounted, and is no volume", name, m.Name)
			}
		}
		if pod.SecurityContext == nil || pod.SecurityContext.RunAsUser == nil || *pod.SecurityContext.RunAsUser != imageUser(t) {
			t.Errorf("%s does not run as the user of the image", name)
		}
	}
	if pods < 3 {
		t.Errorf("only %d objects start pods", pods)
	}
}

// TestIndexedJob: every shard has a pod, and what --shard auto needs is said.
func TestIndexedJob(t *testing.T) {
	job, ok := kubernetesObjects(t)["import.yaml#1"].(*batchv1.Job)
	if !ok {
		t.Fatal("import.yaml holds no Job")
	}
	if job.Spec.CompletionMode == nil || *job.Spec.CompletionMode != batchv1.IndexedCompletion || job.Spec.Completions == nil {
		t.Fatal("the Job is not Indexed, or has no completions")
	}
	container := job.Spec.Template.Spec.Containers[0]
	for _, rule := range job.Spec.PodFailurePolicy.Rules {
		if rule.OnExitCodes != nil && (rule.OnExitCodes.ContainerName == nil || *rule.OnExitCodes.ContainerName != container.Name) {
			t.Errorf("the rule %s names no container of the pod", rule.Action)
		}
	}
	for _, e := range container.Env {
		if e.Name == "GIJBULK_SHARDS" {
			if e.Value != strconv.Itoa(int(*job.Spec.Completions)) {
				t.Errorf("GIJBULK_SHARDS is %s, and the Job has %d completions", e.Value, *job.Spec.Completions)
			}
			return
		}
	}
	t.Error("GIJBULK_SHARDS is not set")
}
