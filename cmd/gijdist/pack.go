package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// file is one in an archive, by its path with slashes.
type file struct {
	name       string
	data       []byte
	executable bool
}

func (f file) mode() os.FileMode {
	if f.executable {
		return 0o755
	}
	return 0o644
}

// clearEarlier makes dir and takes away what an earlier run left in it, and nothing else.
func clearEarlier(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, pattern := range []string{"gijbulk_*.tar.gz", "gijbulk_*.zip", "gijbulk_*.deb", "gijbulk-*.rpm", "gijbulk_*.oci.tar", "gijbulk_*.spdx.json", "gijbulk.rb", "gijbulk.json", sumsFile} {
		names, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := os.Remove(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// pack writes the archive of a platform into dir and gives its name. The files lie in one
// folder that has the archive's name.
func pack(dir string, made origin, p platform, files []file) (string, error) {
	name, write := archiveName(made, p), writeTar
	folder := strings.TrimSuffix(strings.TrimSuffix(name, ".zip"), ".tar.gz")
	if p.os == "windows" {
		write = writeZip
	}
	var inside []file
	for _, f := range files {
		f.name = folder + "/" + f.name
		inside = append(inside, f)
	}
	slices.SortFunc(inside, func(a, b file) int { return strings.Compare(a.name, b.name) })
	var archive bytes.Buffer
	if err := write(&archive, made.date.UTC(), inside); err != nil {
		return "", err
	}
	return name, os.WriteFile(filepath.Join(dir, name), archive.Bytes(), 0o644)
}

func writeTar(w io.Writer, at time.Time, files []file) error {
	// The head of the gzip stays without a time and a name.
	compressed, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(compressed)
	for _, f := range files {
		head := &tar.Header{Typeflag: tar.TypeReg, Name: f.name, Size: int64(len(f.data)), Mode: int64(f.mode()), ModTime: at}
		if err := archive.WriteHeader(head); err != nil {
			return err
		}
		if _, err := archive.Write(f.data); err != nil {
			return err
		}
	}
	if err := archive.Close(); err != nil {
		return err
	}
	return compressed.Close()
}

func writeZip(w io.Writer, at time.Time, files []file) error {
	archive := zip.NewWriter(w)
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	for _, f := range files {
		head := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: at}
		head.SetMode(f.mode())
		inside, err := archive.CreateHeader(head)
		if err != nil {
			return err
		}
		if _, err := inside.Write(f.data); err != nil {
			return err
		}
	}
	return archive.Close()
}

const sumsFile = "SHA256SUMS"

// writeSums writes the sums of files of dir, as sha256sum -c reads them.
func writeSums(dir string, names []string) error {
	var sums bytes.Buffer
	for _, name := range slices.Sorted(slices.Values(names)) {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(data), name)
	}
	return os.WriteFile(filepath.Join(dir, sumsFile), sums.Bytes(), 0o644)
}
