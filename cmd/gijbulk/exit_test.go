package main

import (
	"fmt"
	"strings"
	"testing"

	"gijbulk/importer/gij"
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
