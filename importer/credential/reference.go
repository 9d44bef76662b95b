package credential

import (
	"fmt"
	"strings"

	"gijbulk/schema"
)

// References assigns references to fill in to the owners of credentials.
type References struct {
	given map[string]string // by owner and field
	owned map[string]int    // how many owners have a variable of this name
}

// To is the reference for a field of the owner that these words name. Equal words always
// get the same reference, different words never.
func (r *References) To(f schema.Field, words ...string) string {
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

// Placeholders lists references to fill in, each once, in the order of the records.
type Placeholders struct {
	List []schema.Placeholder
	at   map[string]int
}

// Add counts a record with this name that has the reference.
func (p *Placeholders) Add(reference, name string) {
	if p.at == nil {
		p.at = map[string]int{}
	}
	i, known := p.at[reference]
	if !known {
		i = len(p.List)
		p.at[reference] = i
		p.List = append(p.List, schema.Placeholder{Reference: reference, For: name})
	}
	p.List[i].Records++
}
