package journal

import (
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"gijbulk/schema"
)

// TestLinesRoundTrip holds that what is appended to a step is one line, and that what is
// read from it is what was written, whatever the texts that came from a server.
func TestLinesRoundTrip(t *testing.T) {
	number := rapid.Int64Min(0)
	text := rapid.String()
	rapid.Check(t, func(t *rapid.T) {
		e := event{N: int(number.Draw(t, "n")), Begun: number.Draw(t, "begun"), Started: number.Draw(t, "started"), Status: text.Draw(t, "status"),
			Class: text.Draw(t, "class"), Stop: text.Draw(t, "stop"), ID: number.Draw(t, "id"), Attempts: int(number.Draw(t, "attempts")),
			HTTP: int(number.Draw(t, "http")), Passing: rapid.Bool().Draw(t, "passing"), Waited: rapid.Bool().Draw(t, "waited"),
			Error: text.Draw(t, "error"), Advice: text.Draw(t, "advice"), Took: number.Draw(t, "took")}
		if rapid.Bool().Draw(t, "seen") {
			e.Seen = []byte(`{"have":{"id":1}}`)
		}
		readBack(t, e.appendLine([]byte("before\n")), e)
		l := lesson{ID: number.Draw(t, "live"), Gone: rapid.Bool().Draw(t, "gone"), Type: schema.Type(text.Draw(t, "type")), Origin: text.Draw(t, "origin"),
			Region: text.Draw(t, "region"), Name: text.Draw(t, "name"), All: rapid.Bool().Draw(t, "all")}
		if forget := rapid.SliceOf(text).Draw(t, "forget"); len(forget) > 0 {
			l.Forget = forget
		}
		if sent := rapid.SliceOf(rapid.Byte()).Draw(t, "sent"); len(sent) > 0 {
			l.Sent = sent
		}
		readBack(t, l.appendLine([]byte("before\n")), l)
	})
}

func readBack[T any](t *rapid.T, lines []byte, want T) {
	line, found := bytes.CutPrefix(lines, []byte("before\n"))
	if !found || bytes.IndexByte(line, '\n') != len(line)-1 {
		t.Fatalf("not a line more: %q", lines)
	}
	var got T
	if err := json.Unmarshal(line, &got); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	if d := diff(want, got); d != "" {
		t.Fatal(d)
	}
}
