package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
)

// TestEachObeysItsContext: the bubble ends only when every goroutine has.
func TestEachObeysItsContext(t *testing.T) {
	file := filepath.Join(t.TempDir(), "m.csv")
	if err := os.WriteFile(file, []byte("type,displayName\n"+strings.Repeat("GITHUB,a\n", 200_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	enough := errors.New("enough")
	for _, tt := range []struct {
		name  string
		visit func(cancel context.CancelCauseFunc) error
	}{
		{"the context ends", func(cancel context.CancelCauseFunc) error { cancel(enough); return nil }},
		{"the visitor leaves", func(context.CancelCauseFunc) error { return enough }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				r, err := manifestOptions{}.reader(strings.NewReader(""))
				if err != nil {
					t.Fatal(err)
				}
				visits := 0
				err = r.each(ctx, []string{file, file}, func(checked) error {
					if visits++; visits == 10 {
						return tt.visit(cancel)
					}
					return nil
				})
				if !errors.Is(err, enough) || visits != 10 {
					t.Errorf("%d visits, then %v", visits, err)
				}
			})
		})
	}
}
