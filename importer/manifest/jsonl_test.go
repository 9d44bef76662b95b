package manifest

import (
	"strings"
	"testing"
)

func TestLinesOfJSON(t *testing.T) {
	const first, tooLarge = `#1 1:1 type@1:9=s"A"`, `: the line is larger than 4 MiB`
	large := strings.Repeat("x", largestRow)
	tell(t, []story{
		{"blank lines", "", JSONL, "{\"type\":\"A\"}\r\n \n\n{\"type\":\"B\"}\n", []string{first, `#2 4:1 type@4:9=s"B"`}},
		{"the last line is too large", "", JSONL, "{\"type\":\"A\"}\n" + large + "x", []string{first, `#2 2:0`, `  of #2 2:0 cell-too-large ` + tooLarge}},
		{"a line that is as large as can be", "", JSONL, "{\"type\":\"A\"}" + large[len("{\"type\":\"A\"}\n"):] + "\n{\"type\":\"B\"}\n",
			[]string{`#1 1:0`, `  of #1 1:13 syntax : the line goes on after its record`, `#2 2:1 type@2:9=s"B"`}},
		{"bytes that are not UTF-8 in a line that is too large", "", JSONL, "{\"type\":\"A\"}\n" + large + "x\xfc\n",
			[]string{first, `2:0 bad-encoding : the text is not UTF-8 from here on`}},
	})
}
