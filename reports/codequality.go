package reports

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"strings"

	"gijbulk/schema"
)

// codeQualityIssue is an element of GitLab's Code Quality report, with all that GitLab reads.
type codeQualityIssue struct {
	Description string              `json:"description"`
	Check       string              `json:"check_name"`
	Fingerprint string              `json:"fingerprint"` // GitLab compares branches by it, and keeps one issue of each
	Severity    string              `json:"severity"`
	Location    codeQualityLocation `json:"location"`
}

type codeQualityLocation struct {
	Path  string           `json:"path"` // relative to the repository
	Lines codeQualityLines `json:"lines"`
}

type codeQualityLines struct {
	Begin int `json:"begin"`
}

// codeQualityPrefix begins the names of checks: GitLab shows the issues of all tools in one list.
const codeQualityPrefix = "gijbulk/"

// writeCodeQuality writes a Code Quality report of GitLab: an issue for each problem. What is in no
// file of a manifest is at the beginning of the first.
func writeCodeQuality(w io.Writer, d reportData) error {
	issues, met := []codeQualityIssue{}, make(map[string]int)
	for _, p := range problemsOf(d) {
		file := p.place.File
		if file == "" && len(d.run.Files) > 0 {
			file = d.run.Files[0]
		}
		issues = append(issues, codeQualityIssue{Description: description(p), Check: codeQualityPrefix + p.check,
			Fingerprint: fingerprint(p, met), Severity: map[schema.Level]string{schema.LevelError: "major", schema.LevelWarning: "minor"}[p.level],
			Location: codeQualityLocation{path.Clean(filepath.ToSlash(file)), codeQualityLines{cmp.Or(p.place.Line, 1)}}})
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(issues)
}

func description(p problem) string {
	if p.advice == "" {
		return p.message
	}
	return fmt.Sprintf("%s (%s)", p.message, p.advice)
}

// fingerprint is made of what stays when rows move. met counts the problems so far: those of which
// all of that is equal have a number.
func fingerprint(p problem, met map[string]int) string {
	key := strings.Join([]string{p.check, p.place.File, p.record, p.field}, "\x00")
	met[key]++
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%d", key, met[key]))
	return hex.EncodeToString(sum[:16])
}
