package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/rs/zerolog"

	"gijbulk/schema"
)

// logbook is the log. It hides secrets inside values, before these are encoded.
type logbook struct {
	zero zerolog.Logger
	json bool
	out  io.Writer // takes whole lines of logs that are as this one
	mask func() schema.Mask
}

type logOptions struct {
	level, format string
	quiet         bool
}

// newLogbook writes to w; mask is asked at each line, since secrets become known while
// the command runs.
func newLogbook(w io.Writer, o logOptions, colour bool, mask func() schema.Mask) (*logbook, error) {
	level, err := zerolog.ParseLevel(o.level)
	if err != nil || o.level == "" {
		return nil, usage("--log-level %q is none of trace, debug, info, warn, error", o.level)
	}
	if o.quiet {
		level = max(level, zerolog.ErrorLevel)
	}
	switch o.format {
	case logJSON:
		w = zerolog.SyncWriter(w)
	case "console":
		w = zerolog.ConsoleWriter{Out: w, NoColor: !colour, TimeFormat: time.TimeOnly}
	default:
		return nil, usage("--log-format %q is neither console nor json", o.format)
	}
	return &logbook{zero: zerolog.New(w).Level(level).With().Timestamp().Logger(), json: o.format == logJSON, out: w, mask: mask}, nil
}

// logJSON is the log format for programs.
const logJSON = "json"

// forRun adds the id of the run to the lines for programs from now on.
func (l *logbook) forRun(id string) {
	if l.json {
		l.zero = l.zero.With().Str("run", id).Logger()
	}
}

// pairs are alternating names and values.
func (l *logbook) write(e *zerolog.Event, message string, pairs []any) {
	if e == nil {
		return
	}
	mask := l.mask()
	for i := 0; i+1 < len(pairs); i += 2 {
		name := fmt.Sprint(pairs[i])
		switch v := pairs[i+1].(type) {
		case int:
			e = e.Int(name, v)
		case time.Duration:
			e = e.Str(name, v.Round(time.Millisecond).String())
		default:
			e = e.Str(name, mask.HideSaid(fmt.Sprint(v)))
		}
	}
	e.Msg(mask.HideSaid(message))
}

// logStep logs that a run goes on as it should: to a person who watches, while a log holds what needs
// one.
func (a *app) logStep(message string, pairs ...any) {
	if a.stderrIsTerminal {
		a.log.info(message, pairs...)
		return
	}
	a.log.debug(message, pairs...)
}

func (l *logbook) traces() bool { return l.zero.GetLevel() <= zerolog.TraceLevel }

func (l *logbook) trace(message string, pairs ...any) { l.write(l.zero.Trace(), message, pairs) }
func (l *logbook) debug(message string, pairs ...any) { l.write(l.zero.Debug(), message, pairs) }
func (l *logbook) info(message string, pairs ...any)  { l.write(l.zero.Info(), message, pairs) }
func (l *logbook) warn(message string, pairs ...any)  { l.write(l.zero.Warn(), message, pairs) }
func (l *logbook) error(message string, pairs ...any) { l.write(l.zero.Error(), message, pairs) }

func (l *logbook) finding(f schema.Finding) {
	log := l.error
	if f.Level == schema.LevelWarning {
		log = l.warn
	}
	log(f.Message, "file", f.Place.File, "line", f.Place.Line, "column", f.Place.Column, "record", f.Place.Record, "field", f.Field,
		"code", f.Code, "hint", f.Advice)
}

// print logs a line of a text for people at any level: the summary of a run is no message that
// --log-level could leave out.
func (l *logbook) print(line string) {
	l.write(l.zero.Log().Str(zerolog.LevelFieldName, zerolog.InfoLevel.String()), line, nil)
}

// textLog takes the texts for people on standard error where that is for programs: each of their
// lines is a line of the log.
type textLog struct {
	log  *logbook
	rest []byte // the beginning of a line
}

func (t *textLog) Write(text []byte) (int, error) {
	lines, rest := cutLines(append(t.rest, text...))
	t.rest = rest
	for _, line := range lines {
		if line := strings.TrimSpace(string(line)); line != "" {
			t.log.print(line)
		}
	}
	return len(text), nil
}

// cutLines cuts a text into its lines, and the beginning of one that has no end yet.
func cutLines(text []byte) (lines [][]byte, rest []byte) {
	for {
		line, after, whole := bytes.Cut(text, []byte("\n"))
		if !whole {
			return lines, text
		}
		lines, text = append(lines, line), after
	}
}

// libraryLog takes the lines of the standard library's log, which quote what servers send.
type libraryLog struct{ log *logbook }

func (l libraryLog) Write(line []byte) (int, error) {
	text := strings.TrimSpace(string(line))
	if _, after, dated := strings.Cut(text, " "); dated { // 2026/01/02 03:04:05 message
		if _, message, timed := strings.Cut(after, " "); timed {
			text = message
		}
	}
	l.log.warn(text)
	return len(line), nil
}
