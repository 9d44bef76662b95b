package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// writeWhole writes beside the path and renames: whoever reads finds the old file or the
// new one.
func writeWhole(path string, data []byte) error {
	dir, name := filepath.Split(path)
	temp, err := os.CreateTemp(filepath.Clean(dir), "."+name+".*")
	if err != nil {
		return fmt.Errorf("cannot write %s: %s", path, plainCause(err))
	}
	defer os.Remove(temp.Name()) // after the rename there is nothing to remove
	_, err = temp.Write(data)
	if err = errors.Join(err, temp.Chmod(0o644), temp.Sync(), temp.Close()); err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, err)
	}
	return nil
}
