package main

import (
	"fmt"
	"testing"

	"gijbulk/schema"
)

func TestRememberedVerdicts(t *testing.T) {
	remembered := rememberVerdicts()
	for range 2 {
		for i := range 10_000 {
			for _, f := range []schema.Field{schema.FieldAPIFilter, schema.FieldTagsFilter} {
				for _, expression := range []string{"[?a", "(", "^v.*$", fmt.Sprint("[?a", i%5000)} {
					if got, want := remembered(f, expression), schema.JudgeExpression(f, expression); got != want {
						t.Fatalf("%s %s: %v, want %v", f, expression, got, want)
					}
				}
			}
		}
	}
}
