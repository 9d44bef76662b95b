package manifest

import (
	"io"
	"iter"

	"gijbulk/importer/document"
	"gijbulk/schema"
)

// Problem is an error about a file as a whole; what is wrong with a single record
// travels in its entry.
type Problem struct {
	Finding schema.Finding
}

// Error is the finding on one line, without its advice.
func (p *Problem) Error() string { return p.Finding.String() }

// Read yields the entries of a manifest in the order of the file. name stands in every
// place; its extension, and then the content, tell the format where f is "".
//
// An error is always a [*Problem] and comes with a zero Entry. The sequence goes on
// after it where the rest can be trusted (an unknown header does not hide what is wrong
// with the rows) and ends where it cannot (a quote that is never closed). CSV, TSV and
// JSON Lines are streamed; a YAML or JSON file is held whole and may have 64 MiB. The
// sequence reads r and can be used once; it may be left at any time.
func Read(r io.Reader, name string, f Format) iter.Seq2[schema.Entry, error] {
	return func(yield func(schema.Entry, error) bool) {
		p := &pass{name: name, pieceSize: pieceSize}
		p.yield = func(e *schema.Entry, err error) bool {
			if err != nil {
				return yield(schema.Entry{}, err)
			}
			return yield(*e, nil)
		}
		p.read(r, f)
		p.expectRecords()
	}
}

// pass is one reading of one file.
type pass struct {
	name     string
	yield    func(*schema.Entry, error) bool // an entry, or else an error
	records  int                             // counted so far
	problems int
	left     bool // the caller has left the sequence

	reuse      bool                             // entries are not kept: each may use the same room
	pieceSize  int                              // in bytes, of what is read in pieces
	inParallel func(source, func() pieceReader) // reads the pieces, where not one after the other
}

func (p *pass) read(r io.Reader, f Format) {
	t, err := open(r)
	if err != nil {
		p.fail(err)
		return
	}
	if t.blank() {
		return
	}
	f, err = t.format(p.name, f)
	if err != nil {
		p.fail(err)
		return
	}
	switch f {
	case CSV, TSV:
		p.readTable(t, f)
	case JSONL:
		p.readLines(t)
	case JSON:
		p.readDocuments(t, readJSON)
	case YAML:
		p.readDocuments(t, readYAML)
	}
}

// expectRecords tells of a file that holds neither a record nor a reason why.
func (p *pass) expectRecords() {
	if p.records == 0 && p.problems == 0 {
		p.fail(&document.Error{Code: schema.CodeFileEmpty, Message: "the file holds no record"})
	}
}

func (p *pass) next(line, column int) schema.Place {
	p.records++
	return schema.Place{File: p.name, Line: line, Column: column, Record: p.records}
}

func (p *pass) emit(e *schema.Entry) bool {
	p.left = p.left || !p.yield(e, nil)
	return !p.left
}

// fail hands a problem of the file out and reports whether the caller wants more.
func (p *pass) fail(err error) bool {
	if p.left {
		return false
	}
	p.problems++
	p.left = !p.yield(nil, &Problem{document.Cause(err).Finding(schema.Place{File: p.name})})
	return !p.left
}

// flaw is a [document.Error] as the readers of tables make it.
type flaw struct {
	code         schema.Code
	line, column int
	field        string
	message      string        // never quotes a cell: it may be a secret
	advice       string        // "" for the code's general one
	option       schema.Option // that the advice is about
}

func (f *flaw) Error() string { return f.message }

// As makes a flaw the cause that others find in it.
func (f *flaw) As(target any) bool {
	e, ok := target.(**document.Error)
	if ok {
		*e = &document.Error{Code: f.code, Line: f.line, Column: f.column, Field: f.field, Message: f.message, Advice: f.advice, Option: f.option}
	}
	return ok
}

func (f *flaw) finding(p schema.Place) schema.Finding { return document.Cause(f).Finding(p) }

// largestDocument bounds in bytes what is read of a YAML or JSON file, since their
// parsers need it whole.
const largestDocument = 64 << 20

func readYAML(data []byte, w *walk) error {
	y := document.NewYAML(data)
	for !w.pass.left {
		root, err := y.Next(keyIntegrations, keyRepositories)
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = w.document(root)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *pass) readDocuments(t *text, parse func([]byte, *walk) error) {
	data, err := io.ReadAll(io.LimitReader(t, largestDocument+1))
	if err == nil && len(data) > largestDocument {
		err = &document.Error{Code: schema.CodeSyntax, Message: "the file is larger than 64 MiB, the most that is read of YAML and JSON",
			Advice: "split it, or write it as CSV or JSON Lines, which are read as a stream"}
	}
	if err == nil {
		err = parse(data, &walk{pass: p, budget: document.NewBudget(data)})
	}
	if err != nil {
		p.fail(err)
	}
}
