package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"embed"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/goreleaser/nfpm/v2"
	"github.com/goreleaser/nfpm/v2/deb"
	"github.com/goreleaser/nfpm/v2/files"
	"github.com/goreleaser/nfpm/v2/rpm"
)

//go:embed package
var own embed.FS

const description = `Bring a Jira with Git Integration for Jira to the state of a manifest
 It checks every record before anything is sent, sends each once, verifies
 the result, and reports on all of them.`

// packageKind is a format of packages, and what differs in it.
type packageKind struct {
	packager nfpm.PackagerWithExtension
	name     string            // the form of a file's name, of a version and an architecture
	arches   map[string]string // whose names differ from those of Go
	places   map[string]string // of files, by their names in an archive; one that ends with / is a folder, and - is none
	depends  []string
}

func packageKinds() []packageKind {
	return []packageKind{
		{deb.Default, "gijbulk_%s_%s.deb", nil, map[string]string{"LICENSE": "-", "lintian-overrides": "/usr/share/lintian/overrides/gijbulk",
			"CHANGELOG.md": "/usr/share/doc/gijbulk/changelog", "completions/_gijbulk": "/usr/share/zsh/vendor-completions/"},
			[]string{"passwd"}},
		{rpm.DefaultRPM, "gijbulk-%s-" + packageRelease + ".%s.rpm", map[string]string{"amd64": "x86_64", "arm64": "aarch64"}, map[string]string{"LICENSE": "/usr/share/licenses/gijbulk/", "completions/_gijbulk": "/usr/share/zsh/site-functions/",
			"changelog.Debian": "-", "copyright": "-", "lintian-overrides": "-"},
			[]string{"shadow-utils"}},
	}
}

// packageFiles are what a package has besides the files of an archive; root is the module's.
func packageFiles(root string) ([]file, error) {
	config, err := own.ReadFile("package/gijbulk.yaml")
	if err != nil {
		return nil, err
	}
	found := []file{{name: "gijbulk.yaml", data: config}}
	for _, unit := range []string{"gijbulk-sync@.service", "gijbulk-sync@.timer"} {
		data, err := os.ReadFile(filepath.Join(root, "samples", "jobs", "systemd", unit))
		if err != nil {
			return nil, err
		}
		found = append(found, file{name: unit, data: data})
	}
	return found, nil
}

// place is where a file of an archive is on a Linux system, or "" where it is not.
func (k packageKind) place(name string) string {
	common := map[string]string{
		"gijbulk": "/usr/bin/", "completions/gijbulk.bash": "/usr/share/bash-completion/completions/gijbulk",
		"completions/gijbulk.fish": "/usr/share/fish/vendor_completions.d/", "completions/gijbulk.ps1": "-",
		"gijbulk.yaml": "/etc/gijbulk/", "man/man1": "/usr/share/man/man1/",
		"gijbulk-sync@.service": "/usr/lib/systemd/system/", "gijbulk-sync@.timer": "/usr/lib/systemd/system/",
	}
	folder, base := path.Split(name)
	place := cmp.Or(k.places[name], common[name], common[path.Clean(folder)], "/usr/share/doc/gijbulk/"+folder)
	switch {
	case place == "-":
		return ""
	case strings.HasSuffix(place, "/"):
		return place + base
	}
	return place
}

// packLinux writes the deb and the rpm of an architecture into dir and gives their names. work is
// a folder for the files, which the library wants to find there.
func packLinux(dir, work string, made origin, arch, maintainer string, archived []file) ([]string, error) {
	if err := os.CopyFS(work, own); err != nil {
		return nil, err
	}
	debian, err := debianFiles(made, maintainer)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, kind := range packageKinds() {
		contents, err := kind.stage(work, made.date, slices.Concat(archived, debian))
		if err != nil {
			return nil, err
		}
		info := packageInfo(made, arch, maintainer)
		info.Contents, info.Depends = contents, kind.depends
		info.Scripts.PostInstall = filepath.Join(work, "package", "postinstall.sh")
		info.Scripts.PreRemove = filepath.Join(work, "package", "preremove.sh")
		info.Scripts.PostRemove = filepath.Join(work, "package", "postremove.sh")
		if err := nfpm.PrepareForPackager(nfpm.WithDefaults(info), kind.packager.ConventionalExtension()[1:]); err != nil {
			return nil, err
		}
		var out bytes.Buffer
		if err := kind.packager.Package(info, &out); err != nil {
			return nil, err
		}
		name := fmt.Sprintf(kind.name, packageVersion(made.version), cmp.Or(kind.arches[arch], arch))
		if err := os.WriteFile(filepath.Join(dir, name), out.Bytes(), 0o644); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// packageRelease is the revision of the packages of a version; with one, Debian's tools expect two
// changelogs: the product's own and that of the package.
const packageRelease = "1"

// untagged is the version that Go gives a commit without a tag (https://go.dev/ref/mod#pseudo-versions).
var untagged = regexp.MustCompile(`^\d+\.\d+\.\d+-(?:.*\.)?(\d{14})-([0-9a-f]{12})`)

// packageVersion sorts a pre-release before its release, and a commit without a tag before all of them.
func packageVersion(version string) string {
	if found := untagged.FindStringSubmatch(version); found != nil {
		return "0.0.0~git" + found[1] + "." + found[2]
	}
	return strings.Replace(version, "-", "~", 1)
}

func packageInfo(made origin, arch, maintainer string) *nfpm.Info {
	info := &nfpm.Info{Name: "gijbulk", Arch: arch, Platform: "linux", Version: packageVersion(made.version), VersionSchema: "none", Release: packageRelease, Section: "admin", Priority: "optional",
		Maintainer: maintainer, Description: description, License: "Apache-2.0", MTime: made.date.UTC()}
	info.RPM.BuildHost = "gijbulk" // else that of the machine
	return info
}

// stage writes the files into a folder, and says where in a system each belongs.
func (k packageKind) stage(work string, at time.Time, archived []file) (files.Contents, error) {
	var contents files.Contents
	for _, f := range archived {
		place := k.place(f.name)
		if place == "" {
			continue
		}
		if strings.HasPrefix(place, "/usr/share/man/") || strings.HasPrefix(path.Base(place), "changelog") {
			compressed, err := compress(f.data)
			if err != nil {
				return nil, err
			}
			place, f.data = place+".gz", compressed
		}
		source := filepath.Join(work, "root", filepath.FromSlash(place))
		if err := os.MkdirAll(filepath.Dir(source), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(source, f.data, 0o644); err != nil {
			return nil, err
		}
		content := &files.Content{Source: source, Destination: place, FileInfo: &files.ContentFileInfo{Mode: f.mode(), MTime: at.UTC()}}
		if strings.HasPrefix(place, "/etc/") {
			content.Type, content.FileInfo.Mode = files.TypeConfigNoReplace, 0o640 // the scripts give it to the group of the service
		}
		contents = append(contents, content)
	}
	slices.SortFunc(contents, func(a, b *files.Content) int { return strings.Compare(a.Destination, b.Destination) })
	return contents, nil
}

// compress gives no time and no name, as gzip -n.
func compress(data []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}
