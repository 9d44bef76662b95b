package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/importer/gij"
	"gijbulk/schema"
)

// testApp writes to out, which is a terminal of so many columns, or with 0 none.
func testApp(t *testing.T, out io.Writer, columns int, environment map[string]string) *app {
	t.Helper()
	format := "json"
	if columns > 0 && environment["TERM"] != "dumb" {
		format = "console"
	}
	a := &app{process: process{
		stderr: out, now: time.Now, stderrIsTerminal: columns > 0,
		columns:   func() int { return columns },
		lookupEnv: func(name string) (string, bool) { v, ok := environment[name]; return v, ok },
	}}
	a.screen = newScreen(out, func() int { return a.columns() })
	var err error
	a.log, err = newLogbook(a.screen, logOptions{level: "info", format: format}, a.coloured(), func() schema.Mask { return schema.NewMask(nil, "a-secret") })
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func unprocessed(n int) []schema.Outcome {
	outcomes := make([]schema.Outcome, n)
	for i := range outcomes {
		outcomes[i] = schema.Outcome{Action: schema.Action{N: i}, Status: schema.StatusUnprocessed}
	}
	return outcomes
}

func told(n int, s schema.Status) schema.Outcome {
	return schema.Outcome{Action: schema.Action{N: n}, Status: s}
}

// TestProgressWithoutATerminal: one log line each ten seconds says how far the run is,
// and none comes after its end.
func TestProgressWithoutATerminal(t *testing.T) {
	for name, columns := range map[string]int{"a file": 0, "a dumb terminal": 80} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var out bytes.Buffer
				a := testApp(t, &out, columns, map[string]string{"TERM": "dumb"})
				p := a.startProgress(unprocessed(4))
				for n, s := range []schema.Status{schema.StatusUnknown, schema.StatusCreated, schema.StatusCreated} {
					p.tell(told(n, s))
				}
				p.tell(told(0, schema.StatusFailed))
				time.Sleep(logInterval + time.Second)
				a.waiting(gij.Wait{Reason: gij.ReasonBusy, For: time.Minute})
				time.Sleep(logInterval)
				p.stop()
				time.Sleep(logInterval)
				a.log.info("said a-secret", "word", "a-secret")
				lines := strings.Split(strings.TrimSpace(out.String()), "\n")
				if len(lines) != 3 || !strings.Contains(lines[0], `"done":3,"of":4,"so far":"2 created, 1 failed","time"`) ||
					!strings.Contains(lines[1], `"waiting for the server":"51 s"`) {
					t.Errorf("lines %q", lines)
				}
				if strings.Contains(lines[2], "a-secret") || strings.Contains(out.String(), "\x1b") {
					t.Errorf("a secret or an escape shows in %q", out.String())
				}
			})
		})
	}
}

// TestProgressAtATerminal: each moment of a run as people see it, on a wide screen and
// on a narrow one.
func TestProgressAtATerminal(t *testing.T) {
	for _, columns := range []int{80, 40} {
		t.Run(fmt.Sprint(columns), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				screen := newTerminal(columns)
				var seen strings.Builder
				a := testApp(t, crlf{screen}, columns, nil)
				look := func(what string) {
					synctest.Wait()
					fmt.Fprintf(&seen, "--- %s\n%s", what, clock.ReplaceAllString(screen.text(), "03:04:05 "))
				}
				a.log.info("server read")
				p := a.startProgress(unprocessed(400))
				look("it begins")
				for n := range 160 {
					time.Sleep(50 * time.Millisecond)
					p.tell(told(n, []schema.Status{schema.StatusCreated, schema.StatusCreated, schema.StatusUnchanged, schema.StatusFailed}[n%4]))
				}
				time.Sleep(drawInterval)
				look("8 seconds later")
				a.waiting(gij.Wait{Reason: gij.ReasonRetry, For: time.Hour})
				a.waiting(gij.Wait{Reason: gij.ReasonBusy, For: 12 * time.Second})
				time.Sleep(drawInterval)
				look("the server wants a pause")
				a.log.info("a log line in between")
				a.log.info("and another with 絵文字")
				look("something is logged")
				time.Sleep(time.Minute)
				look("a minute later")
				for n := range 400 {
					p.tell(told(n, schema.StatusCreated))
				}
				time.Sleep(drawInterval)
				look("all are done")
				p.stop()
				a.log.info("the end")
				look("the end")
				goldenScreen(t, fmt.Sprintf("progress-%d", columns), seen.String())
			})
		})
	}
}

// TestProgressOfAResumedRun does not begin at 0, and is not made faster by what was done
// before.
func TestProgressOfAResumedRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		screen := newTerminal(100)
		a := testApp(t, crlf{screen}, 100, nil)
		outcomes := unprocessed(100)
		for n := range 90 {
			outcomes[n].Status = schema.StatusCreated
		}
		p := a.startProgress(outcomes)
		time.Sleep(5 * time.Second)
		p.tell(told(90, schema.StatusFailed))
		time.Sleep(drawInterval)
		synctest.Wait()
		if got, want := screen.text(), "91% |██████████████████  | 91/100, 12/min, 46 s left: 90 created, 1 failed\n"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		p.stop()
	})
}

// TestProgressOfNothing: a plan without records shows no line.
func TestProgressOfNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		a := testApp(t, &out, 80, nil)
		p := a.startProgress(nil)
		time.Sleep(time.Minute)
		p.stop()
		if out.Len() > 0 {
			t.Errorf("%q", out.String())
		}
	})
}

// TestResizedScreen: the line fits the terminal as it is now.
func TestResizedScreen(t *testing.T) {
	columns := 80
	screen := newTerminal(columns)
	s := newScreen(screen, func() int { return columns })
	s.show(func(columns int) string { return strings.Repeat("東", columns) })
	if want := strings.Repeat("東", 39) + "…\n"; screen.text() != want {
		t.Errorf("%q, want %q", screen.text(), want)
	}
	columns = 20
	screen.resize(columns)
	s.refresh()
	if want := strings.Repeat("東", 9) + "…\n"; screen.text() != want {
		t.Errorf("%q, want %q", screen.text(), want)
	}
	columns = 0 // nobody knows
	screen.resize(100)
	s.refresh()
	if want := strings.Repeat("東", 39) + "…\n"; screen.text() != want {
		t.Errorf("%q, want %q", screen.text(), want)
	}
	s.show(nil)
	if screen.text() != "\n" {
		t.Errorf("%q is left", screen.text())
	}
}

// crlf does what a terminal's driver does.
type crlf struct{ io.Writer }

func (c crlf) Write(p []byte) (int, error) {
	if _, err := c.Writer.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(p), nil
}
