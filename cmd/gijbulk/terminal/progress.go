package terminal

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"strings"
	"sync"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/schollz/progressbar/v3"

	"gijbulk/schema"
)

const (
	logInterval = 10 * time.Second
	// drawInterval is also how soon the status line fits a terminal that was resized.
	drawInterval = 100 * time.Millisecond
)

// ProgressOptions say how a run shows its progress, and what it reads to do so.
type ProgressOptions struct {
	Screen  *Screen                            // has the status line; nil: progress is logged
	Log     func(message string, pairs ...any) // pairs are alternating names and values
	Now     func() time.Time
	Waiting *Waiting
}

// Progress shows how far a run is: in the status line of a terminal, elsewhere in a log
// line every ten seconds.
type Progress struct {
	options ProgressOptions
	started time.Time
	before  int // records that an earlier part of the run has done
	quit    chan struct{}
	ended   sync.WaitGroup

	mu     sync.Mutex
	total  int
	seen   map[int]schema.Status
	counts map[schema.Status]int

	indexing map[int]FirstIndexing // by the number of the action
}

// StartProgress shows the progress of a run until [Progress.Stop]. statuses are those of
// all its actions, by number: what an earlier part of the run has processed is done.
func StartProgress(o ProgressOptions, statuses []schema.Status) *Progress {
	p := &Progress{options: o, total: len(statuses), started: o.Now(), quit: make(chan struct{}),
		seen: make(map[int]schema.Status), counts: make(map[schema.Status]int), indexing: make(map[int]FirstIndexing)}
	for n, status := range statuses {
		if status != schema.StatusUnprocessed {
			p.Update(n, status)
		}
	}
	p.before = len(p.seen)
	switch {
	case p.options.Screen == nil:
		p.ended.Go(func() { every(logInterval, p.quit, p.log) })
	case p.total > 0:
		p.options.Screen.setStatus(p.line)
		p.ended.Go(func() { every(drawInterval, p.quit, p.options.Screen.refresh) })
	}
	return p
}

// Update sets the status of the action with this number.
func (p *Progress) Update(n int, status schema.Status) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if before, known := p.seen[n]; known {
		p.counts[before]--
	}
	p.seen[n] = status
	p.counts[status]++
	p.total = max(p.total, len(p.seen)) // a run may add actions to its plan
}

// Stop removes the status line, or ends the log lines.
func (p *Progress) Stop() {
	close(p.quit)
	p.ended.Wait()
	if p.options.Screen != nil {
		p.options.Screen.setStatus(nil)
	}
}

func every(interval time.Duration, quit <-chan struct{}, do func()) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-quit:
			return
		case <-ticker.C:
			do()
		}
	}
}

func (p *Progress) log() {
	done, total, counts := p.state()
	pairs := []any{"done", done, "of", total, "so far", Counts(counts)}
	if text := p.indexingText(); text != "" {
		pairs = append(pairs, "indexing", text)
	}
	if left := p.options.Waiting.Left(p.options.Now()); left > 0 {
		pairs = append(pairs, "waiting for the server", seconds(left))
	}
	p.options.Log("running", pairs...)
}

func (p *Progress) state() (done, total int, counts map[schema.Status]int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.seen), p.total, maps.Clone(p.counts)
}

// line shows as much as fits. The rate, and the counts of what went well, are left out
// before the time left and the counts of what did not.
func (p *Progress) line(columns int) string {
	done, total, counts := p.state()
	all := suffix(": ", Counts(counts))
	maps.DeleteFunc(counts, func(s schema.Status, _ int) bool { return s.Good() })
	bad := suffix(": ", Counts(counts))
	share := fmt.Sprintf("%d/%d", done, total)
	speed, left := p.forecast(done, total)
	var text string
	for _, text = range []string{share + speed + left + all, share + left + all, share + left + bad, share + left} {
		if ansi.StringWidth(text) <= columns {
			break
		}
	}
	return bar(done, total, columns-ansi.StringWidth(text)) + text
}

func suffix(separator, text string) string {
	if text == "" {
		return ""
	}
	return separator + text
}

// bar is empty where there are too few columns for it.
func bar(done, total, columns int) string {
	const frame, shortest, longest = len("100% ||") + 1, 5, 20
	if columns < frame+shortest {
		return ""
	}
	bar := progressbar.NewOptions(total, progressbar.OptionSetWriter(io.Discard), // the screen draws what it renders
		progressbar.OptionSetPredictTime(false), progressbar.OptionSetWidth(min(columns-frame, longest)))
	_ = bar.Set(done)
	_ = bar.RenderBlank()
	return strings.TrimSpace(bar.String()) + " "
}

// forecast is the rate of the run, and the time that it needs for the other records with
// the first indexings that it waits for, or why it processes none now.
func (p *Progress) forecast(done, total int) (speed, left string) {
	now := p.options.Now()
	if wait := p.options.Waiting.Left(now); wait > 0 {
		return "", ", waiting for the server, " + seconds(wait)
	}
	indexing := suffix(", ", p.indexingText())
	if done == total {
		return "", cmp.Or(indexing, ", verifying")
	}
	took := now.Sub(p.started)
	if done == p.before || took < time.Second {
		return "", indexing
	}
	each := took / time.Duration(done-p.before)
	return ", " + rate(each), ", " + estimate(each*time.Duration(total-done)) + " left" + indexing
}
