package reports

import (
	"cmp"
	"fmt"
	"strings"

	"gijbulk/schema"
)

// planVerdict says in one sentence what a plan, or a dry run, would do.
func (c totals) planVerdict() (string, rating) {
	rest := c.planRest()
	if c.writes() == 0 {
		text := fmt.Sprintf("This %s would change nothing on %s", cmp.Or(c.run.Command, "plan"), c.where())
		return joinNonEmpty(": ", text, rest) + ".", c.planRating()
	}
	text := fmt.Sprintf("This %s would %s on %s", cmp.Or(c.run.Command, "plan"), c.planWrites(), c.where())
	if l := c.run.Losses; l != nil && l.Lost > 0 {
		text += " and lose " + nestedRepositories(l.Lost)
	}
	if l := c.run.Losses; l != nil && l.Unknown > 0 {
		text += fmt.Sprintf("; it is not known how many of %s it would lose", nestedRepositories(l.Unknown))
	}
	return joinNonEmpty("; ", text, rest) + ".", c.planRating()
}

func (c totals) where() string {
	if isEmbeddedSandbox(c.run) {
		return "an embedded sandbox"
	}
	return cmp.Or(c.run.Target, "the server")
}

func (c totals) writes() int {
	return c.ops[schema.OpDelete] + c.ops[schema.OpUpdate] + c.ops[schema.OpCreate]
}

// planWrites is such as "delete 6, update 2 and create 1 record".
func (c totals) planWrites() string {
	var parts []string
	last := 0
	for _, op := range []schema.Op{schema.OpDelete, schema.OpUpdate, schema.OpCreate} {
		if n := c.ops[op]; n > 0 {
			parts, last = append(parts, string(op)+" "+withSeparators(n)), n
		}
	}
	noun := "records"
	if last == 1 {
		noun = "record"
	}
	return andList(parts) + " " + noun
}

// planRest counts what is left as it is.
func (c totals) planRest() string {
	var parts []string
	for _, rest := range []struct {
		op    schema.Op
		words string
	}{
		{schema.OpInvalid, "with errors"}, {schema.OpConflict, "in conflict"}, {schema.OpIndexingError, "with indexing errors"},
		{schema.OpExists, "on the server with differences"}, {schema.OpUnchanged, "unchanged"},
	} {
		if n := c.ops[rest.op]; n > 0 {
			parts = append(parts, withSeparators(n)+" "+rest.words)
		}
	}
	return strings.Join(parts, ", ")
}

func (c totals) planRating() rating {
	lost := c.run.Losses != nil && c.run.Losses.Lost > 0
	switch {
	case c.ops[schema.OpDelete]+c.ops[schema.OpConflict]+c.ops[schema.OpInvalid] > 0 || lost || refusal(c.run.Limits) != "":
		return ratingBad
	case c.drift > 0:
		return ratingWarn
	}
	return ratingGood
}

// andList is such as "a, b and c".
func andList(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}

func nestedRepositories(n int) string {
	if n == 1 {
		return "1 nested repository"
	}
	return withSeparators(n) + " nested repositories"
}
