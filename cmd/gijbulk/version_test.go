package main

import (
	"encoding/json"
	"runtime"
	"runtime/debug"
	"testing"
)

// TestVersion says what the go command wrote into a program, as much as there is of it.
func TestVersion(t *testing.T) {
	platform := runtime.GOOS + "/" + runtime.GOARCH
	main := func(version string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{GoVersion: "go1.26.8", Main: debug.Module{Version: version}, Settings: settings}
	}
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"}
	date := debug.BuildSetting{Key: "vcs.time", Value: "2026-03-01T12:00:00Z"}
	for _, c := range []struct {
		name, set string
		info      *debug.BuildInfo
		line      string
		json      string
	}{
		{"a tag", "", main("v1.2.0", revision, date, debug.BuildSetting{Key: "vcs.modified", Value: "false"}),
			"gijbulk v1.2.0 (commit 0123456789ab, 2026-03-01T12:00:00Z, go1.26.8, " + platform + ")",
			`{"version":"v1.2.0","commit":"0123456789abcdef0123456789abcdef01234567","date":"2026-03-01T12:00:00Z","go":"go1.26.8","platform":"` + platform + `"}`},
		{"changed sources", "", main("v1.2.0+dirty", revision, date, debug.BuildSetting{Key: "vcs.modified", Value: "true"}),
			"gijbulk v1.2.0+dirty (commit 0123456789ab, modified, 2026-03-01T12:00:00Z, go1.26.8, " + platform + ")",
			`{"version":"v1.2.0+dirty","commit":"0123456789abcdef0123456789abcdef01234567","date":"2026-03-01T12:00:00Z","modified":true,"go":"go1.26.8","platform":"` + platform + `"}`},
		{"no repository", "", main("(devel)"),
			"gijbulk (devel) (go1.26.8, " + platform + ")", `{"version":"(devel)","go":"go1.26.8","platform":"` + platform + `"}`},
		{"set by the build", "1.2.0-3.el9", main("(devel)"),
			"gijbulk 1.2.0-3.el9 (go1.26.8, " + platform + ")", `{"version":"1.2.0-3.el9","go":"go1.26.8","platform":"` + platform + `"}`},
		{"nothing known", "", &debug.BuildInfo{},
			"gijbulk (devel) (" + runtime.Version() + ", " + platform + ")", `{"version":"(devel)","go":"` + runtime.Version() + `","platform":"` + platform + `"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := builtFrom(c.info, c.set)
			if got := b.String(); got != c.line {
				t.Errorf("line\n got %s\nwant %s", got, c.line)
			}
			if got, err := json.Marshal(b); err != nil || string(got) != c.json {
				t.Errorf("JSON, error %v\n got %s\nwant %s", err, got, c.json)
			}
		})
	}
}
