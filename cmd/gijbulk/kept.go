package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"gijbulk/importer/journal"
)

// keptOptions are what the journal keeps of a command line, for a resume.
type keptOptions struct {
	Flags  map[string]string `json:"flags"`            // those that were given
	Undoes string            `json:"undoes,omitempty"` // the run that an undo takes back
}

// of adds the flags that were given, as JSON.
func (o keptOptions) of(flags *pflag.FlagSet) ([]byte, error) {
	o.Flags = make(map[string]string)
	flags.Visit(func(f *pflag.Flag) { o.Flags[f.Name] = f.Value.String() })
	return json.Marshal(o)
}

// restore sets the flags that the interrupted run was given and this command was not.
func (a *app) restore(saved journal.Saved) (kept keptOptions, err error) {
	if err := json.Unmarshal(saved.Options, &kept); err != nil {
		return kept, fmt.Errorf("the options of run %s cannot be read: %w", saved.Run.ID, err)
	}
	for name, value := range kept.Flags {
		f := a.command.Flags().Lookup(name)
		if f == nil || f.Changed || name == "state" || name == "output" {
			continue
		}
		if err := setAgain(f, value); err != nil {
			return kept, fmt.Errorf("the option --%s of run %s: %w", name, saved.Run.ID, err)
		}
		f.Changed = true
	}
	return kept, nil
}

// setAgain gives a flag the value that it once had: a list's text is not what the list
// takes on the command line.
func setAgain(f *pflag.Flag, value string) error {
	list, many := f.Value.(pflag.SliceValue)
	if !many {
		return f.Value.Set(value)
	}
	items, err := csv.NewReader(strings.NewReader(strings.TrimSuffix(strings.TrimPrefix(value, "["), "]"))).Read()
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return firstError(err, list.Replace(items))
}
