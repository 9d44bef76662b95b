package schema

import (
	"fmt"
	"strings"
)

// Level is how much a finding weighs.
type Level uint8

// The levels. An error stops the whole run before anything is sent.
const (
	LevelError Level = iota
	LevelWarning
)

// String is "error" or "warning".
func (l Level) String() string {
	if l == LevelWarning {
		return "warning"
	}
	return "error"
}

// Finding is what a rule has to say about one place in a manifest.
type Finding struct {
	Place   Place
	Field   string // the field's name, or the key or header as written; "" for the record or file
	Level   Level
	Create  bool // it concerns only a record that has to be created
	Code    Code
	Message string // what is wrong; never holds a secret
	Advice  string // what to do about it
	Option  Option // the option that the advice is about, or ""
}

// String is the finding on one line, without the advice. What has no place, such as a
// live record, has none here either.
func (f Finding) String() string {
	var b strings.Builder
	if place := f.Place.String(); place != "" {
		b.WriteString(place + ": ")
	}
	if f.Field != "" {
		b.WriteString(f.Field)
		b.WriteString(": ")
	}
	b.WriteString(f.Message)
	return b.String()
}

// Newf makes a finding of a code at its usual level; the advice is the code's general
// one until Advise gives a better.
func (c Code) Newf(p Place, field, format string, args ...any) Finding {
	e := c.Explanation()
	return Finding{Place: p, Field: field, Level: e.Level, Code: c, Message: withoutURLSecrets(fmt.Sprintf(format, args...)), Advice: e.Advice, Option: c.Option()}
}

// Advise returns the finding with advice fit for this very case.
func (f Finding) Advise(format string, args ...any) Finding {
	f.Advice, f.Option = withoutURLSecrets(fmt.Sprintf(format, args...)), ""
	return f
}

// About returns the finding with the option that its advice is about.
func (f Finding) About(o Option) Finding {
	f.Option = o
	return f
}

// Quote shows a piece of a manifest in a message: quoted, and cut where it is long.
func Quote(s string) string {
	s = ShownURL(s)
	const longest = 60 // runes
	runes := []rune(s)
	if len(runes) > longest {
		return fmt.Sprintf("%q…", string(runes[:longest]))
	}
	return fmt.Sprintf("%q", s)
}
