package secrets

import (
	"context"
	"errors"
	"time"
)

var errNoAnswer = errors.New("no answer within the time limit")

// callWithTimeout is for calls that take no context: opening a named pipe without a writer, or
// asking for a keyring where no desktop runs, never returns. Such a call is abandoned.
func callWithTimeout[T any](ctx context.Context, limit time.Duration, f func() (T, error)) (T, error) {
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1) // so that a late f does not wait for a reader
	var none T
	if err := ctx.Err(); err != nil {
		return none, err
	}
	go func() {
		value, err := f()
		done <- result{value, err}
	}()
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case r := <-done:
		return r.value, r.err
	case <-timer.C:
		return none, errNoAnswer
	case <-ctx.Done():
		return none, ctx.Err()
	}
}
