package main

import (
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

// progress tells how far a run is: by a line at the bottom of a terminal, elsewhere by
// a log line now and then.
type progress struct {
	app     *app
	started time.Time
	before  int // records that an earlier part of the run has done
	quit    chan struct{}
	ended   sync.WaitGroup

	mu     sync.Mutex
	total  int
	seen   map[int]schema.Status
	counts map[schema.Status]int
}

const (
	// logInterval is how often a run without a terminal says how far it is.
	logInterval = 10 * time.Second
	// drawInterval is how often a terminal does; a resized one is filled anew as soon.
	drawInterval = 100 * time.Millisecond
)

// startProgress begins to tell of a run. outcomes are all of its records; those that an
// earlier part of the run has done count as done.
func (a *app) startProgress(outcomes []schema.Outcome) *progress {
	p := &progress{app: a, total: len(outcomes), started: a.now(), quit: make(chan struct{}),
		seen: make(map[int]schema.Status), counts: make(map[schema.Status]int)}
	for _, o := range outcomes {
		if o.Status != schema.StatusUnprocessed {
			p.note(o)
		}
	}
	p.before = len(p.seen)
	switch {
	case !a.live() || a.logging.quiet:
		p.ended.Go(func() { p.every(logInterval, p.log) })
	case p.total > 0:
		a.screen.show(p.line)
		p.ended.Go(func() { p.every(drawInterval, a.screen.refresh) })
	}
	return p
}

func (p *progress) every(interval time.Duration, do func()) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-p.quit:
			return
		case <-ticker.C:
			do()
		}
	}
}

func (p *progress) log() {
	done, total, counts := p.state()
	pairs := []any{"done", done, "of", total, "so far", countsOf(counts)}
	if left := p.app.held.left(p.app.now()); left > 0 {
		pairs = append(pairs, "waiting for the server", seconds(left))
	}
	p.app.log.info("running", pairs...)
}

// tell counts an outcome; a later word on the same record replaces the earlier.
func (p *progress) tell(o schema.Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.note(o)
}

func (p *progress) note(o schema.Outcome) {
	if before, known := p.seen[o.Action.N]; known {
		p.counts[before]--
	}
	p.seen[o.Action.N] = o.Status
	p.counts[o.Status]++
	p.total = max(p.total, len(p.seen)) // a run may come to need more than was planned
}

// state is how many records of how many are done, and how they ended.
func (p *progress) state() (done, total int, counts map[schema.Status]int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.seen), p.total, maps.Clone(p.counts)
}

// line is what a terminal of so many columns shows: as much as fits of a bar, how many
// records are done, how fast, for how long, and how they ended. What went well is left
// out before what did not.
func (p *progress) line(columns int) string {
	done, total, counts := p.state()
	all := countsOf(counts)
	maps.DeleteFunc(counts, func(s schema.Status, _ int) bool { return s.Good() })
	share := fmt.Sprintf("%d/%d", done, total)
	pace, rest := p.pace(done, total)
	text := share + pace + rest + after(": ", all)
	for _, shorter := range []string{share + rest + after(": ", all), share + rest + after(": ", countsOf(counts)), share + rest} {
		if ansi.StringWidth(text) <= columns {
			break
		}
		text = shorter
	}
	return bar(done, total, columns-ansi.StringWidth(text)) + text
}

// after puts something before a text, where there is one.
func after(before, text string) string {
	if text == "" {
		return ""
	}
	return before + text
}

// bar is the share that is done and a bar of it, for a place of so many columns, or ""
// where that is too few.
func bar(done, total, columns int) string {
	const beside, shortest, longest = len("100% ||") + 1, 5, 20
	if columns < beside+shortest {
		return ""
	}
	bar := progressbar.NewOptions(total, progressbar.OptionSetWriter(io.Discard), // the screen draws what it renders
		progressbar.OptionSetPredictTime(false), progressbar.OptionSetWidth(min(columns-beside, longest)))
	_ = bar.Set(done)
	_ = bar.RenderBlank()
	return strings.TrimSpace(bar.String()) + " "
}

// pace is how many records are done in a second, and what the rest of them takes, or
// why none is done.
func (p *progress) pace(done, total int) (pace, rest string) {
	now := p.app.now()
	if left := p.app.held.left(now); left > 0 {
		return "", ", waiting for the server, " + seconds(left)
	}
	if done == total {
		return "", ", confirming"
	}
	took := now.Sub(p.started)
	if done == p.before || took < time.Second {
		return "", ""
	}
	each := took / time.Duration(done-p.before)
	return ", " + perSecond(each), ", " + roughly(each*time.Duration(total-done)) + " left"
}

// stop takes the line away and ends the log lines.
func (p *progress) stop() {
	close(p.quit)
	p.ended.Wait()
	p.app.screen.show(nil)
}
