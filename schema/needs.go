package schema

// CreateNeeds are findings that only stand in the way of a create: a record that is
// already on the server does not need an origin or credentials again. They are made when
// somebody asks, and of most records nobody does.
func (r Record) CreateNeeds() []Finding {
	var findings []Finding
	for _, n := range r.of().needs {
		findings = append(findings, r.lacking(n))
	}
	return findings
}

// createNeed is what a create needs and the record does not have.
type createNeed struct {
	what         needed
	field        Field
	line, column int32 // where the field stands; 0 where it does not: the record's place
}

type needed uint8

const (
	neededOrigin needed = iota
	neededLogin
	neededAll // the username that goes with a pat
	neededDepth
	neededRegion
)

// needForCreate notes what only a create needs.
func (j *judge) needForCreate(f Field, what needed) {
	n := createNeed{what: what, field: f}
	if c, ok := j.entry.Cell(f); ok {
		n.line, n.column = c.Line, c.Column
	}
	j.source.needs = append(j.source.needs, n)
}

// lacking says what the record does not have, and what to do.
func (r *Record) lacking(n createNeed) Finding {
	place := r.Place
	if n.line > 0 {
		place.Line, place.Column = int(n.line), int(n.column)
	}
	subject, takes := r.subject(), r.spec().logins
	finding := func(code Code, advice, format string, args ...any) Finding {
		f := code.Newf(place, n.field.String(), format, args...)
		f.Advice = advice
		return f
	}
	switch n.what {
	case neededOrigin:
		return finding(CodeOriginRequired, originAdvice(r.Type()), "a new %s needs an origin", subject)
	case neededLogin:
		return finding(CodeLoginRequired, takes.advice(), "a new %s needs credentials", subject)
	case neededAll:
		return finding(CodeLoginRequired, "write username: all", "%s takes a pat only with the username all", subject)
	case neededDepth:
		return CodeDepthRequired.Newf(place, n.field.String(), "a new FILESPACE needs a folderDepth")
	default:
		return CodeRegionRequired.Newf(place, n.field.String(), "a new AWS needs an awsRegion")
	}
}
