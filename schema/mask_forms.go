package schema

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"regexp"
	"strings"
)

// formsOf lists a secret and the forms in which it reaches a message: encoded by the server, a
// proxy or a library, folded into one line, or one line of it alone.
func formsOf(secret string) []string {
	forms := []string{secret, strings.ToLower(secret), strings.Join(strings.Fields(secret), " ")}
	for _, line := range strings.Split(secret, "\n") {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "-----") { // of a PEM block, which every key has
			forms = append(forms, line)
		}
	}
	quoted, plainly := quotedJSON(secret, true), quotedJSON(secret, false)
	escaped := url.QueryEscape(secret)
	return append(forms,
		escaped, lowerEscapes(escaped), url.PathEscape(secret), lowerEscapes(url.PathEscape(secret)),
		html.EscapeString(secret),
		quoted, plainly, quotedJSON(quoted, true), quotedJSON(plainly, false),
		base64.StdEncoding.EncodeToString([]byte(secret)), base64.RawStdEncoding.EncodeToString([]byte(secret)),
		base64.URLEncoding.EncodeToString([]byte(secret)), base64.RawURLEncoding.EncodeToString([]byte(secret)))
}

var percentEscape = regexp.MustCompile("%[0-9A-F]{2}")

func lowerEscapes(s string) string { return percentEscape.ReplaceAllStringFunc(s, strings.ToLower) }

func quotedJSON(s string, escapeHTML bool) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(escapeHTML)
	if e.Encode(s) != nil {
		return s
	}
	text := strings.TrimSuffix(b.String(), "\n")
	return text[1 : len(text)-1]
}
