package main

import (
	"archive/tar"
	"bytes"
	"encoding/pem"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/google/go-containerregistry/pkg/v1/types"
	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// imageUser is a number, for Kubernetes cannot tell whether a name is root.
const imageUser = 65532

// packImage writes the image, of the programs for Linux, as an OCI
// layout in one tar file, and gives its name.
func packImage(dir, work string, made origin, programs []program, zones []byte) (string, error) {
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, built := range programs {
		p := built.platform
		if p.os != "linux" {
			continue
		}
		image, err := imageOf(made, p.arch, built.data, zones)
		if err != nil {
			return "", fmt.Errorf("%s: %w", p, err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image,
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: p.arch}}})
	}
	// One name for both architectures: two entries of one name would be ambiguous.
	named := mutate.AppendManifests(mutate.IndexMediaType(empty.Index, types.OCIImageIndex), mutate.IndexAddendum{Add: index,
		Descriptor: v1.Descriptor{Annotations: map[string]string{"org.opencontainers.image.ref.name": made.version}}})
	if _, err := layout.Write(work, named); err != nil {
		return "", err
	}
	name := fmt.Sprintf("gijbulk_%s.oci.tar", packageVersion(made.version))
	return name, tarFolder(filepath.Join(dir, name), work, made.date.UTC())
}

// imageOf is the static program on an empty base, with the certificate authorities that Mozilla
// trusts and the time zones.
func imageOf(made origin, arch string, program, zones []byte) (v1.Image, error) {
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return imageLayer(made.date.UTC(), program, zones) }, tarball.WithMediaType(types.OCILayer))
	if err != nil {
		return nil, err
	}
	image := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), types.OCIConfigJSON)
	created := v1.Time{Time: made.date.UTC()}
	if image, err = mutate.Append(image, mutate.Addendum{Layer: layer, History: v1.History{Created: created, CreatedBy: "gijdist"}}); err != nil {
		return nil, err
	}
	config, err := image.ConfigFile()
	if err != nil {
		return nil, err
	}
	config.OS, config.Architecture, config.Created = "linux", arch, created
	config.Config = v1.Config{User: fmt.Sprintf("%d:%d", imageUser, imageUser), WorkingDir: "/data", Entrypoint: []string{"/usr/local/bin/gijbulk"},
		Env: []string{"PATH=/usr/local/bin", "XDG_STATE_HOME=/data", "ZONEINFO=/usr/share/zoneinfo.zip"},
		Labels: map[string]string{"org.opencontainers.image.title": "gijbulk", "org.opencontainers.image.version": made.version,
			"org.opencontainers.image.licenses": "Apache-2.0", "org.opencontainers.image.created": created.Format(time.RFC3339),
			"org.opencontainers.image.description": "Bring a Jira with Git Integration for Jira to the state of a manifest"}}
	return mutate.ConfigFile(image, config)
}

func imageLayer(at time.Time, program, zones []byte) (io.ReadCloser, error) {
	var b bytes.Buffer
	layer := tar.NewWriter(&b)
	for _, e := range []struct {
		name  string
		data  []byte
		mode  int64
		owner int
	}{
		{"data/", nil, 0o700, imageUser}, {"etc/", nil, 0o755, 0}, {"etc/ssl/", nil, 0o755, 0}, {"etc/ssl/certs/", nil, 0o755, 0},
		{"etc/ssl/certs/ca-certificates.crt", authorities(), 0o644, 0}, {"tmp/", nil, 0o1777, 0}, {"usr/", nil, 0o755, 0}, {"usr/local/", nil, 0o755, 0},
		{"usr/local/bin/", nil, 0o755, 0}, {"usr/local/bin/gijbulk", program, 0o755, 0}, {"usr/share/", nil, 0o755, 0}, {"usr/share/zoneinfo.zip", zones, 0o644, 0},
	} {
		head := &tar.Header{Name: e.name, Size: int64(len(e.data)), Mode: e.mode, Uid: e.owner, Gid: e.owner, ModTime: at, Typeflag: tar.TypeReg}
		if e.data == nil {
			head.Typeflag = tar.TypeDir
		}
		if err := layer.WriteHeader(head); err != nil {
			return nil, err
		}
		if _, err := layer.Write(e.data); err != nil {
			return nil, err
		}
	}
	return io.NopCloser(&b), layer.Close()
}

// authorities are those of a module, so that they are the same on every machine.
func authorities() []byte {
	var b bytes.Buffer
	for root := range bundle.Roots() {
		_ = pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate})
	}
	return b.Bytes()
}

// tarFolder packs a folder, by name.
func tarFolder(path, folder string, at time.Time) error {
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	defer out.Close()
	archive := tar.NewWriter(out)
	err = filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		inside, err := filepath.Rel(folder, name)
		if err != nil {
			return err
		}
		if err := archive.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: filepath.ToSlash(inside), Size: int64(len(data)), Mode: 0o644, ModTime: at}); err != nil {
			return err
		}
		_, err = archive.Write(data)
		return err
	})
	if err != nil {
		return err
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return out.Close()
}
