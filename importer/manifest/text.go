package manifest

import (
	"bytes"
	"io"

	"gijbulk/importer/document"
	"gijbulk/schema"
)

// headSize is how many bytes of a text are looked at before it is read.
const headSize = 64 << 10

type text struct{ *document.Text }

func open(r io.Reader, e schema.Encoding) (*text, error) {
	t, err := document.Open(r, e)
	return &text{t}, err
}

func (t *text) head() []byte {
	head, _ := t.Peek(headSize) // an error comes again when it is read
	return head
}

// dialect is nil where it is the usual one.
func (t *text) dialect(delimiter rune) *schema.Dialect {
	d := schema.Dialect{Encoding: t.Encoding, BOM: t.BOM}
	if delimiter != ',' {
		d.Delimiter = schema.Delimiter(delimiter)
	}
	if d == (schema.Dialect{}) {
		return nil
	}
	return &d
}

func (t *text) blank() bool {
	head, err := t.Peek(headSize)
	return err == io.EOF && len(bytes.TrimSpace(head)) == 0
}
