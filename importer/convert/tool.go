package convert

import (
	"strings"

	"gijbulk/schema"
)

// tool is one that writes listings.
type tool struct {
	name  string        // as Options.From takes it
	about string        // what it reads
	needs schema.Option // that about mentions, or ""
	made  string        // the command or call that makes such a listing

	// choice: a listing names some of what a host has, by its nature. Others are taken to
	// name all of an organisation.
	choice bool

	limits   []int  // rows of a page that may have been cut there
	complete string // how to get all pages

	detect func(*sample) bool // whether a text is surely one; nil: it cannot be told
	read   func(*listing) error

	// begin gives a reader for all inputs of the tool together, where one needs what
	// stands in another; read is nil then.
	begin func() reader
}

// reader reads the inputs of one tool, one after the other. end is called after the last
// of them.
type reader interface {
	read(*listing) error
	end() error
}

func (t *tool) reader() reader {
	if t.begin != nil {
		return t.begin()
	}
	return alone(t.read)
}

// alone reads each input by itself.
type alone func(*listing) error

func (read alone) read(l *listing) error {
	if err := read(l); err != nil {
		return err
	}
	return l.mustHaveRows()
}

func (alone) end() error { return nil }

// tools lists them all, in the order in which they are told.
func tools() []*tool {
	return []*tool{&ghTool, &githubTool, &gitlabTool, &azureTool, &bitbucketServerTool, &bitbucketCloudTool, &giteaTool,
		&codecommitTool, &gerritTool, &ghorgTool, &repoTool, &vcstoolTool, &westTool, &mrTool, &gitmodulesTool,
		&backstageTool, &geiTool, &fisheyeTool, &dvcsTool, &vendorTool, &csvTool}
}

// Tool describes one that can be read.
type Tool struct {
	Name  string // as Options.From takes it
	About string
	Needs schema.Option // that About mentions, or ""
	Made  string        // the command or call that makes such a listing
}

// Tools lists what can be read.
func Tools() []Tool {
	var all []Tool
	for _, t := range tools() {
		all = append(all, Tool{Name: t.name, About: t.about, Needs: t.needs, Made: t.made})
	}
	return all
}

func toolNames(list []*tool) []string {
	names := make([]string, len(list))
	for i, t := range list {
		names[i] = t.name
	}
	return names
}

// toolFor finds the tool that an input is read as.
func toolFor(in Input, from string) (*tool, error) {
	place := schema.Place{File: in.Name}
	if strings.TrimSpace(string(in.Text[:min(len(in.Text), 4096)])) == "" && strings.TrimSpace(string(in.Text)) == "" {
		return nil, &Problem{Place: place, Message: "the file is empty", Advice: "write the listing anew, and look at what the tool said"}
	}
	if from != "" && from != Auto {
		for _, t := range tools() {
			if t.name == from {
				return t, nil
			}
		}
		advice := "one of: " + strings.Join(toolNames(tools()), ", ")
		if near := schema.Nearest(from, toolNames(tools())); near != "" {
			advice = "did you mean " + near + "?"
		}
		return nil, misuse("there is no tool "+schema.Quote(from), advice)
	}
	found := detected(in)
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, &Problem{Place: place, Message: "the tool that wrote the listing is not recognized",
			Advice: "specify the tool: " + strings.Join(toolNames(tools()), ", "), Option: schema.OptionTool}
	}
	return nil, &Problem{Place: place, Message: "this may be a listing of " + strings.Join(toolNames(found), " or of "),
		Advice: "specify the tool", Option: schema.OptionTool}
}

// detected lists the tools whose listing this may be.
func detected(in Input) []*tool {
	s := sampleOf(in)
	var found []*tool
	for _, t := range tools() {
		if t.detect != nil && t.detect(s) {
			found = append(found, t)
		}
	}
	return found
}
