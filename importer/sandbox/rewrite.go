package sandbox

import (
	"net/http"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// longestName is how many characters "short" keeps of a name.
const longestName = 255

// rewritings are the parameters of [RewriteNames].
var rewritings = []string{"spaces", "lower", "short", "nfc"}

func (f Fault) rewrite(name string) string {
	switch f.parameter() {
	case "":
		for _, way := range rewritings {
			name = Fault(string(RewriteNames) + ":" + way).rewrite(name)
		}
	case "spaces":
		name = strings.Join(strings.Fields(name), " ")
	case "lower":
		name = strings.ToLower(name)
	case "short":
		characters := []rune(name)
		name = string(characters[:min(len(characters), longestName)])
	case "nfc":
		name = norm.NFC.String(name)
	}
	return name
}

func (s *Server) nameStored(r *http.Request, c *Connection) {
	if fault := s.script.names.choose(r.Method, r.URL.Path, true); fault != "" {
		c.DisplayName = fault.rewrite(c.DisplayName)
	}
}
