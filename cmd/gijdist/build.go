package main

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// mainPackage is what is built.
const mainPackage = "./cmd/gijbulk"

// platform is an operating system and an architecture, by Go's names.
type platform struct{ os, arch string }

func platforms() []platform {
	var all []platform
	for _, os := range []string{"linux", "darwin", "windows"} {
		all = append(all, platform{os, "amd64"}, platform{os, "arm64"})
	}
	return all
}

func hostPlatform() platform { return platform{runtime.GOOS, runtime.GOARCH} }

func (p platform) String() string { return p.os + "/" + p.arch }

// program is the name of the program's file.
func (p platform) program() string {
	if p.os == "windows" {
		return "gijbulk.exe"
	}
	return "gijbulk"
}

// toolchain is the go command.
type toolchain struct{ command string }

// build writes the program of a platform. What a user's environment could change in it is
// said here.
func (t toolchain) build(ctx context.Context, p platform, into string) error {
	_, err := t.run(ctx, p, "build", "-trimpath", "-buildvcs=true", "-ldflags", "-s -w", "-o", into, mainPackage)
	return err
}

func (t toolchain) run(ctx context.Context, p platform, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, t.command, args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+p.os, "GOARCH="+p.arch,
		"GOAMD64=v1", "GOARM64=v8.0", "GOFIPS140=off", "GOWORK=off",
		"GOFLAGS=-mod=readonly") // an empty one would be overruled by go env -w
	return output(cmd)
}

// output runs a command and gives what it prints; what it complains of is in the error.
func output(cmd *exec.Cmd) ([]byte, error) {
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", strings.Join(cmd.Args, " "), err, complaint.Bytes())
	}
	return out, nil
}

// module is one that is in a program.
type module struct{ path, version, dir string }

// modules are those in the program of a platform, by path, and Go itself.
func (t toolchain) modules(ctx context.Context, p platform) ([]module, error) {
	listed, err := t.run(ctx, p, "list", "-deps", "-json=Module", mainPackage)
	if err != nil {
		return nil, err
	}
	var found []module
	for decoder := json.NewDecoder(bytes.NewReader(listed)); ; {
		var pkg struct {
			Module *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		if err := decoder.Decode(&pkg); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		if m := pkg.Module; m != nil && !m.Main {
			found = append(found, module{m.Path, m.Version, m.Dir})
		}
	}
	slices.SortFunc(found, func(a, b module) int { return strings.Compare(a.path, b.path) })
	out, err := t.run(ctx, p, "env", "GOVERSION", "GOROOT")
	if err != nil {
		return nil, err
	}
	version, root, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	// Go's own licence has its place before the others.
	return append([]module{{"Go", version, root}}, slices.Compact(found)...), nil
}

// zones are the time zones that come with Go.
func (t toolchain) zones(ctx context.Context) ([]byte, error) {
	root, err := t.run(ctx, hostPlatform(), "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(strings.TrimSpace(string(root)), "lib", "time", "zoneinfo.zip"))
}

// origin is what a program was built from.
type origin struct {
	version  string
	date     time.Time // of the commit
	modified bool
}

// readOrigin asks a program that was built.
func readOrigin(program string) (origin, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return origin{}, err
	}
	made := origin{version: strings.TrimPrefix(info.Main.Version, "v")}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.time":
			if made.date, err = time.Parse(time.RFC3339, s.Value); err != nil {
				return origin{}, fmt.Errorf("the date of the commit: %w", err)
			}
		case "vcs.modified":
			made.modified = s.Value == "true"
		}
	}
	if made.date.IsZero() {
		return origin{}, errors.New("the build knows no commit, so that the archives would have no version and no date: run this in a git checkout")
	}
	return made, nil
}

// completionScripts are written by the program itself.
func completionScripts(ctx context.Context, program string) ([]file, error) {
	var scripts []file
	for _, shell := range []struct{ name, file string }{
		{"bash", "gijbulk.bash"}, {"zsh", "_gijbulk"}, {"fish", "gijbulk.fish"}, {"powershell", "gijbulk.ps1"},
	} {
		absolute, err := filepath.Abs(program)
		if err != nil {
			return nil, err
		}
		script, err := output(exec.CommandContext(ctx, absolute, "completion", shell.name))
		if err != nil {
			return nil, err
		}
		scripts = append(scripts, file{name: "completions/" + shell.file, data: script})
	}
	return scripts, nil
}
