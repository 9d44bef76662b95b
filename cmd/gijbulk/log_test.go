package main

import (
	"bytes"
	"io"
	stdlog "log"
	"strings"
	"testing"
	"time"

	"gijbulk/schema"
)

// TestLibraryLogIsMasked: net/http logs what a server sends unasked, with whatever is in it.
func TestLibraryLogIsMasked(t *testing.T) {
	var out bytes.Buffer
	mask := schema.NewMask(nil, `s3cret"token`)
	log, err := newLogbook(&out, logOptions{level: "info", format: "json"}, false, func() schema.Mask { return mask })
	if err != nil {
		t.Fatal(err)
	}
	stdlog.New(libraryLog{log}, "", stdlog.LstdFlags).Printf("Unsolicited response received on idle HTTP channel starting with %q; err=<nil>", `HTTP/1.1 200 s3cret"token`)
	if got := out.String(); strings.Contains(got, "token") || !strings.Contains(got, `"message":"Unsolicited response`) || !strings.Contains(got, "[secret]") {
		t.Errorf("the log has %s", got)
	}
}

// TestCommandsTakeTheLibraryLog: what libraries log goes through the command's own log, which masks it.
func TestCommandsTakeTheLibraryLog(t *testing.T) {
	var taken io.Writer
	var out bytes.Buffer
	code := run(t.Context(), t.Context(), []string{"version"}, process{stdin: strings.NewReader(""), stdout: &out, stderr: &out, now: time.Now,
		lookupEnv: func(string) (string, bool) { return "", false }, columns: func() int { return 0 }, standardLog: func(w io.Writer) { taken = w }})
	if _, masked := taken.(libraryLog); code != exitDone || !masked {
		t.Errorf("exit %d, the log of libraries goes to %T: %s", code, taken, out.String())
	}
}
