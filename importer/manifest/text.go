package manifest

import (
	"bufio"
	"bytes"
	"io"

	"gijbulk/importer/document"
)

// headSize is how many bytes of a text are looked at before it is read.
const headSize = 64 << 10

type text struct{ *bufio.Reader }

func open(r io.Reader) (*text, error) {
	t, err := document.Open(r)
	return &text{t}, err
}

func (t *text) head() []byte {
	head, _ := t.Peek(headSize) // an error comes again when it is read
	return head
}

func (t *text) blank() bool {
	head, err := t.Peek(headSize)
	return err == io.EOF && len(bytes.TrimSpace(head)) == 0
}
