package schema

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// shortestFolded is in bytes. A shorter secret is found only in the forms that are looked for
// exactly: without blanks and case, innocent words would look like it.
const shortestFolded = 10

// foldedMask finds secrets in a text however often it was escaped, wrapped into lines, or
// written in capitals. Both are folded, and what is found is replaced in the text as it was.
type foldedMask struct{ replacer *strings.Replacer }

// found stands in a folded text, which has no control characters, for each byte of a secret.
const found = "\x00"

func newFoldedMask(secrets []string) foldedMask {
	var all []string
	for _, s := range secrets {
		all = append(all, plainBase64(s)...)
		all = append(all, hex.EncodeToString([]byte(s)), s)
	}
	var values []string
	for _, s := range all {
		values = append(values, string(foldText(s).text))
	}
	values = slices.DeleteFunc(longestFirst(values), func(v string) bool { return len(v) < shortestFolded })
	pairs := make([]string, 0, 2*len(values))
	for _, v := range values {
		pairs = append(pairs, v, strings.Repeat(found, len(v)))
	}
	return foldedMask{strings.NewReplacer(pairs...)}
}

// plainBase64 is what a text becomes in base64, whatever stands before and after it: its bytes
// begin at one of three places of the encoding's groups.
func plainBase64(s string) []string {
	var all []string
	for before := range 3 {
		for _, e := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			encoded := e.EncodeToString([]byte(strings.Repeat(" ", before) + s))
			if (before+len(s))%3 != 0 {
				encoded = encoded[:len(encoded)-1] // it has bits of what follows
			}
			all = append(all, encoded[(8*before+5)/6:])
		}
	}
	return all
}

func (m foldedMask) hide(s string) string {
	if m.replacer == nil || len(s) < shortestFolded {
		return s
	}
	f := foldText(s)
	masked := m.replacer.Replace(string(f.text))
	if !strings.Contains(masked, found) {
		return s
	}
	var b strings.Builder
	done := 0
	for i := 0; i < len(masked); i++ {
		if masked[i] != found[0] {
			continue
		}
		b.WriteString(s[done:f.from[i]])
		b.WriteString(hiddenText)
		for i+1 < len(masked) && masked[i+1] == found[0] {
			i++
		}
		done = f.to[i]
	}
	b.WriteString(s[done:])
	return b.String()
}

// folded is a text without escapes, blanks and case, with the part of the original that each of
// its bytes came from.
type folded struct {
	text     []byte
	from, to []int
}

// foldText undoes escapes within escapes as well.
func foldText(s string) folded {
	const deepest = 4
	f := folded{text: []byte(s), from: make([]int, len(s)), to: make([]int, len(s))}
	for i := range len(s) {
		f.from[i], f.to[i] = i, i+1
	}
	for range deepest {
		next := f.unescaped()
		if len(next.text) == len(f.text) {
			return next
		}
		f = next
	}
	return f
}

// unescaped undoes one level of escapes, and drops what is not seen.
func (f folded) unescaped() folded {
	out := folded{make([]byte, 0, len(f.text)), make([]int, 0, len(f.text)), make([]int, 0, len(f.text))}
	for i := 0; i < len(f.text); {
		char, size := unescape(f.text[i:])
		if !unicode.IsSpace(char) && unicode.IsPrint(char) && char != utf8.RuneError {
			out.text = utf8.AppendRune(out.text, unicode.ToLower(char))
			for len(out.from) < len(out.text) {
				out.from, out.to = append(out.from, f.from[i]), append(out.to, f.to[i+size-1])
			}
		}
		i += size
	}
	return out
}

// unescape reads the first character of a text: as it is, or as URLs, HTML and JSON escape it.
func unescape(text []byte) (char rune, size int) {
	next := byte(0)
	if len(text) > 1 {
		next = text[1]
	}
	switch {
	case text[0] == '%' && len(text) > 2:
		if code, err := strconv.ParseUint(string(text[1:3]), 16, 8); err == nil {
			return rune(code), 3
		}
	case text[0] == '&':
		entity := text[:min(len(text), 10)]
		if end := slices.Index(entity, ';'); end > 0 {
			escaped := string(entity[:end+1])
			if plain := html.UnescapeString(escaped); plain != escaped {
				char, _ := utf8.DecodeRuneInString(plain)
				return char, end + 1
			}
		}
	case text[0] == '\\' && next == 'u' && len(text) > 5:
		if code, err := strconv.ParseUint(string(text[2:6]), 16, 16); err == nil {
			return rune(code), 6
		}
	case text[0] == '\\' && next != 0 && strings.IndexByte(`"'\/nrt`, next) >= 0:
		if unicode.IsLetter(rune(next)) {
			return ' ', 2
		}
		return rune(next), 2
	}
	return utf8.DecodeRune(text)
}
