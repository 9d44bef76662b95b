package export

import (
	"fmt"

	"gijbulk/schema"
)

// warnings holds one warning for each field and reason, with the number of its records.
type warnings []warning

type warning struct {
	field   schema.Field
	why     string
	advice  string
	place   schema.Place // of the first record
	first   string       // its name
	records int
}

func (ws *warnings) add(r *schema.Record, f schema.Field, why, advice string) {
	for i := range *ws {
		if w := &(*ws)[i]; w.field == f && w.why == why {
			w.records++
			return
		}
	}
	*ws = append(*ws, warning{f, why, advice, r.Place, nameOf(r), 1})
}

func (ws warnings) findings() []schema.Finding {
	var found []schema.Finding
	for _, w := range ws {
		whose := schema.Quote(w.first)
		if w.records > 1 {
			whose = fmt.Sprintf("%d records, the first %s", w.records, whose)
		}
		finding := schema.CodeExportNotHeld.Newf(w.place, w.field.String(), "%s (%s)", w.why, whose)
		if w.advice != "" {
			finding.Advice = w.advice
		}
		found = append(found, finding)
	}
	return found
}
