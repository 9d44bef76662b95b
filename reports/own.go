package reports

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
)

// Owns reports whether a report in this format replaces nothing but an earlier one: there is no
// file, it is empty or a stream, or it is such a report.
func (f Format) Owns(path string) bool { return owns(path, f.isOwn) }

func (f Format) isOwn(head []byte) bool {
	first, _, _ := bytes.Cut(head, []byte("\n"))
	switch f {
	case FormatHTML:
		_, title, _ := bytes.Cut(head, []byte("<title>"))
		return bytes.HasPrefix(title, []byte("gijbulk "))
	case FormatJUnit:
		return bytes.Contains(head, []byte(`<testsuites name="gijbulk"`))
	case FormatMarkdown:
		return bytes.HasPrefix(first, []byte("## ")) && bytes.Contains(first, []byte(" gijbulk "))
	case FormatJSON:
		return bytes.Contains(head, []byte(`"gijbulk": `))
	case FormatCSV:
		return bytes.Contains(bytes.ReplaceAll(first, []byte{0}, nil), []byte("_status")) // it may be UTF-16
	case FormatGitHub:
		return bytes.HasPrefix(first, []byte("::group::"+githubTitle))
	case FormatCodeQuality:
		return bytes.Equal(bytes.TrimSpace(head), []byte("[]")) || bytes.Contains(head, []byte(`"check_name": "`+codeQualityPrefix))
	}
	return false
}

// OwnsMetrics is [Format.Owns] for a metrics file.
func OwnsMetrics(path string) bool {
	return owns(path, func(head []byte) bool { return bytes.HasPrefix(head, []byte("# HELP gijbulk_")) })
}

// owns looks at the beginning of a file, by which all reports can be told. A folder is for the
// writing to refuse.
func owns(path string, isOwn func(head []byte) bool) bool {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.IsDir() || IsStream(path) {
		return true
	}
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	head, err := io.ReadAll(io.LimitReader(file, 4<<10))
	return err == nil && (len(head) == 0 || isOwn(head))
}
