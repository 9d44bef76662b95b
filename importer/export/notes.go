package export

import (
	"fmt"

	"gijbulk/schema"
)

type notes struct {
	list []*note
	at   map[noteKey]*note
}

type noteKey struct {
	field schema.Field
	why   string
}

type note struct {
	noteKey
	advice  string
	place   schema.Place // of the first record
	first   string       // what that is called
	records int
}

func (n *notes) add(r *schema.Record, f schema.Field, why, advice string) {
	key := noteKey{f, why}
	known := n.at[key]
	if known == nil {
		known = &note{noteKey: key, advice: advice, place: r.Place, first: nameOf(r)}
		n.list = append(n.list, known)
		if n.at == nil {
			n.at = map[noteKey]*note{}
		}
		n.at[key] = known
	}
	known.records++
}

func (n *notes) findings() []schema.Finding {
	var found []schema.Finding
	for _, k := range n.list {
		whose := schema.Quote(k.first)
		if k.records > 1 {
			whose = fmt.Sprintf("%d records, the first %s", k.records, whose)
		}
		finding := schema.CodeExportNotHeld.Newf(k.place, k.field.String(), "%s (%s)", k.why, whose)
		if k.advice != "" {
			finding.Advice = k.advice
		}
		found = append(found, finding)
	}
	return found
}
