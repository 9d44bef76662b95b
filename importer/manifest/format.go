package manifest

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"regexp"
	"strings"

	"gijbulk/importer/document"
	"gijbulk/schema"
)

// Format is the format of a manifest; "" means that it is detected.
type Format string

// The formats.
const (
	CSV   Format = "csv"
	TSV   Format = "tsv"
	YAML  Format = "yaml"
	JSON  Format = "json"
	JSONL Format = "jsonl"
	XLSX  Format = "xlsx" // read, not written
)

// Formats lists the formats that can be read and written.
func Formats() []Format { return []Format{CSV, TSV, YAML, JSON, JSONL} }

// ReadFormats lists the formats that can be read.
func ReadFormats() []Format { return append(Formats(), XLSX) }

var extensions = map[string]Format{
	".csv": CSV, ".tsv": TSV, ".yaml": YAML, ".yml": YAML, ".json": JSON, ".jsonl": JSONL, ".ndjson": JSONL, ".xlsx": XLSX,
}

// FormatOf returns the format for the extension of a file name, or "".
func FormatOf(name string) Format {
	file, _ := SplitSheet(name)
	return extensions[strings.ToLower(filepath.Ext(file))]
}

func (t *text) format(name string, asked Format) (Format, error) {
	switch asked {
	case CSV, TSV, YAML, JSON, JSONL:
		return asked, nil
	case "":
	default:
		return "", &document.Error{Code: schema.CodeFormatUnknown, Message: "there is no format " + schema.Quote(string(asked))}
	}
	if f := FormatOf(name); f != "" {
		return f, nil
	}
	if f := guess(t.head()); f != "" {
		return f, nil
	}
	return "", &document.Error{Code: schema.CodeFormatUnknown, Message: "neither the name nor the content tells the format"}
}

var yamlStart = regexp.MustCompile(`^(---|%YAML|-(\s|$)|["']?[$A-Za-z_<][\w<]*["']?:(\s|$)|[{[])`)

// guess detects the format by the beginning of a text, or returns "".
func guess(head []byte) Format {
	head = bytes.TrimSpace(head)
	first, rest, _ := bytes.Cut(head, []byte("\n"))
	if f := guessJSON(head, first, bytes.TrimSpace(rest)); f != "" {
		return f
	}
	if bytes.HasPrefix(first, []byte("sep=")) || knownTitles(first, delimiterOf(head)) > 0 {
		return CSV
	}
	for line := range bytes.Lines(head) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			if yamlStart.Match(line) {
				return YAML
			}
			break
		}
	}
	return ""
}

// guessJSON detects JSON by what follows its brackets: YAML has bare words there.
func guessJSON(head, first, rest []byte) Format {
	inner := bytes.TrimLeft(head, "[{ \t\r\n")
	if len(inner) == len(head) || len(inner) > 0 && bytes.IndexByte([]byte("\"]}"), inner[0]) < 0 {
		return ""
	}
	if head[0] == '{' && len(rest) > 0 && rest[0] == '{' && json.Valid(first) {
		return JSONL
	}
	return JSON
}
