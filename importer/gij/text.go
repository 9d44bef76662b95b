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
	longestLeft = 4 << 10  // bytes of its end that may be the beginning of a secret, where it is cut
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

// serverText finds what the body has to say to a person: the error and advice of the app, the
// messages of Jira, the title or first words of a page, or the text itself.
func (a answer) serverText() (text, advice string) {
	switch firstByte(a.body) {
	case '{':
		return a.jsonWords()
	case '<':
		return a.pageWords(), ""
	}
	return a.maskedLine(a.page()), ""
}

// page is the body without secrets, as much of it as is looked at.
func (a answer) page() string {
	if len(a.body) <= longestPage {
		return a.masked(string(a.body))
	}
	page := a.masked(string(a.body[:longestPage]))
	return page[:max(0, len(page)-longestLeft)]
}

func (a answer) maskedLine(s string) string { return oneLine(a.masked(s)) }

// masked hides secrets: before a text is folded or cut, which would leave parts of them.
func (a answer) masked(s string) string {
	if a.mask == nil {
		return s
	}
	return a.mask(s)
}

func (a answer) maskedError(err error) error {
	if err == nil {
		return nil
	}
	if text := err.Error(); a.masked(text) != text {
		return maskedError{a.masked(text), err}
	}
	return err
}

type maskedError struct {
	text string
	err  error
}

func (e maskedError) Error() string { return e.text }
func (e maskedError) Unwrap() error { return e.err }

func firstByte(body []byte) byte {
	body = bytes.TrimLeft(body[:min(len(body), longestPage)], " \t\r\n\ufeff")
	if len(body) == 0 {
		return 0
	}
	return body[0]
}

func (a answer) jsonWords() (text, advice string) {
	var m map[string]json.RawMessage
	if json.Unmarshal(a.body, &m) != nil {
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
	return a.maskedLine(strings.Join(parts, "; ")), a.maskedLine(asText(m["advice"]))
}

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

func (a answer) pageWords() string {
	page := a.page()
	if m := titleElement.FindStringSubmatch(page); m != nil {
		if title := a.maskedLine(html.UnescapeString(m[1])); title != "" {
			return title
		}
	}
	head := page[:min(len(page), longestHead)]
	return a.maskedLine(html.UnescapeString(markup.ReplaceAllString(head, " ")))
}
