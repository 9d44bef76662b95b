package main

import (
	"errors"

	"github.com/spf13/pflag"

	"gijbulk/importer/document"
	"gijbulk/schema"
)

// encodingFlag is the encoding of the files that a command reads.
type encodingFlag schema.Encoding

func (e *encodingFlag) addFlag(f *pflag.FlagSet) {
	f.Var(e, "encoding", "`NAME` of the files' encoding, such as cp1252 (default UTF-8; a byte order mark and UTF-16 are detected)")
}

// Type is shown in help texts.
func (e *encodingFlag) Type() string { return "string" }

// String is the name that the WHATWG Encoding Standard has for it; "" is UTF-8.
func (e *encodingFlag) String() string { return string(*e) }

// Set takes any of the names that the standard lists.
func (e *encodingFlag) Set(name string) error {
	known, ok := document.NamedEncoding(name)
	if !ok {
		return errors.New("no such encoding is known; try cp1252, iso-8859-15, macintosh or shift_jis")
	}
	*e = encodingFlag(known)
	return nil
}
