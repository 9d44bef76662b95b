package schema

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Glob matches the paths of nested repositories: * stands for a part of a segment, ** for any part of a path, and
// **/ for any number of whole segments, none included. A pattern without / is matched against the last segment.
type Glob struct {
	pattern string
	parts   []globPart
}

// globPart is a text, or a wildcard.
type globPart struct {
	text string // "" for a wildcard
	wild wildcard
}

type wildcard uint8

const (
	literal     wildcard = iota
	anyInside            // *: without /
	anyAcross            // **
	anySegments          // **/: empty, or up to and including a /
)

// NewGlob takes a pattern that [Checker] finds nothing wrong with.
func NewGlob(pattern string) Glob {
	g := Glob{pattern: pattern}
	if !strings.Contains(pattern, "/") {
		g.parts = append(g.parts, globPart{wild: anySegments})
	}
	for rest := pattern; rest != ""; {
		part := globPart{}
		boundary := len(g.parts) == 0 || strings.HasSuffix(g.parts[len(g.parts)-1].text, "/") || g.parts[len(g.parts)-1].wild == anySegments
		switch {
		case boundary && strings.HasPrefix(rest, "**/"):
			part.wild, rest = anySegments, rest[3:]
		case strings.HasPrefix(rest, "**"):
			part.wild, rest = anyAcross, rest[2:]
		case rest[0] == '*':
			part.wild, rest = anyInside, rest[1:]
		default:
			end := strings.IndexByte(rest, '*')
			if end < 0 {
				end = len(rest)
			}
			part.text, rest = rest[:end], rest[end:]
		}
		g.parts = append(g.parts, part)
	}
	return g
}

// String is the pattern.
func (g Glob) String() string { return g.pattern }

// Match reports whether a path, as [NestedPath] gives it, matches.
func (g Glob) Match(path string) bool { return matchParts(g.parts, path) }

func matchParts(parts []globPart, path string) bool {
	for i, part := range parts {
		rest := parts[i+1:]
		switch part.wild {
		case literal:
			var found bool
			if path, found = strings.CutPrefix(path, part.text); !found {
				return false
			}
			continue
		case anyAcross:
			for at := 0; at <= len(path); at++ {
				if matchParts(rest, path[at:]) {
					return true
				}
			}
		case anyInside:
			for at := 0; at <= len(path) && (at == 0 || path[at-1] != '/'); at++ {
				if matchParts(rest, path[at:]) {
					return true
				}
			}
		case anySegments:
			for at := 0; at <= len(path); at++ {
				if (at == 0 || path[at-1] == '/') && matchParts(rest, path[at:]) {
					return true
				}
			}
		}
		return false
	}
	return path == ""
}

// Covers reports that this glob matches all that another one does. Where it cannot tell, it does not.
func (g Glob) Covers(other Glob) bool {
	return coversParts(g.parts, other.symbols())
}

// symbols are the bytes of a pattern, with wildcards of its own as values above them.
func (g Glob) symbols() []int {
	var symbols []int
	for _, part := range g.parts {
		if part.wild != literal {
			symbols = append(symbols, symbolOf(part.wild))
			continue
		}
		for _, b := range []byte(part.text) {
			symbols = append(symbols, int(b))
		}
	}
	return symbols
}

func symbolOf(w wildcard) int { return 256 + int(w) }

func coversParts(parts []globPart, symbols []int) bool {
	if len(parts) == 0 {
		return len(symbols) == 0
	}
	part, rest := parts[0], parts[1:]
	if part.wild == literal {
		for _, b := range []byte(part.text) {
			if len(symbols) == 0 || symbols[0] != int(b) {
				return false
			}
			symbols = symbols[1:]
		}
		return coversParts(rest, symbols)
	}
	for at := 0; ; at++ {
		boundary := at == 0 || symbols[at-1] == '/' || symbols[at-1] == symbolOf(anySegments)
		if (part.wild != anySegments || boundary) && coversParts(rest, symbols[at:]) {
			return true
		}
		if at == len(symbols) || part.wild == anyInside && (symbols[at] == '/' || symbols[at] > symbolOf(anyInside)) {
			return false
		}
	}
}

// NestedPath is what a rule's match is compared with: the percent-decoded path of an origin, without host and .git.
func NestedPath(origin string) string {
	path := strings.TrimSpace(origin)
	if _, rest, isURL := strings.Cut(path, "://"); isURL {
		_, path, _ = strings.Cut(rest, "/")
		if decoded, err := url.PathUnescape(path); err == nil {
			path = decoded
		}
	} else if _, folder, ok := splitSCP(path); ok && !isAbsolute(path) {
		path = folder
	} else {
		path = strings.ReplaceAll(path, `\`, "/")
	}
	return strings.TrimSuffix(strings.Trim(path, "/"), ".git")
}

// PatternOf is a pattern for the path that is exactly this or, with wildcards, for those that begin with it. A * stands
// for each character that no pattern holds, so that it may match others too; ok is false where there is no pattern.
func PatternOf(path, wildcards string) (pattern string, ok bool) {
	held := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`?[]{}\`, r) || r == utf8.RuneError || unicode.IsControl(r) {
			return '*'
		}
		return r
	}, path)
	if trimmed := strings.TrimLeft(held, " "); trimmed != held {
		held = "*" + trimmed
	}
	if trimmed := strings.TrimRight(held, " "); trimmed != held && wildcards == "" {
		held = trimmed + "*"
	}
	held = manyStars.ReplaceAllString(held, "*")
	if wildcards != "" {
		held = strings.TrimSuffix(held, "*") + wildcards
	}
	problem, _ := badMatch(held)
	return held, held != "" && problem == ""
}

var manyStars = regexp.MustCompile(`\*+`)

// mostWildcards bounds what a match takes: each wildcard multiplies it by the length of the path.
const mostWildcards = 8

func badMatch(pattern string) (problem, advice string) {
	switch {
	case strings.Contains(pattern, "://"):
		return "is a URL; a match has neither scheme nor host", "write " + NestedPath(pattern)
	case strings.Count(strings.ReplaceAll(pattern, "**", "*"), "*") > mostWildcards:
		return "has more than 8 wildcards", "write a shorter pattern, or several rules"
	case strings.Contains(pattern, "***"):
		return "has three * in a row", "write * within a segment, ** across segments"
	case strings.ContainsAny(pattern, "?[]{}"):
		return "has a character that means something in other globs; here only * and ** do", "write * in its place, or one rule for each"
	case strings.Contains(pattern, `\`):
		return `has a \; the segments of a path are divided by /`, "write " + strings.ReplaceAll(pattern, `\`, "/")
	case strings.HasPrefix(pattern, "/") || strings.HasSuffix(pattern, "/") || strings.Contains(pattern, "//"):
		return "has an empty segment; a path neither begins nor ends with /", "write " + cleanPath(pattern)
	case strings.HasSuffix(pattern, ".git"):
		return "ends with .git, which is not a part of the path", "write " + strings.TrimSuffix(pattern, ".git")
	}
	return "", ""
}

func cleanPath(path string) string {
	segments := strings.FieldsFunc(path, func(r rune) bool { return r == '/' })
	return strings.Join(segments, "/")
}
