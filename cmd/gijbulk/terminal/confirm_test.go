package terminal

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

func TestConfirm(t *testing.T) {
	for answer, want := range map[string]bool{"y\n": true, "YES\r\n": true, " y ": true, "": false, "\n": false, "no\n": false, "yep\n": false} {
		var out bytes.Buffer
		got, err := Confirm(strings.NewReader(answer), &out, "go on?")
		if got != want || err != nil || out.String() != "go on? [y/N] " {
			t.Errorf("%q: %t, want %t; error %v, output %q", answer, got, want, err, out.String())
		}
	}
	if _, err := Confirm(strings.NewReader("y\n"), failing{}, "go on?"); err == nil {
		t.Error("a question that was not shown is confirmed")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
