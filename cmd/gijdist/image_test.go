package main

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

func packedImage(t *testing.T) []byte {
	t.Helper()
	dir := t.TempDir()
	made := origin{version: "1.2.0", date: time.Date(2026, 3, 1, 12, 30, 1, 0, time.FixedZone("elsewhere", 3600))}
	name, err := packImage(dir, t.TempDir(), made, []program{
		{platform: platform{"linux", "amd64"}, data: []byte("one")}, {platform: platform{"linux", "arm64"}, data: []byte("two")}, {platform: platform{"darwin", "arm64"}, data: []byte("three")},
	}, []byte("zones"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestImage reads the image back, for both architectures, and holds every digest in it.
func TestImage(t *testing.T) {
	data := packedImage(t)
	if !bytes.Equal(data, packedImage(t)) {
		t.Error("the image is not the same twice")
	}
	folder := t.TempDir()
	if err := untar(folder, data); err != nil {
		t.Fatal(err)
	}
	named, err := layout.ImageIndexFromPath(folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate.Index(named); err != nil {
		t.Error(err)
	}
	names, err := named.IndexManifest()
	if err != nil || len(names.Manifests) != 1 || names.Manifests[0].Annotations["org.opencontainers.image.ref.name"] != "1.2.0" {
		t.Fatalf("not one image of the name: %+v, error %v", names, err)
	}
	index, err := named.ImageIndex(names.Manifests[0].Digest)
	if err != nil {
		t.Fatal(err)
	}
	manifest, err := index.IndexManifest()
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, m := range manifest.Manifests {
		image, err := index.Image(m.Digest)
		if err != nil {
			t.Fatal(err)
		}
		config, err := image.ConfigFile()
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, fmt.Sprintf("%s %s %s %s", m.Platform, config.Config.User, config.Created.UTC().Format(time.RFC3339), programIn(t, image)))
	}
	if d := cmp.Diff([]string{"linux/amd64 65532:65532 2026-03-01T11:30:01Z one", "linux/arm64 65532:65532 2026-03-01T11:30:01Z two"}, found); d != "" {
		t.Error(d)
	}
}

// programIn is the program of an image, whose folder for data belongs to its user.
func programIn(t *testing.T, image v1.Image) string {
	t.Helper()
	layers, err := image.Layers()
	if err != nil || len(layers) != 1 {
		t.Fatalf("%d layers, error %v", len(layers), err)
	}
	in, err := layers[0].Uncompressed()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	program := ""
	for archive := tar.NewReader(in); ; {
		head, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return program
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(archive)
		if err != nil {
			t.Fatal(err)
		}
		switch head.Name {
		case "usr/local/bin/gijbulk":
			program = string(data)
		case "data/":
			if head.Uid != imageUser || head.Mode != 0o700 {
				t.Errorf("/data belongs to %d, mode %o", head.Uid, head.Mode)
			}
		case "etc/ssl/certs/ca-certificates.crt":
			if bytes.Count(data, []byte("BEGIN CERTIFICATE")) < 50 {
				t.Error("few certificate authorities")
			}
		}
	}
}

func untar(folder string, data []byte) error {
	for archive := tar.NewReader(bytes.NewReader(data)); ; {
		head, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		content, err := io.ReadAll(archive)
		if err != nil {
			return err
		}
		path := filepath.Join(folder, filepath.FromSlash(head.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
}
