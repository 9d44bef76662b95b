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
}

// String is such as "run 20261126-220400-a1b2c3 (host ci-7, pid 4711) since 22:04". The
// time is local, with its date where the clock has shown it since, or has not yet.
func (h Holder) String() string {
	layout := "15:04"
	if age := time.Since(h.Since); age < 0 || age >= 24*time.Hour {
		layout = "2006-01-02 15:04"
	}
	return fmt.Sprintf("run %s (host %s, pid %d) since %s", h.Run, h.Host, h.PID, h.Since.Local().Format(layout))
}

// holderEnd is how the names of holders' files end, which are otherwise those of the locks.
const holderEnd = ".holder"

func holderFile(lock string) string { return strings.TrimSuffix(lock, lockEnd) + holderEnd }

// hold writes who has the lock, once it is taken. Where that fails the lock is held all the
// same; the holder before must not be named in any case.
func (t *targetLock) hold(by Holder) (release func() error) {
	file := holderFile(t.own())
	_ = os.Remove(file)
	_ = writeHolder(file, by)
	return func() error {
		_ = os.Remove(file)
		return t.release()
	}
}

// own is the file that this run alone has locked.
func (t *targetLock) own() string {
	if t.shard == nil {
		return t.whole.Path()
	}
	return t.shard.Path()
}

// writeHolder makes the file whole at once, for those who read it meanwhile.
func writeHolder(file string, by Holder) error {
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

// readHolder is zero where nothing is known.
func readHolder(lock string) (h Holder) {
	content, err := os.ReadFile(holderFile(lock))
	if err != nil || json.Unmarshal(content, &h) != nil || h.Run == "" {
		return Holder{}
	}
	return h
}

// holder is who has locked a file of the target. Shards share the target's own file, and
// are found by theirs.
func (t *targetLock) holder(path string) Holder {
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

// isLocked reports whether a run alone has locked a file. It does not make the file.
func isLocked(file string) bool {
	lock := flock.New(file, flock.SetFlag(os.O_RDONLY))
	free, err := lock.TryRLock()
	_ = lock.Unlock()
	return err == nil && !free
}

// Running are the runs that have locked a target at the moment, by their ids, with who
// holds the lock. It makes nothing, not even the folder of the locks.
func Running(folder string) (map[string]Holder, error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	running := make(map[string]Holder)
	for _, entry := range entries {
		name, is := strings.CutSuffix(entry.Name(), holderEnd)
		if !is {
			continue
		}
		lock := filepath.Join(folder, name+lockEnd)
		if h := readHolder(lock); h.Run != "" && isLocked(lock) {
			running[h.Run] = h
		}
	}
	return running, err
}
