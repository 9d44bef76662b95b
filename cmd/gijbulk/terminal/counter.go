package terminal

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// Counter shows how many of so many things are done: in the status line of a terminal, elsewhere
// in a log line every ten seconds.
type Counter struct {
	options ProgressOptions
	total   int
	done    atomic.Int64
	quit    chan struct{}
	ended   sync.WaitGroup
}

// StartCounter shows a count until [Counter.Stop].
func StartCounter(o ProgressOptions, total int) *Counter {
	c := &Counter{options: o, total: total, quit: make(chan struct{})}
	if o.Screen == nil {
		c.ended.Go(func() { c.every(logInterval, c.log) })
	} else {
		o.Screen.setStatus(c.line)
		c.ended.Go(func() { c.every(drawInterval, o.Screen.refresh) })
	}
	return c
}

// Add counts one more.
func (c *Counter) Add() { c.done.Add(1) }

// Stop removes the status line, or ends the log lines.
func (c *Counter) Stop() {
	close(c.quit)
	c.ended.Wait()
	if c.options.Screen != nil {
		c.options.Screen.setStatus(nil)
	}
}

func (c *Counter) every(interval time.Duration, do func()) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-c.quit:
			return
		case <-ticker.C:
			do()
		}
	}
}

func (c *Counter) log() {
	c.options.Log("running", "done", int(c.done.Load()), "of", c.total)
}

func (c *Counter) line(columns int) string {
	done := int(c.done.Load())
	text := fmt.Sprintf("%d/%d", done, c.total)
	if wait := c.options.Waiting.Left(c.options.Now()); wait > 0 {
		text += ", waiting for the rate limit, " + seconds(wait)
	}
	return bar(done, c.total, columns-ansi.StringWidth(text)) + text
}
