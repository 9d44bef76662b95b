package reports

import (
	"bufio"
	"encoding/json"
	"io"

	"gijbulk/schema"
)

// OutcomesJSON writes a run for programs: one [RecordInfo] per line, in the order of the
// manifest, and at the end {"summary": [RunInfo]}.
func OutcomesJSON(w io.Writer, run schema.Run, results []schema.Result) error {
	out := bufio.NewWriter(w)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	all := inManifestOrder(run, results)
	for _, r := range all {
		if err := encoder.Encode(recordInfo(r)); err != nil {
			return err
		}
	}
	if err := encoder.Encode(map[string]RunInfo{"summary": runInfo(run, all)}); err != nil {
		return err
	}
	return out.Flush()
}
