package main

import (
	"fmt"
	"os"
	"slices"

	"gijbulk/reports"
)

// envStepSummary names the file whose Markdown GitHub Actions shows as the summary of a job.
const envStepSummary = "GITHUB_STEP_SUMMARY"

// maxStepSummary is the size of a summary that the runner takes. It drops a longer one as a whole.
const maxStepSummary = 1 << 20

func (a *app) stepSummary(wanted []reports.Wanted) []reports.Wanted {
	path := a.env(envStepSummary)
	if path == "" || !slices.ContainsFunc(wanted, func(w reports.Wanted) bool { return w.Format == reports.FormatGitHub }) {
		return nil
	}
	return []reports.Wanted{{Format: reports.FormatMarkdown, Out: summaryFile{path, a.log}}}
}

// summaryFile appends to a summary that other commands of the step may have begun.
type summaryFile struct {
	path string
	log  *logbook
}

func (s summaryFile) Write(markdown []byte) (int, error) {
	file, err := os.OpenFile(s.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return 0, (&failure{code: exitError, err: fmt.Errorf("cannot write the job summary %s: %s", s.path, plainCause(err))}).
			hinted("%s names the file; without it no summary is written", envStepSummary)
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.Size()+int64(len(markdown)) > maxStepSummary {
		s.log.warn("not added to the job summary, which GitHub drops above 1 MiB", "file", s.path)
		return len(markdown), nil
	}
	return file.Write(markdown)
}
