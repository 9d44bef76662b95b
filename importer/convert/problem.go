package convert

import (
	"gijbulk/importer/document"
	"gijbulk/schema"
)

// Problem is why a listing cannot be converted.
type Problem struct {
	Place   schema.Place // the zero Place where the options are to blame
	Message string
	Advice  string
	Option  schema.Option // that the advice is about, or ""
	Misuse  bool          // the options are wrong, not the listing
}

// Error is the place and what is wrong, without the advice.
func (p *Problem) Error() string {
	if p.Place.File == "" {
		return p.Message
	}
	return p.Place.String() + ": " + p.Message
}

func problemOf(file string, err error) *Problem {
	f := document.Cause(err).Finding(schema.Place{File: file})
	return &Problem{Place: f.Place, Message: f.Message, Advice: f.Advice, Option: f.Option}
}

func misuse(message, advice string) *Problem {
	return &Problem{Message: message, Advice: advice, Misuse: true}
}

// Instead gives a problem other advice.
func (p *Problem) Instead(advice string) *Problem {
	p.Advice, p.Option = advice, ""
	return p
}

// About names the option that the advice is about.
func (p *Problem) About(o schema.Option) *Problem {
	p.Option = o
	return p
}
