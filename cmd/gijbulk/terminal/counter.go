package terminal

import (
	"fmt"
	"sync"
	"sync/atomic"

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

// Unknown is the total of a count whose end is not known.
const Unknown = -1

// StartCounter shows a count until [Counter.Stop].
func StartCounter(o ProgressOptions, total int) *Counter {
	c := &Counter{options: o, total: total, quit: make(chan struct{})}
	switch {
	case o.Screen == nil:
		c.ended.Go(func() { every(logInterval, c.quit, c.log) })
	case total != 0:
		o.Screen.setStatus(c.line)
		c.ended.Go(func() { every(drawInterval, c.quit, o.Screen.refresh) })
	}
	return c
}

// Add counts one more.
func (c *Counter) Add() { c.done.Add(1) }

// Set says how many are done.
func (c *Counter) Set(done int) { c.done.Store(int64(done)) }

// Stop removes the status line, or ends the log lines.
func (c *Counter) Stop() {
	close(c.quit)
	c.ended.Wait()
	if c.options.Screen != nil {
		c.options.Screen.setStatus(nil)
	}
}

func (c *Counter) log() {
	pairs := []any{"done", int(c.done.Load())}
	if c.total != Unknown {
		pairs = append(pairs, "of", c.total)
	}
	if left := c.options.Waiting.Left(c.options.Now()); left > 0 {
		pairs = append(pairs, "waiting for the rate limit", seconds(left))
	}
	c.options.Log("running", pairs...)
}

func (c *Counter) line(columns int) string {
	done := int(c.done.Load())
	text := fmt.Sprintf("%d/%d", done, c.total)
	if c.total == Unknown {
		text = fmt.Sprintf("%d done", done)
	}
	if wait := c.options.Waiting.Left(c.options.Now()); wait > 0 {
		text += ", waiting for the rate limit, " + seconds(wait)
	}
	if c.total == Unknown {
		return text
	}
	return bar(done, c.total, columns-ansi.StringWidth(text)) + text
}
