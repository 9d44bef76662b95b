package journal

import (
	"bytes"
	"encoding/json"

	"gijbulk/schema"
)

// maskOptions hides secrets in every text of a JSON value; nil stays nil. It works on
// the decoded texts: an escaped secret would not be found.
func maskOptions(options []byte, mask schema.Mask) (any, error) {
	if options == nil {
		return nil, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(options))
	decoder.UseNumber() // keeps 64-bit numbers exact
	var value any
	err := decoder.Decode(&value)
	return maskJSON(value, mask), err
}

func maskJSON(value any, mask schema.Mask) any {
	switch x := value.(type) {
	case string:
		return mask.Hide(x)
	case []any:
		for i := range x {
			x[i] = maskJSON(x[i], mask)
		}
	case map[string]any:
		for name := range x {
			x[name] = maskJSON(x[name], mask)
		}
	}
	return value
}
