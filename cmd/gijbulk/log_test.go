package main

import (
	"bytes"
	stdlog "log"
	"strings"
	"testing"

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
