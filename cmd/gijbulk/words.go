package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"gijbulk/schema"
)

// errEnough ends a stream whose reader wants no more of it.
var errEnough = errors.New("enough")

// firstError is the first that is one; a stream that was left early is none.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil && !errors.Is(err, errEnough) {
			return err
		}
	}
	return nil
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func countKinds(counts map[schema.Kind]int) string {
	var parts []string
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		noun := string(kind)
		if counts[kind] != 1 {
			noun = kind.Plural()
		}
		parts = append(parts, fmt.Sprintf("%d %s", counts[kind], noun))
	}
	return strings.Join(parts, " and ")
}

// hide makes the secrets of these records, and further ones, invisible in everything
// that is printed from now on.
func (a *app) hide(records []schema.Record, further ...string) {
	var all, names []schema.Secret
	for _, r := range records {
		all = append(all, r.Masked()...)
		names = append(names, r.UserNames()...)
	}
	further = append(further, a.env(envStateKey), a.env("PGPASSWORD"))
	a.mask = schema.NewMask(all, further...).AndNames(names)
}
