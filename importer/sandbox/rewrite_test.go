package sandbox

import (
	"strings"
	"testing"
)

func TestNamesAreRewritten(t *testing.T) {
	long := strings.Repeat("é", 300)
	for faults, want := range map[string]map[string]string{
		"rewrite-names=spaces": {"  A \t b  ": "A b", "\u00a0x": "x"},
		"rewrite-names=lower":  {"Büro ÄÖ": "büro äö"},
		"rewrite-names=short":  {long: strings.Repeat("é", 255)},
		"rewrite-names=nfc":    {"Bu\u0308ro": "B\u00fcro"},
		"rewrite-names=100%":   {"  BU\u0308RO  1 ": "b\u00fcro 1"},
	} {
		t.Run(faults, func(t *testing.T) {
			for sent, stored := range want {
				s := scripted(t, faults)
				mustAdd(t, s, named(sent))
				mustAddRepository(t, s, plainRepository("x"))
				send(t, s, "PUT", repositories, `{"id":2,"displayName":"`+strings.ReplaceAll(sent, "\t", " ")+`"}`)
				if in, re := s.Integrations()[0].DisplayName, s.Repositories()[0].DisplayName; in != stored || re != stored {
					t.Errorf("%q is stored as %q and %q, want %q", sent, in, re, stored)
				}
			}
		})
	}
}

func TestOneNameIsRewritten(t *testing.T) {
	s := scripted(t, "rewrite-names:lower=#2")
	for _, name := range []string{"A", "B", "C"} {
		mustAdd(t, s, named(name))
	}
	if got := strings.Join(liveNames(s), " "); got != "A b C" {
		t.Errorf("stored %s", got)
	}
}
