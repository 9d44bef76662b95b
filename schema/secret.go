package schema

import (
	"fmt"
	"io"
	"strings"
)

const hiddenText = "[secret]"

// Scheme is the part of a reference before the colon: where a secret comes from.
type Scheme string

// The schemes. Where a value does not begin with one of them it is a literal.
const (
	SchemeEnv     Scheme = "env"     // env:NAME, an environment variable
	SchemeFile    Scheme = "file"    // file:PATH, a file's content without its trailing newline
	SchemeKeyring Scheme = "keyring" // keyring:SERVICE/USER, the system's keyring
	SchemeCommand Scheme = "cmd"     // cmd:COMMAND LINE, the output of a command run without a shell
)

// Secret is a password, a token or a user name that came by reference. Printed in
// whatever way it shows "[secret]"; only Reveal gives the value away.
type Secret struct {
	scheme Scheme // "" for a literal
	target string // what follows the scheme
	stand  string // for a literal: the reference that reports put in its place

	// value is behind a pointer because fmt looks into unexported fields without asking
	// for a Format method; of a pointer it shows the address. nil: not known.
	value *string
}

// Literal makes a secret that was written out in a manifest. stand is the reference
// to fill in that reports show in its place.
func Literal(value, stand string) Secret {
	return Secret{value: &value, stand: stand}
}

// SplitReference tells a reference from a literal: ok is false for a literal.
func SplitReference(s string) (scheme Scheme, target string, ok bool) {
	before, after, found := strings.Cut(s, ":")
	if !found {
		return "", "", false
	}
	switch scheme = Scheme(before); scheme {
	case SchemeEnv, SchemeFile, SchemeKeyring, SchemeCommand:
		return scheme, after, true
	}
	return "", "", false
}

// Refer makes a secret that a reference stands for.
func Refer(scheme Scheme, target string) Secret {
	return Secret{scheme: scheme, target: target}
}

// Source gives the scheme and what follows it; ok is false for a literal.
func (s Secret) Source() (scheme Scheme, target string, ok bool) {
	return s.scheme, s.target, s.scheme != ""
}

// Problem is what is wrong with the form of a reference; "" where nothing is.
func (s Secret) Problem() string { return badReference(s.scheme, s.target) }

// Reference is what may be shown in the secret's place: its reference, or for a
// literal the one to fill in. A literal left blank on purpose shows as blank.
func (s Secret) Reference() string {
	if s.scheme == "" {
		return s.stand
	}
	return string(s.scheme) + ":" + s.target
}

// Literal reports whether the value was written out in the manifest.
func (s Secret) Literal() bool { return s.scheme == "" && s.Reveal() != "" }

// Blank reports whether the secret is there and empty on purpose.
func (s Secret) Blank() bool { return s.Known() && s.Reveal() == "" }

// Known reports whether the value is at hand.
func (s Secret) Known() bool { return s.value != nil }

// Resolved returns the secret with its value.
func (s Secret) Resolved(value string) Secret {
	s.value = &value
	return s
}

// Reveal gives the value. Outside this package it is for the client's encoder, which
// sends it, and the journal, which keeps a keyed hash of it; a test over the source
// holds that.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

func (s Secret) equal(t Secret) bool {
	if s.scheme == "" && t.scheme == "" {
		return s.Reveal() == t.Reveal()
	}
	return s.scheme == t.scheme && s.target == t.target
}

// String shows "[secret]".
func (s Secret) String() string { return hiddenText }

// Format shows "[secret]" for every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hiddenText) }

// MarshalText shows "[secret]", to every encoder that asks.
func (s Secret) MarshalText() ([]byte, error) { return []byte(hiddenText), nil }
