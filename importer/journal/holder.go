package journal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// Holder is a run that has locked a target. It is known from a file next to the lock file,
// because Windows does not let others read a locked file. Only the lock itself excludes;
// this file is for people, and is worth nothing once the lock is free.
type Holder struct {
	Run   string    `json:"run"`
	Host  string    `json:"host"`
	PID   int       `json:"pid"`
	Since time.Time `json:"since"`

	Waiting bool `json:"-"` // it has not locked the target yet: nothing else is known of it
}

// String is such as "run 20261126-220400-a1b2c3 (host ci-7, pid 4711) since 22:04". The
// time is local, with its date where the clock has shown it since, or has not yet.
func (h Holder) String() string {
	if h.Waiting {
		return "run " + h.Run + ", which is waiting for its turn"
	}
	layout := "15:04"
	if age := time.Since(h.Since); age < 0 || age >= 24*time.Hour {
		layout = "2006-01-02 15:04"
	}
	return fmt.Sprintf("run %s (host %s, pid %d) since %s", h.Run, h.Host, h.PID, h.Since.Local().Format(layout))
}

const holderSuffix = ".holder"

func holderFile(lock string) string { return strings.TrimSuffix(lock, lockSuffix) + holderSuffix }

// recordHolder follows once the lock is taken. Where it fails the lock is still held; the
// earlier holder must not be named in any case.
func (t *targetLock) recordHolder(by Holder) (release func() error) {
	file := holderFile(t.exclusiveFile())
	_ = os.Remove(file)
	_ = writeHolderAtomically(file, by)
	return func() error {
		_ = os.Remove(file)
		return t.release()
	}
}

func (t *targetLock) exclusiveFile() string {
	if t.shard == nil {
		return t.whole.Path()
	}
	return t.shard.Path()
}

func writeHolderAtomically(file string, by Holder) error {
	content, err := json.Marshal(by)
	if err != nil {
		return err
	}
	unfinished := file + ".new"
	if err := os.WriteFile(unfinished, content, 0o600); err != nil {
		return err
	}
	return os.Rename(unfinished, file)
}

func readHolder(lock string) (h Holder) {
	content, err := os.ReadFile(holderFile(lock))
	if err != nil || json.Unmarshal(content, &h) != nil || h.Run == "" {
		return Holder{}
	}
	return h
}

// findHolder looks at the files of shards first: they share the lock of the target's own.
func (t *targetLock) findHolder(path string) Holder {
	if path != t.whole.Path() {
		return readHolder(path)
	}
	shards, _ := t.shardFiles()
	for _, file := range shards {
		if isLocked(file) {
			return readHolder(file)
		}
	}
	return readHolder(path)
}

func isLocked(file string) bool {
	lock := flock.New(file, flock.SetFlag(os.O_RDONLY)) // does not make the file
	free, err := lock.TryRLock()
	_ = lock.Unlock()
	return err == nil && !free
}

// Running are the runs that have locked a target at the moment or wait for that, by their ids, with
// who holds the lock. It makes nothing, not even the folder of the locks.
func Running(folder string) (map[string]Holder, error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	running := make(map[string]Holder)
	for _, entry := range entries {
		if run, is := waitingRun(entry.Name()); is && isLocked(filepath.Join(folder, entry.Name())) {
			running[run] = Holder{Run: run, Waiting: true}
		}
		name, is := strings.CutSuffix(entry.Name(), holderSuffix)
		if !is {
			continue
		}
		lock := filepath.Join(folder, name+lockSuffix)
		if h := readHolder(lock); h.Run != "" && isLocked(lock) {
			running[h.Run] = h
		}
	}
	return running, err
}
