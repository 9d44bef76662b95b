package verify

import (
	"fmt"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// use is one gijbulk command in a sample.
type use struct {
	file string
	args []string
	env  []string // names of the variables that are set for it
}

// TestCommands: each gijbulk command in the samples is one that this gijbulk has, with flags
// and variables that it has. With --help a command reads its flags and does nothing.
func TestCommands(t *testing.T) {
	gijbulk := built(t)
	uses := concat(inPods(t), inUnits(t), inPipelines(t), inComments(t))
	seen := make(map[string]bool)
	for _, u := range uses {
		seen[path.Base(path.Dir(filepath.ToSlash(u.file)))] = true
		if err := understood(t, gijbulk, u); err != nil {
			t.Errorf("%s: gijbulk %s: %v", u.file, strings.Join(u.args, " "), err)
		}
	}
	for _, folder := range []string{"kubernetes", "systemd", "github", "gitlab"} {
		if !seen[folder] {
			t.Errorf("no command was found in %s", folder)
		}
	}
	for _, wrong := range []use{
		{args: []string{"import", "x.csv", "--shards", "auto"}}, {args: []string{"inport", "x.csv"}},
		{args: []string{"report", "marge", "x"}}, {args: []string{"sync", "x.csv"}, env: []string{"GIJBULK_PRUNED"}},
	} {
		if understood(t, gijbulk, wrong) == nil {
			t.Errorf("%v %v: what is wrong is not found", wrong.args, wrong.env)
		}
	}
}

// built is the program of this checkout.
func built(t *testing.T) (gijbulk string) {
	t.Helper()
	gijbulk = filepath.Join(t.TempDir(), "gijbulk")
	build := exec.Command("go", "build", "-o", gijbulk, "./cmd/gijbulk")
	build.Dir = "../../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return gijbulk
}

// understood asks gijbulk.
func understood(t *testing.T, gijbulk string, u use) error {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), gijbulk, append(u.args, "--help")...).CombinedOutput()
	help := string(out)
	if err != nil {
		return fmt.Errorf("%w: %s", err, help)
	}
	command := "gijbulk"
	for _, word := range u.args {
		if !regexp.MustCompile(`^[a-z]+$`).MatchString(word) {
			break
		}
		command += " " + word
	}
	if !strings.Contains(help, "\n  "+command+" ") {
		return fmt.Errorf("there is no command %q", command)
	}
	for _, name := range u.env {
		own, ours := strings.CutPrefix(name, "GIJBULK_")
		flag := "--" + strings.ToLower(strings.ReplaceAll(own, "_", "-"))
		if ours && name != "GIJBULK_SHARDS" && name != "GIJBULK_STATE_KEY" && !strings.Contains(help, flag+" ") {
			return fmt.Errorf("%s is the variable of no flag", name)
		}
	}
	return nil
}

// inPods are the commands of the Kubernetes manifests.
func inPods(t *testing.T) []use {
	var found []use
	for name, object := range kubernetesObjects(t) {
		pod := podOf(object)
		if pod == nil {
			continue
		}
		for _, c := range pod.Containers {
			u := use{file: "../kubernetes/" + name, args: c.Args}
			for _, e := range c.Env {
				u.env = append(u.env, e.Name)
			}
			found = append(found, u)
		}
	}
	return found
}

// inUnits are the commands of the systemd units, whose lines go on after a backslash.
func inUnits(t *testing.T) []use {
	var found []use
	for _, file := range files(t, "systemd/*") {
		for line := range strings.Lines(strings.ReplaceAll(string(read(t, file)), "\\\n", " ")) {
			if command, ok := strings.CutPrefix(line, "ExecStart="); ok {
				found = append(found, inScript(t, file, command, nil)...)
			}
		}
	}
	return found
}

// inPipelines are the commands of the pipelines' scripts.
func inPipelines(t *testing.T) []use {
	var found []use
	for _, p := range pipelines {
		for _, file := range files(t, p.pattern) {
			found = append(found, inStep(t, file, instance(t, read(t, file)), nil)...)
		}
	}
	return found
}

// inStep looks for scripts in a part of a pipeline; env are the variables set around it.
func inStep(t *testing.T, file string, part any, env []string) []use {
	var found []use
	switch v := part.(type) {
	case []any:
		for _, item := range v {
			found = append(found, inStep(t, file, item, env)...)
		}
	case map[string]any:
		for _, key := range []string{"env", "variables"} {
			values, _ := v[key].(map[string]any)
			for name := range values {
				env = append(env[:len(env):len(env)], name)
			}
		}
		if with, _ := v["with"].(map[string]any); with["command"] != nil { // a step of our action
			args := append([]string{fmt.Sprint(with["command"])}, strings.Fields(fmt.Sprint(with["files"], " ", with["args"]))...)
			found = append(found, use{file, args, env})
		}
		for key, value := range v {
			if key != "run" && key != "script" && key != "before_script" {
				found = append(found, inStep(t, file, value, env)...)
				continue
			}
			lines, many := value.([]any)
			if !many {
				lines = []any{value}
			}
			for _, line := range lines {
				if text, ok := line.(string); ok {
					found = append(found, inScript(t, file, text, env)...)
				}
			}
		}
	}
	return found
}

// inComments are the commands that comments and the texts beside the samples tell: lines
// set off by blanks.
func inComments(t *testing.T) []use {
	var found []use
	told := regexp.MustCompile(`(?m)^# {3,}(gijbulk .*)$`)
	for _, pattern := range []string{"kubernetes/*", "systemd/*", "github/*.yml", "gitlab/*.yml", "Containerfile"} {
		for _, file := range files(t, pattern) {
			for _, match := range told.FindAllStringSubmatch(string(read(t, file)), -1) {
				found = append(found, inScript(t, file, match[1], nil)...)
			}
		}
	}
	return found
}

// inScript are the commands of a shell script, which must be one. What a pipeline puts in
// before the shell reads it, and variables, stand for a number.
func inScript(t *testing.T, file, script string, env []string) []use {
	t.Helper()
	script = regexp.MustCompile(`\$\{\{.*?\}\}`).ReplaceAllString(script, "1")
	parsed, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(script), file)
	if err != nil {
		t.Errorf("%s: %v", file, err)
		return nil
	}
	variables := &expand.Config{Env: expand.FuncEnviron(func(string) string { return "1" })}
	var found []use
	syntax.Walk(parsed, func(node syntax.Node) bool {
		call, ok := node.(*syntax.CallExpr)
		if !ok {
			return true
		}
		words, err := expand.Fields(variables, call.Args...)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			return true
		}
		if len(words) > 1 && path.Base(words[0]) == "gijbulk" {
			found = append(found, use{file, words[1:], env})
		}
		return true
	})
	return found
}

func concat(lists ...[]use) []use {
	var all []use
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}
