package manifest

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"gijbulk/importer/document"
	"gijbulk/schema"
)

// largestWorkbook is how many bytes a workbook may have, unpacked: it is held in memory, for its
// cells may be secrets.
const largestWorkbook = 256 << 20

// SplitSheet cuts a name FILE#SHEET of a workbook; sheet is "" where the name is that of a file.
func SplitSheet(name string) (file, sheet string) {
	if i := strings.LastIndexByte(name, '#'); i >= 0 && strings.EqualFold(filepath.Ext(name[:i]), ".xlsx") {
		return name[:i], name[i+1:]
	}
	return name, ""
}

// isWorkbook goes by the content only where neither the user nor the name tells the format.
func (p *pass) isWorkbook(r *bufio.Reader, asked Format) bool {
	if asked == "" {
		asked = FormatOf(p.name)
	}
	head, _ := r.Peek(4)
	return asked == XLSX || asked == "" && bytes.Equal(head, []byte("PK\x03\x04"))
}

// readWorkbook reads one sheet. Its cells are texts as the sheet shows them: a date is not the
// number that stands for it in the file.
func (p *pass) readWorkbook(r io.Reader) {
	rows, err := openSheet(r, p.name)
	if err != nil {
		p.fail(err)
		return
	}
	defer rows.Close()
	tb := &table{pass: p}
	for line := 1; rows.Next(); line++ {
		texts, err := rows.Columns()
		if err != nil {
			p.fail(&document.Error{Code: schema.CodeSyntax, Line: line, Message: "the row cannot be read: " + err.Error()})
			return
		}
		switch {
		case allBlank(texts):
		case tb.columns == nil:
			if !tb.takeHeader(texts, func(i int) (int, int) { return line, i + 1 }) {
				return
			}
		case !tb.sheetRow(texts, line):
			return
		}
	}
	if err := rows.Error(); err != nil {
		p.fail(err)
	}
}

func openSheet(r io.Reader, name string) (*excelize.Rows, error) {
	_, sheet := SplitSheet(name)
	book, err := excelize.OpenReader(r, excelize.Options{UnzipSizeLimit: largestWorkbook, UnzipXMLSizeLimit: largestWorkbook})
	if err != nil {
		return nil, &document.Error{Code: schema.CodeSyntax, Message: "the file cannot be read as a workbook (xlsx): " + err.Error(),
			Advice: "save it as xlsx without a password, or as CSV UTF-8"}
	}
	sheets := book.GetSheetList()
	if sheet != "" && !slices.Contains(sheets, sheet) {
		return nil, &document.Error{Code: schema.CodeSyntax, Message: fmt.Sprintf("the workbook has no sheet %s", schema.Quote(sheet)),
			Advice: "its sheets are " + strings.Join(sheets, ", ")}
	}
	if sheet == "" && len(sheets) > 0 {
		sheet = sheets[0]
	}
	rows, err := book.Rows(sheet)
	if err != nil {
		return nil, errors.Join(errors.New("the sheet cannot be read"), err)
	}
	return rows, nil
}

func (tb *table) sheetRow(texts []string, line int) bool {
	positions := make([]position, len(texts))
	for i := range positions {
		positions[i] = position{int32(line), int32(i + 1)}
	}
	for len(tb.columns) < len(texts) {
		tb.columns = append(tb.columns, column{})
	}
	return tb.emit(texts, positions)
}
