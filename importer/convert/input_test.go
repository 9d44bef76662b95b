package convert

import (
	"errors"
	"strings"
	"testing"

	"gijbulk/schema"
)

// TestReadInput: a listing is read in the same encodings as a manifest.
func TestReadInput(t *testing.T) {
	for in, want := range map[string]string{
		"a\nb": "a\nb", "\ufeffa": "a", "\xff\xfea\x00\n\x00": "a\n", "": "",
	} {
		got, err := ReadInput(strings.NewReader(in), "f", schema.UTF8)
		if err != nil || string(got.Text) != want {
			t.Errorf("%q: %q, error %v", in, got, err)
		}
	}
	for _, in := range []string{"a\n\xff", "PK\x03\x04", "a\x00b\x00\x00"} {
		_, err := ReadInput(strings.NewReader(in), "f", schema.UTF8)
		var p *Problem
		if !errors.As(err, &p) || p.Place.File != "f" || p.Advice == "" {
			t.Errorf("%q: error %v", in, err)
		}
	}
}
