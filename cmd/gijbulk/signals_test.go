//go:build unix

package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"testing"
)

// TestSignals: what asks a run to end does so softly first, a terminal that goes away
// included, and hard the second time.
func TestSignals(t *testing.T) {
	own := make(chan os.Signal, 8)
	for sent, want := range map[syscall.Signal]int{syscall.SIGINT: exitInterrupted, syscall.SIGTERM: exitTerminated, syscall.SIGHUP: exitTerminated} {
		signal.Notify(own, sent) // also where the tests run under nohup
		soft, hard, release := withSignals(t.Context())
		send := func() {
			if err := syscall.Kill(os.Getpid(), sent); err != nil {
				t.Fatal(err)
			}
		}
		send()
		<-soft.Done()
		if code, _ := codeOf(context.Cause(soft)); code != want || hard.Err() != nil {
			t.Errorf("%s: exit code %d, want %d; hard: %v", sent, code, want, hard.Err())
		}
		send()
		<-hard.Done()
		release()
	}
	signal.Stop(own)
}

// TestNohupIsHeeded: who had a run ignore that its terminal goes away wants it to go on.
func TestNohupIsHeeded(t *testing.T) {
	signal.Ignore(syscall.SIGHUP)
	defer signal.Reset(syscall.SIGHUP)
	_, _, release := withSignals(t.Context())
	defer release()
	if !signal.Ignored(syscall.SIGHUP) {
		t.Error("it is heard all the same")
	}
}
