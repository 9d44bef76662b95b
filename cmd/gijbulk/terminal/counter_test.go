package terminal

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/cmd/gijbulk/terminal/terminaltest"
)

// TestCounterWithoutATerminal: a log line every ten seconds, and none after the end.
func TestCounterWithoutATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lines []string
		o := ProgressOptions{Now: time.Now, Waiting: &Waiting{}, Log: func(message string, pairs ...any) {
			lines = append(lines, message+" "+fmt.Sprint(pairs...))
		}}
		c := StartCounter(o, 3)
		c.Add()
		time.Sleep(logInterval + time.Second)
		o.Waiting.Start(time.Now(), time.Minute)
		time.Sleep(logInterval)
		c.Stop()
		time.Sleep(logInterval)
		want := []any{"done", 1, "of", 3}
		waiting := append(want, "waiting for the rate limit", "51 s")
		if len(lines) != 2 || lines[0] != "running "+fmt.Sprint(want...) || lines[1] != "running "+fmt.Sprint(waiting...) {
			t.Errorf("lines %q", lines)
		}
	})
}

// TestCounterAtATerminal: the status line counts, says what it waits for, and is gone at the end.
func TestCounterAtATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := terminaltest.New(80)
		o := options(term, 80)
		c := StartCounter(o, 4)
		c.Add()
		o.Waiting.Start(time.Now(), time.Minute)
		time.Sleep(drawInterval)
		synctest.Wait()
		if text := term.Text(); !strings.Contains(text, "25%") || !strings.Contains(text, "1/4, waiting for the rate limit, ") {
			t.Errorf("shown: %s", text)
		}
		c.Stop()
		if text := strings.TrimSpace(term.Text()); text != "" {
			t.Errorf("left behind: %s", text)
		}
		StartCounter(o, 0).Stop()
	})
}

// TestCounterWithoutATotal: it says how many are done, and of nothing else.
func TestCounterWithoutATotal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lines []string
		o := ProgressOptions{Now: time.Now, Waiting: &Waiting{}, Log: func(message string, pairs ...any) {
			lines = append(lines, message+" "+fmt.Sprint(pairs...))
		}}
		term := terminaltest.New(80)
		for _, c := range []*Counter{StartCounter(o, Unknown), StartCounter(options(term, 80), Unknown)} {
			c.Add()
			c.Add()
			time.Sleep(logInterval)
			synctest.Wait()
			if c.options.Screen != nil && strings.TrimSpace(term.Text()) != "2 done" {
				t.Errorf("shown: %s", term.Text())
			}
			c.Stop()
		}
		if want := "running " + fmt.Sprint("done", 2); len(lines) != 1 || lines[0] != want {
			t.Errorf("lines %q, want %q", lines, want)
		}
	})
}
