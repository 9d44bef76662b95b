package convert

import (
	"bytes"
	"encoding/json"
	"path"
	"regexp"
	"slices"
	"strings"
)

// Sample is what a text is recognized by.
type Sample struct {
	Name   string // the file's own, without its folders
	Head   string // the beginning of the text
	keys   []string
	header []string // of a table: its first row, folded
}

const headSize = 16 << 10

func sampleOf(in Input) *Sample {
	s := &Sample{Name: path.Base(strings.ReplaceAll(in.Name, `\`, "/")), Head: string(in.Text[:min(len(in.Text), headSize)])}
	text := bytes.TrimSpace(in.Text)
	switch {
	case IsJSON(text):
		s.keys = firstKeys(text)
	default:
		s.header = firstTitles(in.Text)
	}
	return s
}

// IsJSON reports whether a text begins as a list or an object.
func IsJSON(text []byte) bool {
	text = bytes.TrimLeft(text, " \t\r\n")
	return len(text) > 0 && (text[0] == '[' || text[0] == '{')
}

// HasAny reports whether the first repository has one of these keys.
func (s *Sample) HasAny(keys ...string) bool {
	return slices.ContainsFunc(keys, func(key string) bool { return slices.Contains(s.keys, key) })
}

// Has reports whether the first repository has all of these keys.
func (s *Sample) Has(keys ...string) bool {
	for _, key := range keys {
		if !slices.Contains(s.keys, key) {
			return false
		}
	}
	return true
}

// Mentions reports whether the beginning of the text matches a pattern.
func (s *Sample) Mentions(pattern string) bool {
	return regexp.MustCompile(pattern).MatchString(s.Head)
}

// Titled reports whether the header has all of these columns.
func (s *Sample) Titled(titles ...string) bool {
	for _, title := range titles {
		if !slices.Contains(s.header, FoldTitle(title)) {
			return false
		}
	}
	return true
}

// listKeys are the keys under which services put their lists.
var listKeys = []string{"values", "value", "data", "items", "repositories", "organizations", "repoData"}

// firstKeys tells the keys of the first repository of a JSON text, or where there is
// none, those of the object around it.
func firstKeys(text []byte) (keys []string) {
	d := json.NewDecoder(bytes.NewReader(text))
	lists := listKeys
	for range 8 { // lists in lists in objects
		token, err := d.Token()
		switch {
		case err != nil:
			return keys
		case token == json.Delim('['):
			continue
		case token != json.Delim('{'):
			return keys
		}
		var within bool
		if keys, within = keysBefore(d, lists); !within {
			return keys
		}
		if keys[len(keys)-1] == "data" {
			lists = slices.Concat(GraphQLKeys, []string{"node"}) // outside of an answer these mean something else
		}
	}
	return keys
}

func keysBefore(d *json.Decoder, lists []string) (keys []string, found bool) {
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return keys, false
		}
		key, _ := token.(string)
		keys = append(keys, key)
		if slices.Contains(lists, key) {
			return keys, true
		}
		var skipped json.RawMessage
		if d.Decode(&skipped) != nil {
			return keys, false
		}
	}
	return keys, false
}
