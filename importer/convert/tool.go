package convert

import (
	"strings"

	"gijbulk/schema"
)

// Tool describes the listings of one tool, and reads them.
type Tool struct {
	Name  string        // as Options.From takes it
	About string        // what it reads
	Needs schema.Option // that About mentions, or ""
	Made  string        // the command or call that makes such a listing

	// Choice is true for listings that name some of what a host has, by their nature.
	// Others are assumed to name everything of an organization.
	Choice bool

	Limits   []int  // rows of a page that may have been cut there
	Complete string // how to get all pages

	Detect func(*Sample) bool // whether a text is certainly such a listing; nil: unknown
	Read   func(*Listing) error

	// Begin gives a reader for all inputs together, where one needs the contents of
	// another; Read is nil then.
	Begin func() Reader
}

// Reader reads the inputs of one tool in turn. end is called after the last of them.
type Reader interface {
	Read(*Listing) error
	End() error
}

func (t *Tool) reader() Reader {
	if t.Begin != nil {
		return t.Begin()
	}
	return independent(t.Read)
}

type independent func(*Listing) error

func (read independent) Read(l *Listing) error {
	if err := read(l); err != nil {
		return err
	}
	if l.Options.Live {
		l.Text = nil // of many pages, the rows alone are held
		return nil
	}
	return l.RequireRows()
}

func (independent) End() error { return nil }

// Tools are those that can be read.
type Tools []Tool

// Names lists the names of the tools.
func (ts Tools) Names() []string {
	names := make([]string, len(ts))
	for i := range ts {
		names[i] = ts[i].Name
	}
	return names
}

func (ts Tools) find(in Input, from string) (*Tool, error) {
	place := schema.Place{File: in.Name}
	if len(strings.TrimSpace(string(in.Text))) == 0 {
		return nil, &Problem{Place: place, Message: "the file is empty", Advice: "create the listing again, and check the messages of the tool"}
	}
	if from != "" && from != Auto {
		for i := range ts {
			if ts[i].Name == from {
				return &ts[i], nil
			}
		}
		advice := "one of: " + strings.Join(ts.Names(), ", ")
		if near := schema.Nearest(from, ts.Names()); near != "" {
			advice = "did you mean " + near + "?"
		}
		return nil, misuse("there is no tool "+schema.Quote(from), advice)
	}
	found := ts.detected(in)
	switch len(found) {
	case 1:
		return ts.find(in, found[0])
	case 0:
		return nil, &Problem{Place: place, Message: "the tool that wrote the listing is not recognized",
			Advice: "specify the tool: " + strings.Join(ts.Names(), ", "), Option: schema.OptionTool}
	}
	return nil, &Problem{Place: place, Message: "this may be a listing of " + strings.Join(found, " or of "),
		Advice: "specify the tool", Option: schema.OptionTool}
}

func (ts Tools) detected(in Input) []string {
	s := sampleOf(in)
	var found []string
	for _, t := range ts {
		if t.Detect != nil && t.Detect(s) {
			found = append(found, t.Name)
		}
	}
	return found
}
