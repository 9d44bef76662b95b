package main

import "gijbulk/schema"

// rememberVerdicts is schema.JudgeExpression that judges an expression once where many records
// repeat it: a third of the time that validate takes on a manifest that does. It serves one
// goroutine.
func rememberVerdicts() func(schema.Field, string) schema.Verdict {
	const most = 4096 // a manifest that repeats nothing must not fill the memory
	type key struct {
		field      schema.Field
		expression string
	}
	known := make(map[key]schema.Verdict)
	return func(f schema.Field, expression string) schema.Verdict {
		k := key{f, expression}
		v, found := known[k]
		if !found {
			if len(known) == most {
				clear(known)
			}
			v = schema.JudgeExpression(f, expression)
			known[k] = v
		}
		return v
	}
}
