package convert

import (
	"fmt"
	"strings"

	"gijbulk/schema"
)

// references gives out the references that stand for credentials, of which nobody knows
// more than whose they are.
type references struct {
	given map[string]string // to each owner and field
	owned map[string]int    // names, and how many owners wanted each
}

// to is the reference for a field of whoever these words name. The same words get the
// same reference, others another.
func (r *references) to(f schema.Field, words ...string) string {
	if r.given == nil {
		r.given, r.owned = map[string]string{}, map[string]int{}
	}
	words = append(words, f.String())
	owner := strings.Join(words, "\x00")
	name, known := r.given[owner]
	if known {
		return name
	}
	base := variable(words)
	for name = base; r.owned[name] > 0; name = fmt.Sprintf("%s_%d", base, r.owned[base]) {
		r.owned[base]++
	}
	r.owned[name]++
	r.given[owner] = string(schema.SchemeEnv) + ":" + name
	return r.given[owner]
}

// variable is the name of an environment variable.
func variable(words []string) string {
	var b strings.Builder
	for _, r := range strings.ToUpper(strings.Join(words, "_")) {
		switch {
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	name := strings.Trim(b.String(), "_")
	if name[0] >= '0' && name[0] <= '9' {
		name = "GIT_" + name
	}
	return name
}

// secretOf names whom an integration's credentials belong to: the service, its host
// where that is one's own, and the organisation.
func (g *group) secretOf() []string {
	host := ""
	if t := g.service.typeAt(g.base); t == g.service.server && t != g.service.hosted || len(g.service.cloud) == 0 {
		host = g.host()
	}
	word := g.service.word
	if strings.HasPrefix(strings.ToUpper(host), word) {
		word = ""
	}
	return []string{word, host, g.account, g.owner}
}
