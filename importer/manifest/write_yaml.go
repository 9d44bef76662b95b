package manifest

import (
	"bufio"
	"fmt"
	"iter"
	"regexp"
	"strconv"
	"strings"

	"gijbulk/schema"
)

// writeYAML writes records one after the other, which the YAML library cannot do
// without holding them all.
func writeYAML(b *bufio.Writer, records iter.Seq[schema.Record]) error {
	b.WriteString("version: 1")
	none := true
	open := func(list string) {
		b.WriteString("\n" + list + ":")
		none = false
	}
	err := inLists(records, open, func(i item) error { return writeItem(b, i) })
	if err != nil {
		return err
	}
	if none {
		open(keyIntegrations)
		b.WriteString(" []")
	}
	b.WriteByte('\n')
	return nil
}

// writeItem writes a record as an item of its list, and below it its rules.
func writeItem(b *bufio.Writer, i item) error {
	if err := writeFields(b, i, "\n  "); err != nil || len(i.record.Rules) == 0 {
		return err
	}
	b.WriteString("\n    " + keyNested + ":")
	for _, rule := range i.rules() {
		if err := writeFields(b, rule, "\n      "); err != nil {
			return err
		}
	}
	return nil
}

// writeFields writes the fields of an item of a list that begins on a line like this.
func writeFields(b *bufio.Writer, i item, line string) error {
	fields := i.listed()
	if source := sourceOf(i.record); source != "" {
		b.WriteString(line + "# " + source)
	}
	if len(fields) == 0 {
		b.WriteString(line + "- {}")
	}
	for at, f := range fields {
		v, err := plainValue(i.number, f, i.record.Get(f))
		if err != nil {
			return err
		}
		indent := line + "  "
		if at == 0 {
			indent = line + "- "
		}
		b.WriteString(indent + f.String() + ": " + yamlText(v))
	}
	return nil
}

func yamlText(v any) string {
	switch v := v.(type) {
	case string:
		return yamlString(v)
	case []string:
		quoted := make([]string, len(v))
		for i, s := range v {
			quoted[i] = yamlString(s)
		}
		return "[" + strings.Join(quoted, ", ") + "]"
	case []int64:
		return strings.ReplaceAll(fmt.Sprint(v), " ", ", ")
	default:
		return fmt.Sprint(v)
	}
}

// plainText is what needs no quotes, in any version of YAML: words that begin with a
// letter or /, and whose punctuation means nothing to YAML, in brackets neither.
var (
	plainText = regexp.MustCompile(`^[A-Za-z/]([A-Za-z0-9_./+@~-]|:[A-Za-z0-9_./-]| [A-Za-z0-9_./+@~-])*$`)
	reserved  = regexp.MustCompile(`(?i)^(y|n|yes|no|on|off|true|false|null)$`)
)

// yamlString quotes where it must. Go's escapes are all escapes of YAML's double
// quotes too; \u names no half of a pair, and / is not escaped.
func yamlString(s string) string {
	if plainText.MatchString(s) && !reserved.MatchString(s) {
		return s
	}
	return strconv.Quote(s)
}
