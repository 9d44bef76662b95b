package convert

import "gijbulk/schema"

// placeholders lists references to fill in, each once, in the order of the records.
type placeholders struct {
	list []schema.Placeholder
	at   map[string]int
}

// add notes that a record of this name has the reference.
func (p *placeholders) add(reference, name string) {
	if p.at == nil {
		p.at = map[string]int{}
	}
	i, known := p.at[reference]
	if !known {
		i = len(p.list)
		p.at[reference] = i
		p.list = append(p.list, schema.Placeholder{Reference: reference, For: name})
	}
	p.list[i].Records++
}
