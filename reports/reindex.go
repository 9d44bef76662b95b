package reports

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"gijbulk/schema"
)

// ReindexInfo is a record of a manifest whose indexing was asked for, as programs get it.
type ReindexInfo struct {
	File        string               `json:"file"`
	Line        int                  `json:"line"`
	Record      int                  `json:"record"`
	ID          int64                `json:"id"` // on the server; 0 where it has no such record
	Kind        string               `json:"kind"`
	Type        string               `json:"type"`
	Origin      string               `json:"origin"`
	DisplayName string               `json:"displayName"`
	Status      schema.ReindexStatus `json:"status"`
	Error       string               `json:"error"`
	Advice      string               `json:"advice"`
}

// ReindexJSON writes one [ReindexInfo] per line.
func ReindexJSON(w io.Writer, records []schema.Reindexed) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for _, r := range records {
		if err := encoder.Encode(reindexInfo(r)); err != nil {
			return err
		}
	}
	return nil
}

func reindexInfo(r schema.Reindexed) ReindexInfo {
	p := r.Want.Place
	return ReindexInfo{p.File, p.Line, p.Record, r.ID, kindText(&r.Want), string(r.Want.Type()), r.Want.Origin(), r.Want.Name(), r.Status, r.Error, r.Advice}
}

// ReindexText writes for people what was asked for, record by record, and the counts.
func ReindexText(w io.Writer, records []schema.Reindexed, priority int, page Page) error {
	out := bufio.NewWriter(w)
	counts := make(map[schema.ReindexStatus]int)
	for _, r := range records {
		counts[r.Status]++
		page.line(out, 0, reindexLine(r, page))
		if r.Advice != "" {
			page.line(out, 2, page.paint(advice, "hint:")+" "+clipped(r.Advice))
		}
	}
	var words []string
	for _, s := range []schema.ReindexStatus{schema.ReindexAsked, schema.ReindexIndexed, schema.ReindexFailed, schema.ReindexMissing, ""} {
		if n := counts[s]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, reindexWords(s)))
		}
	}
	page.line(out, 0, fmt.Sprintf("%s (priority %d)", cmp.Or(strings.Join(words, ", "), "no records"), priority))
	return out.Flush()
}

func reindexWords(s schema.ReindexStatus) string {
	switch s {
	case schema.ReindexMissing:
		return "not on the server"
	case "":
		return "not asked for"
	}
	return string(s)
}

func reindexLine(r schema.Reindexed, page Page) string {
	look := good
	if r.Status != schema.ReindexAsked && r.Status != schema.ReindexIndexed {
		look = bad
	}
	what := cmp.Or(string(r.Want.Type()), kindText(&r.Want))
	text := joinNonEmpty(" ", what, oneLine(r.Want.Origin()))
	if name := r.Want.Name(); name != "" {
		text += fmt.Sprintf(" \"%s\"", oneLine(name))
	}
	if r.ID != 0 {
		text += fmt.Sprintf(" id %d", r.ID)
	}
	text = page.paint(look, reindexWords(r.Status)) + "  " + text + "  (" + fileLine(r.Want.Place) + ")"
	return joinNonEmpty(": ", text, clipped(r.Error))
}
