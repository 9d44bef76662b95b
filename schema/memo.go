package schema

// memo remembers what was worked out for a text: manifests repeat a few origins,
// patterns and references in thousands of records. Its zero value is ready.
type memo[V any] struct {
	known map[string]V
}

// remembered bounds a memo; a manifest that repeats nothing must not fill the memory.
const remembered = 4096

func (m *memo[V]) get(text string) (V, bool) {
	v, ok := m.known[text]
	return v, ok
}

func (m *memo[V]) put(text string, v V) {
	if m.known == nil || len(m.known) >= remembered {
		m.known = make(map[string]V)
	}
	m.known[text] = v
}
