package manifest

import (
	"bufio"
	"io"
	"iter"
	"slices"

	"gijbulk/importer/document"
	"gijbulk/schema"
)

// Problem is an error about a file as a whole. The errors of a record are in its entry.
type Problem struct {
	Finding schema.Finding
}

// Error gives the finding on one line, without its advice.
func (p *Problem) Error() string { return p.Finding.String() }

// Read yields the entries of a manifest in the order of the file. name is the file in every
// position; if f is "", its extension decides the format, else the content. e is the encoding of
// a text without a byte order mark; UTF-16 is also detected.
//
// An error is always a [*Problem] and comes with a zero Entry. The sequence continues after
// one that leaves the rest readable (an unknown header does not hide errors in the rows) and
// ends after any other (a quote that is never closed). CSV, TSV and JSON Lines are streamed;
// a YAML or JSON file is read whole and may have 64 MiB; a workbook may have 256 MiB, unpacked. The sequence reads r and can be used
// once; the caller may stop at any time.
func Read(r io.Reader, name string, f Format, e schema.Encoding) iter.Seq2[schema.Entry, error] {
	return func(yield func(schema.Entry, error) bool) {
		for entry, err := range readEntries(r, name, f, e) {
			entry.Cells = slices.Clone(entry.Cells)
			if !yield(entry, err) {
				return
			}
		}
	}
}

// readEntries is Read, but the cells of an entry are valid only until the next.
func readEntries(r io.Reader, name string, f Format, e schema.Encoding) iter.Seq2[schema.Entry, error] {
	return func(yield func(schema.Entry, error) bool) {
		p := &pass{name: name, yield: yield}
		p.read(r, f, e)
		p.expectRecords()
	}
}

// pass is one reading of one file.
type pass struct {
	name     string
	yield    func(schema.Entry, error) bool
	records  int
	problems int
	left     bool // the caller wants no more
}

func (p *pass) read(r io.Reader, f Format, e schema.Encoding) {
	raw := bufio.NewReaderSize(r, headSize)
	if p.isWorkbook(raw, f) {
		p.readWorkbook(raw)
		return
	}
	t, err := open(raw, e)
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

// expectRecords reports a file without a record, unless another problem explains it.
func (p *pass) expectRecords() {
	if p.records == 0 && p.problems == 0 {
		p.fail(&document.Error{Code: schema.CodeFileEmpty, Message: "the file has no records"})
	}
}

func (p *pass) next(line, column int) schema.Place {
	p.records++
	return schema.Place{File: p.name, Line: line, Column: column, Record: p.records}
}

func (p *pass) emit(e schema.Entry) bool {
	p.left = p.left || !p.yield(e, nil)
	return !p.left
}

// fail yields a problem of the file and reports whether the caller wants more.
func (p *pass) fail(err error) bool {
	if p.left {
		return false
	}
	p.problems++
	p.left = !p.yield(schema.Entry{}, &Problem{document.Cause(err).Finding(schema.Place{File: p.name})})
	return !p.left
}

// largestDocument is how many bytes a YAML or JSON file may have: its parser needs it whole.
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
