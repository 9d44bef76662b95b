package schema

// memo remembers what was worked out for a text: manifests repeat a few origins,
// patterns and references in thousands of records. Its zero value is ready.
type memo[V any] struct {
	known map[string]V
	last  string // what was asked for last, since neighbours are often alike
	value V      // of last
}

// remembered bounds a memo; a manifest that repeats nothing must not fill the memory.
const remembered = 4096

func (m *memo[V]) get(text string) (V, bool) {
	if text == m.last && text != "" {
		return m.value, true
	}
	v, ok := m.known[text]
	if ok {
		m.last, m.value = text, v
	}
	return v, ok
}

func (m *memo[V]) put(text string, v V) {
	if m.known == nil || len(m.known) >= remembered {
		m.known = make(map[string]V)
	}
	m.known[text] = v
}
