package schema

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mask replaces known secrets inside texts: the second net under logs, errors and
// reports. The zero Mask hides nothing.
type Mask struct {
	replacer *strings.Replacer
	folded   foldedMask
	names    []string // user names, the longest first
}

// shortestMasked is in bytes. Shorter values ("git", "admin") stand in too many
// innocent words, and masking those would tell more than it hides.
const shortestMasked = 6

// NewMask makes a mask that hides these secrets and further values, such as the
// run's own credentials, in every form in which they may appear.
func NewMask(secrets []Secret, further ...string) Mask {
	known := slices.Clone(further)
	for _, s := range secrets {
		known = append(known, s.Reveal())
	}
	known = longestFirst(known)
	var values []string
	for _, v := range known {
		values = append(values, formsOf(v)...)
	}
	values = longestFirst(values)
	pairs := make([]string, 0, 2*len(values))
	for _, v := range values {
		pairs = append(pairs, v, hiddenText)
	}
	return Mask{replacer: strings.NewReplacer(pairs...), folded: newFoldedMask(known)}
}

// longestFirst is what is long enough to be masked: a secret that begins with another must
// not leave its tail.
func longestFirst(values []string) []string {
	values = slices.DeleteFunc(values, func(v string) bool { return len(v) < shortestMasked })
	slices.SortFunc(values, func(a, b string) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(a, b)
	})
	return slices.Compact(values)
}

// AndNames makes the mask hide these user names as well, in what HideSaid is given.
func (m Mask) AndNames(names []Secret) Mask {
	m.names = nil
	for _, s := range names {
		m.names = append(m.names, s.Reveal())
	}
	m.names = longestFirst(m.names)
	return m
}

// Hide returns s with every known secret replaced by "[secret]".
func (m Mask) Hide(s string) string {
	if m.replacer == nil || len(s) < shortestMasked {
		return s // too short to hold one
	}
	return m.replacer.Replace(s)
}

// HideSaid is Hide for what somebody said, such as a server in an error or we in a log: it
// finds secrets in further forms and those in URLs, and replaces user names too, where they stand as
// words of their own. In what a manifest
// itself holds they stay: "gitlab" may be the user's name, and is the host's as well.
func (m Mask) HideSaid(s string) string {
	s = withoutURLSecrets(m.folded.hide(m.Hide(s)))
	for _, name := range m.names {
		if strings.Contains(s, name) {
			s = hideWord(s, name)
		}
	}
	return s
}

// hideWord replaces a word that is no part of a longer one, or of an address.
func hideWord(s, word string) string {
	var b strings.Builder
	for from := 0; ; {
		i := strings.Index(s[from:], word)
		if i < 0 {
			b.WriteString(s[from:])
			return b.String()
		}
		start, end := from+i, from+i+len(word)
		b.WriteString(s[from:start])
		if partOf(s[:start], s[end:]) {
			b.WriteString(word)
		} else {
			b.WriteString(hiddenText)
		}
		from = end
	}
}

// partOf reports whether what stands between two texts is a part of a longer word, or of
// an address other than the user in it.
func partOf(before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	next, size := utf8.DecodeRuneInString(after)
	afterNext, _ := utf8.DecodeRuneInString(after[size:])
	switch {
	case inWord(last), inWord(next), next == '.' && inWord(afterNext):
		return true
	case last == '.':
		beforeLast, _ := utf8.DecodeLastRuneInString(before[:len(before)-1])
		return inWord(beforeLast)
	}
	return (last == '/' || last == '@') && next != '@' || next == '/'
}

func inWord(r rune) bool {
	return r == '_' || r == '-' || r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
