package gij

import (
	"bytes"
	"encoding/json"
	"html"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	longestText = 300      // bytes of a server's words that are shown
	longestPage = 64 << 10 // bytes of a page that are looked at
	longestHead = 4 << 10  // bytes of it whose words are sought: removing markup can take quadratic time
)

// oneLine makes foreign text fit for one line of a log or a report: no control
// characters, single blanks, at most longestText bytes.
func oneLine(s string) string {
	if len(s) > longestPage {
		s = s[:longestPage]
	}
	s = strings.Map(func(r rune) rune {
		if r == utf8.RuneError || !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(s), " ")
	if len(s) <= longestText {
		return s
	}
	cut := longestText - len("…")
	for !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "…"
}

// words finds what a body has to say to a person: the error and advice of the app, the
// messages of Jira, the title or first words of a page, or the text itself.
func words(body []byte) (text, advice string) {
	switch first(body) {
	case '{':
		return jsonWords(body)
	case '<':
		return pageWords(body), ""
	}
	return oneLine(string(body[:min(len(body), longestPage)])), ""
}

// first is the first byte of the body that is neither blank nor a byte order mark; 0 of
// an empty one.
func first(body []byte) byte {
	body = bytes.TrimLeft(body[:min(len(body), longestPage)], " \t\r\n\ufeff")
	if len(body) == 0 {
		return 0
	}
	return body[0]
}

func jsonWords(body []byte) (text, advice string) {
	var m map[string]json.RawMessage
	if json.Unmarshal(body, &m) != nil {
		return "", ""
	}
	var parts []string
	for _, name := range []string{"error", "message"} {
		parts = append(parts, asText(m[name]))
	}
	var messages []string
	if json.Unmarshal(m["errorMessages"], &messages) == nil {
		parts = append(parts, messages...)
	}
	var fields map[string]string
	if json.Unmarshal(m["errors"], &fields) == nil {
		for _, name := range slices.Sorted(maps.Keys(fields)) {
			parts = append(parts, name+": "+fields[name])
		}
	}
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return oneLine(strings.Join(parts, "; ")), oneLine(asText(m["advice"]))
}

// asText is the text of a JSON string, "" of anything else.
func asText(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

var (
	titleElement = regexp.MustCompile(`(?is)<title\b[^>]*>(.*?)</title>`)
	markup       = regexp.MustCompile(`(?is)<script\b.*?</script>|<style\b.*?</style>|<!--.*?-->|<[^>]*>`)
)

func pageWords(body []byte) string {
	page := string(body[:min(len(body), longestPage)])
	if m := titleElement.FindStringSubmatch(page); m != nil {
		if title := oneLine(html.UnescapeString(m[1])); title != "" {
			return title
		}
	}
	head := page[:min(len(page), longestHead)]
	return oneLine(html.UnescapeString(markup.ReplaceAllString(head, " ")))
}
