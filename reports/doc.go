// Package reports turns a run into what people and programs read. It knows the values of
// package schema and nothing of the engine that made them.
//
// To write a run's directory use [WriteReport] before the first write and [WriteAll] at
// the end; for a terminal [Summary]. Both sort the results by their position in the
// manifest, so that a report does not depend on which finished first.
//
// In the order in which a run meets them:
//
//	FindingsText, FindingsJSON   the findings of a check
//	ErrorText                    why a command ended
//	ConversionText, …JSON        the outcome of converting another tool's listing
//	PlanText, PlanJSON           what a dry run would do
//	WriteReport, WriteAll        the report's directory, written atomically
//	JSON, CSV                    the renderers behind it
//	Format, Write                reports that are asked for by name: html, junit, markdown
//	Summary, OutcomesJSON        the summary of a run
//	WriteMetrics                 the metrics of the last run
//	Report, Read                 report.json as Go values, and read again
//	ReadFile, Merge              a saved report, and one report of all shards
//	Compare, ComparisonText      what differs from an earlier run
//
// Texts for people are laid out for a [Page], a terminal or a file.
//
// [WriteReport], [WriteAll] and [Write] hide secrets themselves. Everything else
// shows what it is given: hand it what [Masked], [MaskedPlan] and [MaskedFindings] return.
package reports

import (
	"io"

	"gijbulk/schema"
)

// Renderer writes one report of a run. The results may be in any order; the error is
// that of the writer.
type Renderer func(w io.Writer, run schema.Run, results []schema.Result) error
