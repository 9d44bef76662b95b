package terminal

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gijbulk/cmd/gijbulk/terminal/terminaltest"
	"gijbulk/schema"
)

func unprocessed(n int) []schema.Status {
	statuses := make([]schema.Status, n)
	for i := range statuses {
		statuses[i] = schema.StatusUnprocessed
	}
	return statuses
}

// options show progress at a terminal.
func options(term *terminaltest.Terminal, columns int) ProgressOptions {
	return ProgressOptions{Screen: NewScreen(crlf{term}, func() int { return columns }), Now: time.Now, Waiting: &Waiting{}}
}

// TestProgressWithoutATerminal: a log line every ten seconds, and none after the end.
func TestProgressWithoutATerminal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lines []string
		o := ProgressOptions{Now: time.Now, Waiting: &Waiting{}, Log: func(message string, pairs ...any) {
			lines = append(lines, message+" "+fmt.Sprint(pairs...))
		}}
		p := StartProgress(o, unprocessed(4))
		for n, s := range []schema.Status{schema.StatusUnknown, schema.StatusCreated, schema.StatusCreated} {
			p.Update(n, s)
		}
		p.Update(0, schema.StatusFailed)
		time.Sleep(logInterval + time.Second)
		o.Waiting.Start(time.Now(), time.Minute)
		time.Sleep(logInterval)
		p.Stop()
		time.Sleep(logInterval)
		want := []any{"done", 3, "of", 4, "so far", "2 created, 1 failed"}
		waiting := append(want, "waiting for the server", "51 s")
		if len(lines) != 2 || lines[0] != "running "+fmt.Sprint(want...) || lines[1] != "running "+fmt.Sprint(waiting...) {
			t.Errorf("lines %q", lines)
		}
	})
}

// TestProgressAtATerminal: what people see during a run, on a wide screen and on a narrow
// one.
func TestProgressAtATerminal(t *testing.T) {
	for _, columns := range []int{80, 40} {
		t.Run(fmt.Sprint(columns), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				term := terminaltest.New(columns)
				var seen strings.Builder
				o := options(term, columns)
				look := func(what string) {
					synctest.Wait()
					fmt.Fprintf(&seen, "--- %s\n%s", what, term.Text())
				}
				log := func(message string) { fmt.Fprintf(o.Screen, "03:04:05 INF %s\n", message) }
				log("server read")
				p := StartProgress(o, unprocessed(400))
				look("it begins")
				for n := range 160 {
					time.Sleep(50 * time.Millisecond)
					p.Update(n, []schema.Status{schema.StatusCreated, schema.StatusCreated, schema.StatusUnchanged, schema.StatusFailed}[n%4])
				}
				time.Sleep(drawInterval)
				look("8 seconds later")
				o.Waiting.Start(time.Now(), 12*time.Second)
				time.Sleep(drawInterval)
				look("the server wants a pause")
				log("a log line in between")
				log("and another with 絵文字")
				look("something is logged")
				time.Sleep(time.Minute)
				look("a minute later")
				for n := range 400 {
					p.Update(n, schema.StatusCreated)
				}
				time.Sleep(drawInterval)
				look("all are done")
				p.Stop()
				log("the end")
				look("the end")
				terminaltest.Golden(t, fmt.Sprintf("progress-%d", columns), seen.String())
			})
		})
	}
}

// TestProgressOfAResumedRun does not begin at 0, and what was done before does not count
// for the rate.
func TestProgressOfAResumedRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := terminaltest.New(100)
		statuses := unprocessed(100)
		for n := range 90 {
			statuses[n] = schema.StatusCreated
		}
		p := StartProgress(options(term, 100), statuses)
		time.Sleep(5 * time.Second)
		p.Update(90, schema.StatusFailed)
		time.Sleep(drawInterval)
		synctest.Wait()
		if got, want := term.Text(), "91% |██████████████████  | 91/100, 12/min, 46 s left: 90 created, 1 failed\n"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		p.Stop()
	})
}

// TestProgressOfFirstIndexings: what the run waits for is in the status line and in the log lines.
func TestProgressOfFirstIndexings(t *testing.T) {
	type one struct {
		n   int
		now FirstIndexing
	}
	for want, all := range map[string][]one{
		"2 scanning":                             {{0, FirstIndexing{}}, {1, FirstIndexing{}}},
		"scan ended; 12 of 40 indexed":           {{0, FirstIndexing{}}, {0, FirstIndexing{true, 12, 40}}},
		"1 scanning, scan ended; 0 of 3 indexed": {{0, FirstIndexing{true, 0, 3}}, {1, FirstIndexing{}}},
		"2 scans ended; 15 of 50 indexed":        {{0, FirstIndexing{true, 5, 10}}, {1, FirstIndexing{true, 10, 40}}},
	} {
		synctest.Test(t, func(t *testing.T) {
			term := terminaltest.New(100)
			p := StartProgress(options(term, 100), unprocessed(2))
			p.Update(0, schema.StatusCreated)
			for _, i := range all {
				p.Indexing(i.n, i.now)
			}
			time.Sleep(drawInterval)
			synctest.Wait()
			if text := term.Text(); !strings.HasSuffix(text, " 1/2, "+want+": 1 created\n") {
				t.Errorf("shown: %s, want %s", text, want)
			}
			p.Update(1, schema.StatusCreated)
			time.Sleep(drawInterval)
			synctest.Wait()
			if text := term.Text(); !strings.HasSuffix(text, " 2/2, "+want+": 2 created\n") {
				t.Errorf("shown: %s, want %s", text, want)
			}
			p.Indexed(0)
			p.Indexed(1)
			time.Sleep(drawInterval)
			synctest.Wait()
			if text := term.Text(); !strings.Contains(text, "2/2, verifying") {
				t.Errorf("shown: %s", text)
			}
			p.Stop()

			var lines []string
			p = StartProgress(ProgressOptions{Now: time.Now, Waiting: &Waiting{}, Log: func(message string, pairs ...any) {
				lines = append(lines, fmt.Sprintln(pairs...))
			}}, unprocessed(2))
			for _, i := range all {
				p.Indexing(i.n, i.now)
			}
			time.Sleep(logInterval + time.Second)
			p.Stop()
			if len(lines) != 1 || !strings.Contains(lines[0], "indexing "+want) {
				t.Errorf("logged: %q, want %s", lines, want)
			}
		})
	}
}

// TestProgressOfNothing: a plan without records has no status line.
func TestProgressOfNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		term := terminaltest.New(80)
		p := StartProgress(options(term, 80), nil)
		time.Sleep(time.Minute)
		p.Stop()
		if term.Raw() != "" {
			t.Errorf("%q", term.Raw())
		}
	})
}

// crlf does what a terminal's driver does.
type crlf struct{ io.Writer }

func (c crlf) Write(p []byte) (int, error) {
	if _, err := c.Writer.Write(bytes.ReplaceAll(p, []byte("\n"), []byte("\r\n"))); err != nil {
		return 0, err
	}
	return len(p), nil
}
