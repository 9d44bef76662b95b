package verify

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// stages reads the container file as BuildKit does.
func stages(t *testing.T) []instructions.Stage {
	t.Helper()
	parsed, err := parser.Parse(bytes.NewReader(read(t, "../Containerfile")))
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range parsed.Warnings {
		t.Errorf("Containerfile: %s", w.Short)
	}
	found, _, err := instructions.Parse(parsed.AST, linter.New(&linter.Config{
		Warn: func(rule, _, _, message string, _ []parser.Range) { t.Errorf("Containerfile: %s: %s", rule, message) },
	}))
	if err != nil || len(found) < 2 {
		t.Fatalf("%d stages, error %v", len(found), err)
	}
	return found
}

// commandsOf are a stage's instructions of one kind.
func commandsOf[T instructions.Command](s instructions.Stage) []T {
	var found []T
	for _, c := range s.Commands {
		if one, ok := c.(T); ok {
			found = append(found, one)
		}
	}
	return found
}

// imageUser is the number of the user that the image runs as.
func imageUser(t *testing.T) int64 {
	t.Helper()
	all := stages(t)
	users := commandsOf[*instructions.UserCommand](all[len(all)-1])
	if len(users) != 1 {
		t.Fatalf("%d users in the image", len(users))
	}
	name, _, _ := strings.Cut(users[0].User, ":")
	id, err := strconv.ParseInt(name, 10, 64)
	if err != nil || id == 0 {
		t.Errorf("the image's user %q is no number, or root", name)
	}
	return id
}

// TestContainer: the binary is static, on an empty base, and is what the image starts.
func TestContainer(t *testing.T) {
	all := stages(t)
	build, image := all[0], all[len(all)-1]
	if image.BaseName != "scratch" {
		t.Errorf("the base is %q", image.BaseName)
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(read(t, "../../../go.mod"))
	if !strings.HasSuffix(build.BaseName, "/golang:"+string(version[1])) {
		t.Errorf("it is built by %s, and the module asks for Go %s", build.BaseName, version[1])
	}
	for _, c := range commandsOf[*instructions.CopyCommand](image) {
		if c.From != build.Name {
			t.Errorf("copied from %q, which is no stage", c.From)
		}
	}
	var script string
	for _, c := range commandsOf[*instructions.RunCommand](build) {
		script += strings.Join(c.CmdLine, " ") + "\n"
	}
	entry := commandsOf[*instructions.EntrypointCommand](image)
	if len(entry) != 1 || len(entry[0].CmdLine) != 1 || !strings.Contains(script, "-o /out"+entry[0].CmdLine[0]+" ./cmd/gijbulk") {
		t.Errorf("the image starts %v, which the build does not make:\n%s", entry, script)
	}
	for _, wanted := range []string{"CGO_ENABLED=0 go build", "/out/etc/ssl/certs/"} {
		if !strings.Contains(script, wanted) {
			t.Errorf("the build has no %q:\n%s", wanted, script)
		}
	}
	made := regexp.MustCompile(`LDFLAGS := (.*)\$\(if \$\(VERSION\),(.*)\$\(VERSION\)\)`).FindSubmatch(read(t, "../../../Makefile"))
	if made == nil || !strings.Contains(script, string(made[1])+string(made[2])+"${VERSION}") {
		t.Errorf("the build does not link as make build does (%s):\n%s", made, script)
	}
	if !slices.ContainsFunc(commandsOf[*instructions.EnvCommand](image), func(c *instructions.EnvCommand) bool {
		return slices.ContainsFunc(c.Env, func(e instructions.KeyValuePair) bool { return e.Key == "XDG_STATE_HOME" })
	}) {
		t.Error("the image has no home, and says nothing of where the state file goes")
	}
}
