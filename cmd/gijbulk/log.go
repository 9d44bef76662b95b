package main

import (
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
	case "json":
	case "console":
		w = zerolog.ConsoleWriter{Out: w, NoColor: !colour, TimeFormat: time.TimeOnly}
	default:
		return nil, usage("--log-format %q is neither console nor json", o.format)
	}
	return &logbook{zero: zerolog.New(w).Level(level).With().Timestamp().Logger(), mask: mask}, nil
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

func (l *logbook) traces() bool { return l.zero.GetLevel() <= zerolog.TraceLevel }

func (l *logbook) trace(message string, pairs ...any) { l.write(l.zero.Trace(), message, pairs) }
func (l *logbook) debug(message string, pairs ...any) { l.write(l.zero.Debug(), message, pairs) }
func (l *logbook) info(message string, pairs ...any)  { l.write(l.zero.Info(), message, pairs) }
func (l *logbook) warn(message string, pairs ...any)  { l.write(l.zero.Warn(), message, pairs) }

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
