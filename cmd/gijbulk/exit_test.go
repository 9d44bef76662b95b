package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"gijbulk/importer/gij"
	"gijbulk/importer/journal"
	"gijbulk/schema"
)

// TestHintOfTheServer: what the server advises goes before our own words, as it does in
// the outcome of a record.
func TestHintOfTheServer(t *testing.T) {
	for _, tt := range []struct {
		advice string
		hint   gij.Need
		want   string
	}{
		{"Please wait for the upgrade.", "", "Please wait for the upgrade."},
		{"Please wait for the upgrade.", gij.NeedBaseURL, "Please wait for the upgrade."},
		{"", "check the clock", "check the clock"},
		{"", gij.NeedBaseURL, string(gij.NeedBaseURL) + " (--jira or JIRA_URL)"},
		{"", "", ""},
	} {
		err := fmt.Errorf("read the list: %w", &gij.Error{Class: schema.ClassRefused, Text: "the app is upgrading", Advice: tt.advice, Need: tt.hint})
		if _, got := codeOf(err); got != tt.want {
			t.Errorf("advice %q and hint %q are told as %q, want %q", tt.advice, tt.hint, got, tt.want)
		}
	}
	if code, hint := codeOf(&gij.Error{Class: schema.ClassNotDone, Status: 503}); code != exitTemporary || !strings.Contains(hint, "later") {
		t.Errorf("a busy server ends with %d and the hint %q", code, hint)
	}
}

// TestBrokenPipes: a reader that has ended is no error to speak of, a connection that is lost in the same way is one.
func TestBrokenPipes(t *testing.T) {
	output := &fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.EPIPE}
	database := &journal.Error{Kind: journal.KindConnection, Err: &net.OpError{Op: "write", Net: "tcp", Err: syscall.EPIPE}}
	for _, tt := range []struct {
		err  error
		want string
	}{
		{output, ""},
		{database, "no connection to the database: write tcp: broken pipe"},
		{errors.Join(output, database), "no connection to the database: write tcp: broken pipe"},
	} {
		var said bytes.Buffer
		newApp(context.Background(), process{stderr: &said, now: time.Now, columns: func() int { return 0 }, lookupEnv: func(string) (string, bool) { return "", false }}).complain(tt.err)
		if (tt.want == "") != (said.Len() == 0) || !strings.Contains(said.String(), tt.want) {
			t.Errorf("of %v is said %q", tt.err, said.String())
		}
	}
}
