package reports

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// Columns lays rows of cells out as lines, each column as wide on a terminal as its widest cell,
// but for those that end a row.
func Columns(rows [][]string) []string {
	var widths []int
	for _, row := range rows {
		for i, cell := range row[:len(row)-1] {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], cellWidth(cell))
		}
	}
	lines := make([]string, len(rows))
	for i, row := range rows {
		var line strings.Builder
		last := len(row) - 1
		for at, cell := range row[:last] {
			line.WriteString(cell)
			line.WriteString(strings.Repeat(" ", widths[at]-cellWidth(cell)+2))
		}
		lines[i] = strings.TrimRight(line.String()+row[last], " ")
	}
	return lines
}

// cellWidth is that of a cell on a terminal, where 東 takes two columns.
func cellWidth(cell string) int {
	if isPrintableASCII(cell) {
		return len(cell)
	}
	return ansi.StringWidth(cell)
}
