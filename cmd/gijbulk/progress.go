package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"gijbulk/schema"
)

// screen is standard error: log lines and the progress bar share it without writing
// over each other.
type screen struct {
	mu  sync.Mutex
	out io.Writer
	bar *progressbar.ProgressBar
}

func newScreen(out io.Writer) *screen { return &screen{out: out} }

// Write puts lines above the bar.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bar == nil {
		return s.out.Write(p)
	}
	_ = s.bar.Clear()
	n, err := s.out.Write(p)
	_ = s.bar.RenderBlank()
	return n, err
}

// waiting shows why nothing moves.
func (s *screen) waiting(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bar != nil {
		s.bar.Describe(fmt.Sprintf("waiting for the server, %s", d.Round(time.Second)))
	}
}

func (s *screen) showBar(bar *progressbar.ProgressBar) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bar != nil {
		_ = s.bar.Clear()
	}
	s.bar = bar
}

// step moves the bar, where there is one, to what state tells.
func (s *screen) step(state func() (done int, text string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.bar == nil {
		return
	}
	done, text := state()
	s.bar.Describe(text)
	_ = s.bar.Set(done)
}

// logInterval is how often a run without a terminal says how far it is.
const logInterval = 10 * time.Second

// progress tells how far a run is: by a bar at a terminal, elsewhere by a log line now
// and then.
type progress struct {
	app    *app
	total  int
	mu     sync.Mutex
	seen   map[int]schema.Status
	counts map[schema.Status]int
	quit   chan struct{}
	ended  sync.WaitGroup
}

func (a *app) startProgress(total int) *progress {
	p := &progress{app: a, total: total, seen: make(map[int]schema.Status), counts: make(map[schema.Status]int), quit: make(chan struct{})}
	if a.stderrIsTerminal && !a.logging.quiet {
		a.screen.showBar(progressbar.NewOptions(total,
			progressbar.OptionSetWriter(a.stderr), progressbar.OptionShowCount(), progressbar.OptionShowIts(),
			progressbar.OptionSetItsString("records"), progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionUseANSICodes(a.coloured()), progressbar.OptionSetWidth(20)))
		return p
	}
	p.ended.Go(p.logNowAndThen)
	return p
}

func (p *progress) logNowAndThen() {
	ticker := time.NewTicker(logInterval)
	defer ticker.Stop()
	for {
		select {
		case <-p.quit:
			return
		case <-ticker.C:
			done, text := p.state()
			p.app.log.info("running", "done", done, "of", p.total, "so far", text)
		}
	}
}

// tell counts an outcome; a later word on the same record replaces the earlier.
func (p *progress) tell(o schema.Outcome) {
	p.mu.Lock()
	if before, known := p.seen[o.Action.N]; known {
		p.counts[before]--
	}
	p.seen[o.Action.N] = o.Status
	p.counts[o.Status]++
	p.mu.Unlock()
	p.app.screen.step(p.state)
}

func (p *progress) state() (done int, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.seen), countsOf(p.counts)
}

// stop takes the bar away and ends the log lines.
func (p *progress) stop() {
	close(p.quit)
	p.ended.Wait()
	p.app.screen.showBar(nil)
}
