package convert

import (
	"bytes"
	"strings"
)

// section is a part of a configuration file below a title in brackets.
type section struct {
	Line  int
	Title string              // as it stands in the brackets
	keys  map[string][]string // the lines of each value
}

// Sections reads a configuration file. Keys are told in lower case; of one that occurs
// twice the last counts. A line that begins with a blank goes on with the value before,
// unless it has a key of its own.
func Sections(text []byte, keyed func(line string) (key, value string, ok bool)) []section {
	var sections []section
	var key string
	number := 0
	for raw := range bytes.Lines(text) {
		number++
		line := strings.TrimRight(string(raw), "\r\n\t ")
		trimmed := strings.TrimSpace(line)
		if trimmed == "" || trimmed[0] == '#' || trimmed[0] == ';' {
			continue
		}
		if end := strings.LastIndexByte(line, ']'); line[0] == '[' && end > 0 {
			sections = append(sections, section{Line: number, Title: line[1:end], keys: map[string][]string{}})
			key = ""
			continue
		}
		if len(sections) == 0 {
			continue
		}
		keys := sections[len(sections)-1].keys
		if name, value, ok := keyed(line); ok {
			key = strings.ToLower(name)
			keys[key] = []string{value}
		} else if key != "" {
			keys[key] = append(keys[key], trimmed)
		}
	}
	return sections
}

// Get looks a key up for Map and SkipIf.
func (s section) Get(name string) (string, bool) {
	_, ok := s.keys[strings.ToLower(name)]
	return s.Value(strings.ToLower(name)), ok
}

// Value is that of a key in lower case, or "".
func (s section) Value(key string) string { return strings.Join(s.keys[key], "\n") }
