package verify

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nektos/act/pkg/schema"
	"gopkg.in/yaml.v3"
)

// archive packs a program as a release does; its URL and checksum.
func archive(t *testing.T, program string) (url, sum string) {
	t.Helper()
	data := read(t, program)
	var packed bytes.Buffer
	compressed, err := gzip.NewWriterLevel(&packed, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	out := tar.NewWriter(compressed)
	path := filepath.Join(t.TempDir(), "gijbulk.tar.gz")
	if err := errors.Join(out.WriteHeader(&tar.Header{Name: "gijbulk_1.0.0_linux_amd64/gijbulk", Mode: 0o755, Size: int64(len(data))}),
		second(out.Write(data)), out.Close(), compressed.Close(), os.WriteFile(path, packed.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
	return "file://" + path, fmt.Sprintf("%x", sha256.Sum256(packed.Bytes()))
}

func second(_ int, err error) error { return err }

// action is what the test follows of a composite action.
type action struct {
	Inputs map[string]struct {
		Default  string
		Required bool
	}
	Runs struct {
		Steps []struct {
			ID, If, Run string
			Env         map[string]string
		}
	}
}

const actionFile = "../github/action/action.yml"

// TestAction: the action is what GitHub's runner takes, by its own schema.
func TestAction(t *testing.T) {
	content := string(read(t, actionFile))
	if err := checkAction(content); err != nil {
		t.Error(err)
	}
	for from, to := range map[string]string{"steps:": "step:", "shell: bash": "shel: bash", "inputs.sha256 }}": "secrets.sha256 }}", "outputs:": "output:"} {
		if broken := strings.Replace(content, from, to, 1); broken == content || checkAction(broken) == nil {
			t.Errorf("with %q in the place of %q nothing is found", to, from)
		}
	}
}

func checkAction(content string) error {
	var document yaml.Node
	if err := yaml.Unmarshal([]byte(content), &document); err != nil {
		return err
	}
	return (&schema.Node{Definition: "action-root", Schema: schema.GetActionSchema()}).UnmarshalYAML(&document)
}

// TestActionRuns executes the steps of the action as the runner does: with the inputs in the
// environment, bash, and files for what one step passes on to the next.
func TestActionRuns(t *testing.T) {
	program := built(t)
	url, sum := archive(t, program)
	docker := stubDocker(t, program)
	for _, c := range []struct {
		name   string
		inputs map[string]string
		exit   int
		want   []string // in what is printed, the outputs and the summary
	}{
		{"a good manifest", map[string]string{"files": "integrations.csv\n"}, 0, []string{"12 records checked", "exit-code=0\n", "report-dir="}},
		{"a broken one, with an argument", map[string]string{"files": "broken.csv", "args": "--no-plain-secrets\n--format\ncsv"}, 6, []string{"::error file=broken.csv,line=", "exit-code=6\n"}},
		{"an audit", map[string]string{"command": "audit", "files": "integrations.csv", "args": "--sandbox"}, 2, []string{"12 to create", "exit-code=2\n", "# "}},
		{"a script in an input", map[string]string{"files": "integrations.csv", "args": "--format=$(echo injected)"}, 64, []string{"$(echo injected)"}},
		{"an image", map[string]string{"archive": "", "image": stubImage, "files": "integrations.csv"}, 0, []string{"12 records checked"}},
		{"another image", map[string]string{"archive": "", "image": "registry.example.org/other", "files": "integrations.csv"}, 1, []string{"no such image"}},
		{"another archive", map[string]string{"files": "integrations.csv", "sha256": strings.Repeat("0", 64)}, 1, []string{"FAILED"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			inputs := map[string]string{"archive": url, "sha256": sum}
			maps.Copy(inputs, c.inputs)
			said, exit := runAction(t, docker, inputs)
			if exit != c.exit {
				t.Errorf("exit code %d, want %d", exit, c.exit)
			}
			for _, want := range c.want {
				if !strings.Contains(said, want) {
					t.Errorf("it lacks %q:\n%s", want, said)
				}
			}
		})
	}
}

const stubImage = "registry.example.org/tools/gijbulk@sha256:0123"

// stubDocker is a folder with a docker that has one image, with the program in it.
func stubDocker(t *testing.T, program string) string {
	t.Helper()
	dir := t.TempDir()
	script := "#!/bin/sh\ncase \"$*\" in\n'create " + stubImage + "') echo c1 ;;\n'cp c1:/usr/local/bin/gijbulk '*) cp '" + program + "' \"$3\" ;;\n'rm c1') ;;\n*) echo no such image >&2; exit 1 ;;\nesac\n"
	if err := os.WriteFile(filepath.Join(dir, "docker"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// runAction gives what the steps print and write, and the exit code of the last that ran. docker is the
// folder of that program.
func runAction(t *testing.T, docker string, inputs map[string]string) (said string, exit int) {
	t.Helper()
	var a action
	if err := yaml.Unmarshal(read(t, actionFile), &a); err != nil {
		t.Fatal(err)
	}
	for name, input := range a.Inputs {
		if _, given := inputs[name]; !given {
			inputs[name] = input.Default
		}
	}
	work := t.TempDir()
	file := func(name string) string { return filepath.Join(work, name) }
	env := []string{"HOME=" + work, "CI=true", "GITHUB_ACTIONS=true", "RUNNER_OS=Linux", "RUNNER_TEMP=" + work, "GITHUB_WORKSPACE=" + samples(t),
		"GITHUB_OUTPUT=" + file("output"), "GITHUB_PATH=" + file("path"), "GITHUB_STEP_SUMMARY=" + file("summary"), "GITHUB_ENV=" + file("env")}
	for _, name := range []string{"output", "path", "summary", "env"} {
		if err := os.WriteFile(file(name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range a.Runs.Steps {
		if condition := regexp.MustCompile(`^inputs\.(archive|image) != ''$`).FindStringSubmatch(step.If); condition != nil && inputs[condition[1]] == "" {
			continue
		} else if step.If != "" && condition == nil {
			t.Fatalf("the condition %q is none that this test follows", step.If)
		}
		own := append(slices.Clone(env), "PATH="+strings.ReplaceAll(string(read(t, file("path"))), "\n", ":")+docker+":"+os.Getenv("PATH"))
		for name, value := range step.Env {
			own = append(own, name+"="+filled(t, `\$\{\{ inputs\.([a-z0-9-]+) \}\}`, value, inputs))
		}
		out, code := runScript(t, own, "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.Run)
		said, exit = said+out, code
		if code != 0 {
			break
		}
	}
	return said + string(read(t, file("output"))) + string(read(t, file("summary"))), exit
}

// filled puts inputs in their places, which must be the only ones.
func filled(t *testing.T, place, text string, inputs map[string]string) string {
	t.Helper()
	return regexp.MustCompile(place).ReplaceAllStringFunc(text, func(found string) string {
		name := regexp.MustCompile(place).FindStringSubmatch(found)[1]
		value, ok := inputs[name]
		if !ok {
			t.Errorf("%s is no input", name)
		}
		return value
	})
}

// runScript runs it among the samples.
func runScript(t *testing.T, env []string, command ...string) (string, int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Dir, cmd.Env = samples(t), env
	out, err := cmd.CombinedOutput()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// samples is a checkout that holds the manifests of samples/, to write to.
func samples(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"integrations.csv", "broken.csv"} {
		if err := os.WriteFile(filepath.Join(dir, name), read(t, filepath.Join("..", "..", name)), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// component is the header of a CI/CD component of GitLab. The published schema is that of a
// pipeline, which begins after it.
type component struct {
	Spec struct {
		Inputs map[string]struct {
			Description string
			Default     *string
			Options     []string
		}
	}
}

// readComponent reads both parts, with inputs in their places.
func readComponent(t *testing.T, inputs map[string]string) (component, []byte) {
	t.Helper()
	header, pipeline, two := bytes.Cut(read(t, "../gitlab/component/gijbulk.yml"), []byte("\n---\n"))
	decoder := yaml.NewDecoder(bytes.NewReader(header))
	decoder.KnownFields(true)
	var c component
	if err := decoder.Decode(&c); err != nil || !two || decoder.Decode(new(any)) != io.EOF {
		t.Fatalf("not a header and a pipeline: %v", err)
	}
	all := make(map[string]string)
	for name, input := range c.Spec.Inputs {
		if input.Default != nil {
			all[name] = *input.Default
		}
	}
	maps.Copy(all, inputs)
	return c, []byte(filled(t, `\$\[\[ inputs\.([a-z0-9_]+) \]\]`, string(pipeline), all))
}

// TestComponent runs the job of the component as GitLab's runner does.
func TestComponent(t *testing.T) {
	url, sum := archive(t, built(t))
	for _, c := range []struct {
		files string
		exit  int
		want  string
	}{{"integrations.csv", 0, "12 records checked"}, {"broken.csv", 6, "broken.csv:2:1: type"}} {
		inputs := map[string]string{"archive": url, "sha256": sum, "files": c.files}
		parsed, pipeline := readComponent(t, inputs)
		if err := compile(t, "gitlab-ci.json").Validate(instance(t, pipeline)); err != nil {
			t.Error(err)
		}
		if !slices.Contains(parsed.Spec.Inputs["command"].Options, *parsed.Spec.Inputs["command"].Default) {
			t.Error("the default of the command is none of its options")
		}
		var jobs map[string]struct {
			Variables map[string]string
			Script    []string
		}
		if err := yaml.Unmarshal(pipeline, &jobs); err != nil {
			t.Fatal(err)
		}
		job := jobs["gijbulk"]
		env := []string{"HOME=" + t.TempDir(), "PATH=" + os.Getenv("PATH"), "CI=true", "GITLAB_CI=true", "CI_NODE_TOTAL=1", "CI_JOB_NAME=gijbulk"}
		for name, value := range job.Variables {
			env = append(env, name+"="+value)
		}
		said, exit := runScript(t, env, "bash", "-eo", "pipefail", "-c", strings.Join(append(job.Script, "true"), "\n")+"\n")
		if exit != c.exit || !strings.Contains(said, c.want) {
			t.Errorf("exit code %d, want %d and %q:\n%s", exit, c.exit, c.want, said)
		}
	}
}

// TestPreCommitHook: the hook's command is one of gijbulk, and the samples are among its files.
func TestPreCommitHook(t *testing.T) {
	decoder := yaml.NewDecoder(bytes.NewReader(read(t, "../../../.pre-commit-hooks.yaml")))
	decoder.KnownFields(true)
	var hooks []struct {
		ID, Name, Description, Language, Entry, Files string
		RequireSerial                                 bool `yaml:"require_serial"`
	}
	if err := decoder.Decode(&hooks); err != nil || len(hooks) != 1 {
		t.Fatalf("%d hooks, error %v", len(hooks), err)
	}
	words := strings.Fields(hooks[0].Entry)
	out, err := exec.Command(built(t), append(words[1:], "../../integrations.csv", "../../repositories.yaml")...).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	files := regexp.MustCompile(hooks[0].Files)
	for name, want := range map[string]bool{"integrations.csv": true, "git/repositories.yaml": true, "gijbulk.yaml": false, "other.csv": false} {
		if files.MatchString(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}
