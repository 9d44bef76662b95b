package journal

import (
	"encoding/json"

	"gijbulk/schema"
)

// tableJSON is what the records of a CSV or TSV file share. Its document is the header alone,
// a list, where the dialect is the usual one.
type tableJSON struct {
	Columns []string        `json:"columns"`
	Dialect *schema.Dialect `json:"dialect"`
}

// tablesByFile are the tables that the actions' records come from, by file.
func tablesByFile(actions []schema.Action) map[string]tableJSON {
	tables := make(map[string]tableJSON)
	for i := range actions {
		want := &actions[i].Want
		for _, r := range append([]schema.Record{*want}, want.Rules...) {
			if r.Columns != nil {
				tables[r.Place.File] = tableJSON{r.Columns, r.Dialect}
			}
		}
	}
	return tables
}

// MarshalJSON encodes the document.
func (t tableJSON) MarshalJSON() ([]byte, error) {
	if t.Dialect == nil {
		return json.Marshal(t.Columns)
	}
	type plain tableJSON
	return json.Marshal(plain(t))
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (t *tableJSON) UnmarshalJSON(data []byte) error {
	if data[0] == '[' {
		return json.Unmarshal(data, &t.Columns)
	}
	type plain tableJSON
	return json.Unmarshal(data, (*plain)(t))
}
